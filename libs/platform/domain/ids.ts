import { uuidv7 } from 'uuidv7';

/** Ids sort by time (UUIDv7); injected so that tests are repeatable. */
export interface Ids {
  next(): string;
}

export const uuidIds: Ids = { next: () => uuidv7() };

/** A number in [0, 1), for jitter; injected so that tests are repeatable. */
export type Random = () => number;
export const systemRandom: Random = () => Math.random();
