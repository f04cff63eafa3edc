import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

const current = new AsyncLocalStorage<string>();
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A new W3C trace context (`traceparent`, version 00, sampled). */
export function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** The trace context of the work under way; a new one outside of any. */
export function currentTraceparent(): string {
  return current.getStore() ?? newTraceparent();
}

/** Runs `work` under the caller's trace: the same trace id, a span of our own. A missing or malformed header begins a new trace. */
export function withTrace<T>(incoming: string | undefined, work: () => T): T {
  const traceparent =
    incoming !== undefined && TRACEPARENT.test(incoming)
      ? `${incoming.slice(0, 36)}${randomBytes(8).toString('hex')}${incoming.slice(52)}`
      : newTraceparent();
  return current.run(traceparent, work);
}
