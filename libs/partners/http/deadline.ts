/** A signal that fires with `signal` or after `deadlineMs`, whichever is first. `done` must be called: it frees timer and listener. */
export function deadlineSignal(signal: AbortSignal, deadlineMs: number): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (signal.aborted) abort();
  const timer = setTimeout(abort, deadlineMs);
  signal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    done: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}
