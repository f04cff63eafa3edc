import fc from 'fast-check';
import { KEPT_CASES, type KeptCase } from './kept-cases';

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

/** Tries a property: first the cases that are kept by this name, then those of the run. A failure says how to keep its case.
 *  @param name of the law, as in `kept-cases.ts`
 *  @throws what fast-check reports: the seed, the path, and the counterexample */
export async function assertLaw<Values>(
  name: string,
  property: fc.IAsyncProperty<Values>,
  run: LawRun,
  kept: readonly KeptCase[] = KEPT_CASES[name] ?? [],
): Promise<void> {
  for (const { seed, path } of kept) await assertSaying(name, property, { seed, path, endOnFailure: true });
  await assertSaying(name, property, run);
}

async function assertSaying<Values>(
  name: string,
  property: fc.IAsyncProperty<Values>,
  parameters: fc.Parameters<Values>,
): Promise<void> {
  const details = await fc.check(property, { ...parameters, includeErrorInReport: true });
  if (!details.failed) return;
  const { seed, counterexamplePath } = details;
  const keep = `Keep it in test/support/kept-cases.ts under '${name}': { seed: ${seed}, path: '${counterexamplePath}', why: '…' }`;
  throw new Error(`${await fc.asyncDefaultReportMessage(details)}\n\n${keep}`, { cause: details.errorInstance });
}
