/** A counterexample as fast-check names it: `seed` and `path` give the same case again, as long as the law's arbitraries stay the same. */
export interface KeptCase {
  seed: number;
  path: string;
  /** What was wrong then. */
  why: string;
}

/** Cases that have shown something once, by the name of their law. They come first in every run: what was found once is not left to chance again.
 *  A law that fails says what to put here; some were found in code that was broken on purpose. */
export const KEPT_CASES: Readonly<Record<string, readonly KeptCase[]>> = {
  holds: [
    {
      seed: 20_261_125,
      path: '4:0:0:0:1:0:0:0:0:0:0:0:0:0:0:0:0:1:1:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0',
      why: 'a hold that drains let one more go than its rate allows',
    },
    {
      seed: 20_261_125,
      path: '0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:1:0:0:0:0:0:0:0:0:1:1:0:0:0:0:0:0:0:0:0:0:0:0:0',
      why: 'more than one lane went with the canary',
    },
  ],
  'replay plans': [
    {
      seed: 20_261_125,
      path: '2:0:0:1:1:0:0:0:0:0:0:0:0:0',
      why: 'a plan that was paused during a look released what it had looked at',
    },
  ],
  'vault-keys': [
    {
      seed: 429_846_842,
      path: '107:2:0:2:3:3:3:3:10:2:6:6:6:6:6:6:6:6:6:6:6:6:6:6:6:6:6:6:6:6',
      why: 'one of two that retired a key at once found it gone, and took that for a defect',
    },
  ],
};
