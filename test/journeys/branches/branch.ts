import type { Installation } from '../../support/installation';
import { FiledCase, type CaseFault, type CaseOrder } from './filed-case';

/** A way that a dossier goes, and where it must end at all four systems and with us. */
export interface Branch {
  /** Name of the test, with the quirks it shows. */
  name: string;
  order: CaseOrder;
  /** Cases of this order. @default 1 */
  count?: number;
  faults?: readonly CaseFault[];
  /** What the people do by hand while it runs. */
  play?(one: FiledCase): Promise<void>;
  ends: Ending;
  /** What else must be true of it. */
  check?(cases: readonly FiledCase[]): Promise<void>;
}

export interface Ending {
  state: string;
  /** @default false */
  attention?: boolean;
  /** Oldest first; every discrepancy that the journal names. @default none */
  discrepancies?: readonly string[];
  statuses: { oneStop: number | null; dvclt: number | null; registry: number | null; portal: number | null };
  /** The statuses that DVCLT took, in order. */
  dvclt: readonly number[];
  /** The rows of progress at the portal, in order: each a true state, none left out, none invented. */
  progress: readonly number[];
  /** Pushes that hộ tịch stored. */
  pushes: number;
  registrations: 0 | 1;
  /** Acknowledgements that took the dossier off DVCLT's list. @default 1 */
  acknowledged?: number;
}

/** A branch under way: its cases are filed, its hands act. */
export interface RunningBranch {
  cases: readonly FiledCase[];
  /** The hands have done their part, or have failed. */
  played: Promise<void>;
}

/** Files the cases and lets the hands act beside all other branches. */
export async function startBranch(installation: Installation, branch: Branch, seed: number): Promise<RunningBranch> {
  const { order, count, faults, play } = branch;
  const cases = await FiledCase.file(installation, order, { seed, count, faults });
  const played = Promise.all(cases.map(async (one) => play?.(one))).then(() => undefined);
  // Its failure belongs to its own test, which may begin later.
  played.catch(() => undefined);
  return { cases, played };
}

/** Waits for the end and holds it against what was promised. */
export async function expectEnding({ cases, played }: RunningBranch, { ends, check }: Branch): Promise<void> {
  await played;
  for (const one of cases) {
    await one.until(async () => {
      const dossier = await one.dossier();
      return dossier?.state === ends.state && dossier.pendingDeliveries === 0;
    }, `the end ${ends.state}`);
    await expectOurs(one, ends);
    await expectTheirs(one, ends);
  }
  await check?.(cases);
}

async function expectOurs(one: FiledCase, ends: Ending): Promise<void> {
  const dossier = await one.dossier();
  const timeline = await one.timeline();
  const discrepancies = timeline.filter(({ type }) => type === 'discrepancy.found').map(({ facts }) => facts.class);
  expect({ attention: dossier?.attention, discrepancies, statuses: dossier?.statuses }).toEqual({
    attention: ends.attention ?? false,
    discrepancies: ends.discrepancies ?? [],
    statuses: ends.statuses,
  });
  expect(timeline.map((entry) => entry.sequence)).toEqual(timeline.map((_, index) => index + 1));
  expect(timeline[0]?.type).toBe('dossier.received');
}

async function expectTheirs(one: FiledCase, ends: Ending): Promise<void> {
  const counted = async (system: string, kind: string): Promise<number> => (await one.ledger(system, kind))?.count ?? 0;
  const told = async (system: string, kind: string): Promise<number[]> =>
    ((await one.ledger(system, kind))?.order ?? []).map(Number);
  expect({
    dvclt: await told('dvclt', 'status'),
    progress: await told('dvcqg', 'progress'),
    acknowledged: await counted('dvclt', 'acknowledged'),
    oneStop: await counted('onestop', 'dossier'),
    portal: await counted('dvcqg', 'dossier'),
    pushes: await counted('hotich', 'received'),
    registrations: await counted('hotich', 'registration'),
    duplicates: await counted('hotich', 'duplicate-registration'),
    undecided: await counted('onestop', 'decision-failed'),
  }).toEqual({
    dvclt: ends.dvclt,
    progress: ends.progress,
    acknowledged: ends.acknowledged ?? 1,
    oneStop: 1,
    portal: 1,
    pushes: ends.pushes,
    registrations: ends.registrations,
    duplicates: 0,
    undecided: 0,
  });
  expectTrueStates(await told('dvcqg', 'status'), ends.progress);
}

/** The portal's dossier carries the state of now, so it may have skipped a state, but it never showed another one. */
function expectTrueStates(shown: readonly number[], happened: readonly number[]): void {
  let at = 0;
  for (const state of shown) {
    at = happened.indexOf(state, at);
    expect({ shown, happened, isTrue: at >= 0 }).toEqual({ shown, happened, isTrue: true });
  }
  expect(shown.at(-1)).toBe(happened.at(-1));
}
