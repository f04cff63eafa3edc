import { join } from 'node:path';
import { ApiClient } from '../apps/cli/client/api-client';
import { connectionOf } from '../apps/cli/client/connection';
import { tableOf } from '../apps/cli/output/table';
import { SeededRandom } from '../apps/simulators/server/seeded-random';
import { openProduct, type BenchRun, type OpenSide } from './harness/bench-run';
import { untilFinished } from './harness/dossier-ends';
import { watchForeignShare } from './harness/foreign-share';
import type { ProductSide } from './harness/product-side';
import { quietLines } from './harness/quiet';
import type { BenchReport } from './harness/report';
import { spreadOf } from './harness/statistics';
import { askAlone } from './replay/asked-alone';
import { makeDeadLetters, type DeadLetters, type DeadOrder } from './replay/dead-letters';
import { carryOriginals, type Originals } from './replay/originals';
import { dryRun, startRun, untilPlan, type DryRun, type PlanRow } from './replay/plan-run';
import { paceOfLastWave, pauseAfter, toldStatuses, type Pace, type ToldStatuses } from './replay/told-statuses';

export interface ReplayOptions {
  /** Items a second. */
  rate: number;
}

const OFFICERS = { minMs: 5, maxMs: 50 };
const WARM_UP = 30;
const FINISH_DEADLINE_MS = 300_000;
const DRY_GOAL = 2_000;
const RATE_TOLERANCE = 0.05;
const REFUSED = 0.05;
/** The killed run and the refused one need no more items to show what they show. */
const MAX_KILLED = 5_000;
const MAX_REFUSED = 2_000;
/** Codes of the copies of one order begin there; no order has so many copies of one original. */
const NUMBERS = 100_000;

interface ReplayRun {
  dry: DryRun;
  asking: DryRun & { aloneSeconds: number; verdicts: Record<string, number> };
  whole: { plan: PlanRow; told: ToldStatuses; pace: Pace };
  killed: { plan: PlanRow; told: ToldStatuses; pace: Pace; pauseMs: number };
  refused: { plan: PlanRow; unknown: number };
  /** Part of the machine that others used while the dry runs and the runs went on, 0 to 1. */
  foreignShare: number;
}

type Opened = OpenSide<ProductSide>;

/** Dead letters are looked at and sent again: how fast the look is, whether the run keeps its rate, the order and its place, and when it stops. */
export async function replay(run: BenchRun, { rate }: ReplayOptions): Promise<BenchReport> {
  run.say(`replay: ${run.count} dead letters at ${rate}/s; ${run.repeats} repeats`);
  const runs: ReplayRun[] = [];
  for (let repeat = 1; repeat <= run.repeats; repeat += 1) runs.push(await runOnce(run, rate, repeat));
  return {
    settings: {
      rate,
      officers: OFFICERS,
      warmUp: WARM_UP,
      refused: REFUSED,
      maxKilled: MAX_KILLED,
      maxRefused: MAX_REFUSED,
    },
    goals: goalsOf(runs, rate),
    text: textOf(runs, rate),
    figures: { runs },
  };
}

async function runOnce(run: BenchRun, rate: number, repeat: number): Promise<ReplayRun> {
  const opened = await openProduct(run, `replay_${repeat}`, { officers: OFFICERS });
  const seed = run.seed + repeat * 1_000_000;
  try {
    const warmUp = await opened.side.simulators.file('birth', WARM_UP, seed);
    await untilFinished(opened, warmUp.codes, FINISH_DEADLINE_MS);
    const operator = new ApiClient(connectionOf({ data: opened.side.dataDir, as: 'operator' }, {}));
    const originals = await carryOriginals(opened, operator, seed + WARM_UP);
    const dead = await makeAll(opened, originals, { count: run.count, seed });
    await operator.post(`/holds/${originals.holdId}/release`, { ratePerSecond: 1_000 });
    run.say(`  repeat ${repeat}: ${Object.values(dead).reduce((sum, one) => sum + one.items, 0)} dead letters made`);
    const foreignShare = watchForeignShare();
    const measured = await measure(opened, dead, { rate, say: run.say });
    return { ...measured, foreignShare: foreignShare() };
  } finally {
    await opened.stop();
    await opened.drop();
  }
}

type Made = Record<'whole' | 'killed' | 'refused' | 'asked', DeadLetters>;

