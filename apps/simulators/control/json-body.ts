import type { Received } from '../server/http-server';

/** The body of a control call; undefined where it is no JSON. */
export function bodyOf(received: Received): unknown {
  try {
    return JSON.parse(received.text);
  } catch {
    return undefined;
  }
}
