/** How often and from which seed a property is tried. */
interface LawRun {
  seed: number;
  numRuns: number;
}

const IS_SOAK = process.env.SOAK === '1';

/** The same seed in every `npm test`, a new one in every `npm run soak`; SEED=n repeats a run. Print it in the name of the suite. */
export const LAW_SEED = Number(process.env.SEED ?? (IS_SOAK ? Date.now() % 2_147_483_647 : 20_261_125));

/** @param few runs in `npm test`, a seeded share that takes a second or two
 *  @param many runs in `npm run soak` */
export function lawRun(few: number, many: number): LawRun {
  return { seed: LAW_SEED, numRuns: IS_SOAK ? many : few };
}