async function makeAll(
  opened: Opened,
  { untold, unsubmitted }: Originals,
  { count, seed }: { count: number; seed: number },
): Promise<Made> {
  const random = new SeededRandom(seed);
  let orders = 0;
  const make = (order: Omit<DeadOrder, 'seed' | 'firstNumber'>): Promise<DeadLetters> => {
    orders += 1;
    const own = { seed: seed + orders * 100_000, firstNumber: orders * NUMBERS };
    return makeDeadLetters(opened, join(opened.side.dataDir, 'keys'), { ...order, ...own });
  };
  const statuses = { originals: untold, kind: { partner: 'dvclt', each: 'all' } } as const;
  return {
    asked: await make({
      name: 'asked',
      originals: unsubmitted,
      items: count,
      kind: { partner: 'hotich', each: 'all' },
    }),
    killed: await make({ ...statuses, name: 'killed', items: Math.min(count, MAX_KILLED) }),
    refused: await make({
      name: 'refused',
      originals: untold,
      items: Math.min(count, MAX_REFUSED),
      kind: { partner: 'dvclt', each: 'first' },
      isUnknown: () => random.isHit(REFUSED),
    }),
    whole: await make({ ...statuses, name: 'whole', items: count }),
  };
}

async function measure(
  opened: Opened,
  dead: Made,
  { rate, say }: { rate: number; say: BenchRun['say'] },
): Promise<Omit<ReplayRun, 'foreignShare'>> {
  const dry = await dryRun(opened, dead.whole, rate);
  say(`    dry run of ${dry.items} without questions: ${dry.seconds.toFixed(1)} s`);
  const asking = { ...(await dryRun(opened, dead.asked, rate)), alone: await askAlone(opened, dead.asked.reasonCode) };
  say(
    `    with questions: ${asking.seconds.toFixed(1)} s, of these the questions ${asking.alone.seconds.toFixed(1)} s`,
  );
  const whole = await carry(opened, dry.planId, dead.whole);
  say(`    run: ${whole.pace.perSecond.toFixed(1)}/s`);
  const killed = await carryKilled(opened, dead.killed, rate);
  say(`    killed: went on after ${(killed.pauseMs / 1_000).toFixed(1)} s`);
  const refused = await carryRefused(opened, dead.refused, rate);
  say(`    refused: ${refused.plan.stop?.code ?? 'no stop'} after ${refused.plan.counts.sent}`);
  const { seconds: aloneSeconds, verdicts } = asking.alone;
  return { dry, asking: { ...asking, aloneSeconds, verdicts }, whole, killed, refused };
}

const HAS_ENDED = ({ state }: PlanRow): boolean => state !== 'running';

async function carry(opened: Opened, planId: string, dead: DeadLetters): Promise<ReplayRun['whole']> {
  await startRun(opened, planId);
  const plan = await untilPlan(opened, planId, HAS_ENDED);
  return { plan, told: await toldStatuses(opened, planId, dead), pace: await paceOfLastWave(opened, dead, plan) };
}

/** In the middle of a run its worker is killed; the next one goes on by itself. */
async function carryKilled(opened: Opened, dead: DeadLetters, rate: number): Promise<ReplayRun['killed']> {
  const { planId, items } = await dryRun(opened, dead, rate);
  await startRun(opened, planId);
  await untilPlan(opened, planId, (plan) => plan.next > items / 2 || HAS_ENDED(plan));
  const killedAt = new Date();
  process.kill(opened.side.stack().pids.worker ?? -1, 'SIGKILL');
  const plan = await untilPlan(opened, planId, HAS_ENDED);
  return {
    plan,
    told: await toldStatuses(opened, planId, dead),
    pace: await paceOfLastWave(opened, dead, plan),
    pauseMs: await pauseAfter(opened.databaseUrl, planId, killedAt),
  };
}

/** DVCLT does not know a share of the dossiers, and says so. */
async function carryRefused(opened: Opened, dead: DeadLetters, rate: number): Promise<ReplayRun['refused']> {
  const { planId } = await dryRun(opened, dead, rate);
  await startRun(opened, planId);
  const plan = await untilPlan(opened, planId, HAS_ENDED);
  return {
    plan,
    unknown: dead.codes.filter((code) => code.endsWith('9') && code.length > dead.codes[0].length).length,
  };
}

