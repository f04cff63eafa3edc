/** A deadline that runs. `done` must be called: it frees timer and listener. */
export interface RunningDeadline {
  signal: AbortSignal;
  /** Gives it more time. Milliseconds. */
  extend(byMs: number): void;
  done(): void;
}

/** A signal that fires with `signal` or after `deadlineMs`, whichever is first. */
export function deadlineSignal(signal: AbortSignal, deadlineMs: number): RunningDeadline {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (signal.aborted) abort();
  let endMs = performance.now() + deadlineMs;
  let timer = setTimeout(abort, deadlineMs);
  signal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    extend: (byMs) => {
      endMs += byMs;
      clearTimeout(timer);
      timer = setTimeout(abort, Math.max(0, endMs - performance.now()));
    },
    done: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}
