/** Ids sort by time (UUIDv7); injected so that tests are repeatable. */
export interface Ids {
  next(): string;
}

/** A number in [0, 1), for jitter; injected so that tests are repeatable. */
export type Random = () => number;