function goalsOf(runs: readonly ReplayRun[], rate: number): BenchReport['goals'] {
  const perSecond = spreadOf(runs.map(({ dry }) => dry.items / dry.seconds)).median;
  const withQuestions = spreadOf(runs.map(({ asking }) => ownRate(asking))).median;
  const pace = spreadOf(runs.map(({ whole }) => whole.pace.perSecond)).median;
  const carried = runs.flatMap(({ whole, killed }) => [whole, killed]);
  const sum = (of: (run: ReplayRun['whole']) => number): number => carried.reduce((total, one) => total + of(one), 0);
  const skipped = sum(({ plan, told }) => plan.items - told.replayed + (plan.items - plan.counts.done));
  const repeated = sum(({ plan, told }) => told.entries - told.replayed + Math.max(0, told.effects - plan.items));
  const disordered = sum(({ told }) => told.disordered.length);
  return [
    {
      text: `dry run without questions ≥ ${DRY_GOAL} items/s (median ${perSecond.toFixed(0)})`,
      isMet: perSecond >= DRY_GOAL,
    },
    {
      text: `dry run with questions, without the partner's own time ≥ ${DRY_GOAL} items/s (median ${withQuestions.toFixed(0)})`,
      isMet: withQuestions >= DRY_GOAL,
    },
    {
      text: `last wave at ${rate}/s ± ${RATE_TOLERANCE * 100} % (median ${pace.toFixed(1)}/s)`,
      isMet: Math.abs(pace / rate - 1) <= RATE_TOLERANCE,
    },
    { text: `skipped, a kill included: ${skipped}`, isMet: skipped === 0 },
    { text: `repeated, a kill included: ${repeated}`, isMet: repeated === 0 },
    { text: `dossiers out of order, a kill included: ${disordered}`, isMet: disordered === 0 },
    {
      text: `stops by itself when ${REFUSED * 100} % are refused`,
      isMet: runs.every(({ refused }) => refused.plan.stop?.code === 'too-many-errors'),
    },
  ];
}

/** Items a second, the partner's own time left out. */
function ownRate({ items, seconds, aloneSeconds }: ReplayRun['asking']): number {
  return items / Math.max(0.001, seconds - aloneSeconds);
}

interface Line {
  head: string;
  of(run: ReplayRun): number;
  digits: number;
}

const LINES: readonly Line[] = [
  { head: 'freezing the selection, s', of: ({ dry }) => dry.freezeMs / 1_000, digits: 1 },
  { head: 'dry run without questions, s', of: ({ dry }) => dry.seconds, digits: 1 },
  { head: '… items/s', of: ({ dry }) => dry.items / dry.seconds, digits: 0 },
  { head: 'dry run with questions, s', of: ({ asking }) => asking.seconds, digits: 1 },
  { head: '… of these the questions alone, s', of: ({ asking }) => asking.aloneSeconds, digits: 1 },
  { head: '… items/s, these left out', of: ({ asking }) => ownRate(asking), digits: 0 },
  { head: 'run: items', of: ({ whole }) => whole.plan.counts.sent, digits: 0 },
  { head: '… a second in its last wave', of: ({ whole }) => whole.pace.perSecond, digits: 1 },
  { head: '… most in a second', of: ({ whole }) => whole.pace.mostInASecond, digits: 0 },
  { head: 'killed run: items', of: ({ killed }) => killed.plan.counts.sent, digits: 0 },
  { head: '… pause of the plan, s', of: ({ killed }) => killed.pauseMs / 1_000, digits: 1 },
  { head: '… most in a second', of: ({ killed }) => killed.pace.mostInASecond, digits: 0 },
  { head: '… calls more than items', of: ({ killed }) => killed.told.calls - killed.plan.items, digits: 0 },
  { head: 'refused run: released before it stopped', of: ({ refused }) => refused.plan.counts.sent, digits: 0 },
  { head: '… of these refused', of: ({ refused }) => refused.plan.counts.failed, digits: 0 },
];

function textOf(runs: readonly ReplayRun[], rate: number): string {
  const rows = LINES.map(({ head, of, digits }) => {
    const { median, min, max } = spreadOf(runs.map(of));
    return { head, median: median.toFixed(digits), spread: `${min.toFixed(digits)} to ${max.toFixed(digits)}` };
  });
  const table = tableOf(rows, [
    { head: `${rate}/s`, value: (row) => row.head },
    { head: 'median', value: (row) => row.median, align: 'right' },
    { head: 'from least to most', value: (row) => row.spread, align: 'right' },
  ]);
  const wrong = runs.flatMap(({ whole, killed }) => [...whole.told.disordered, ...killed.told.disordered]).slice(0, 20);
  return [
    table,
    'the dead letters: births carried as far as a hold lets them, copied in the database; each copy has sealed contents and a case at DVCLT of its own',
    ...quietLines(runs.map(({ foreignShare }) => foreignShare)),
    ...wrong.map((line) => `  ${line}`),
  ].join('\n');
}
