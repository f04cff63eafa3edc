import type { Random } from '../domain/ids';

/** Jitter needs no strong randomness; secrets and tokens come from `node:crypto`, never from here. */
export const systemRandom: Random = () => Math.random();
