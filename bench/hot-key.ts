import { ApiClient } from '../apps/cli/client/api-client';
import { connectionOf } from '../apps/cli/client/connection';
import type { BenchRun, OpenSide } from './harness/bench-run';
import { latenciesOf, untilFinished } from './harness/dossier-ends';
import { fileAtPace } from './harness/file-at-pace';
import { measuredProduct } from './harness/measured-product';
import type { Meter } from './harness/meter';
import { pairedTable } from './harness/paired-table';
import type { ProductSide } from './harness/product-side';
import { queryOnce } from './harness/query-once';
import { quietLines } from './harness/quiet';
import type { BenchReport } from './harness/report';
import { percentile, spreadOf } from './harness/statistics';
import { until } from './harness/until';
import { HotDossier } from './hot-key/hot-dossier';

const OFFICERS = { minMs: 5, maxMs: 50 };
const EVERY_MS = 1_000;
const WARM_UP = 30;
const SHARE = 0.7;
/** The measured share may be a little beside it: events of the last moments count too. */
const SHARE_TOLERANCE = 0.05;
const GOAL = 1.1;
const FINISH_DEADLINE_MS = 300_000;
const DRAIN_DEADLINE_MS = 1_800_000;

interface HotRun {
  /** From the filing to the end of each other dossier, ms. */
  latenciesMs: number[];
  /** Part of all events that are the hot dossier's, while the others were filed. */
  share: number;
  decisions: number;
  /** Of the hot dossier, when the others were done: what its own lane still had to carry. */
  backlog: number;
  /** Progress rows of the hot dossier at the portal that do not follow their order, or are missing. */
  faults: number;
  /** Part of the machine that others used meanwhile, 0 to 1. */
  foreignShare: number;
}

/** One dossier with 70 % of all events, and whether the others notice. */
export async function hotKey(run: BenchRun): Promise<BenchReport> {
  run.say(
    `hot-key: ${run.count} births at ${1_000 / EVERY_MS}/s; ${run.repeats} interleaved repeats without and with a hot dossier`,
  );
  const pairs: { without: HotRun; with: HotRun }[] = [];
  for (let repeat = 1; repeat <= run.repeats; repeat += 1) {
    const without = await runOnce(run, repeat, false);
    const hot = await runOnce(run, repeat, true);
    pairs.push({ without, with: hot });
    run.say(`  repeat ${repeat}: p99 ${p99(without).toFixed(0)} ms without, ${p99(hot).toFixed(0)} ms with it`);
  }
  const ratio = spreadOf(pairs.map((pair) => p99(pair.with) / p99(pair.without)));
  const share = spreadOf(pairs.map((pair) => pair.with.share));
  const faults = pairs.reduce((sum, pair) => sum + pair.with.faults, 0);
  return {
    settings: { officers: OFFICERS, everyMs: EVERY_MS, warmUp: WARM_UP, share: SHARE },
    goals: [
      {
        text: `p99 of the others ≤ ${GOAL} × without it (median ${ratio.median.toFixed(2)})`,
        isMet: ratio.median <= GOAL,
      },
      {
        text: `its share of the events is ${(share.median * 100).toFixed(0)} %`,
        isMet: Math.abs(share.median - SHARE) <= SHARE_TOLERANCE,
      },
      { text: `its own steps lost or out of order: ${faults}`, isMet: faults === 0 },
    ],
    text: [
      pairedTable(pairs, [
        { head: 'others p50, ms', of: (one) => percentile(one.latenciesMs, 50), digits: 0 },
        { head: 'others p99, ms', of: p99, digits: 0 },
        { head: 'share of the hot dossier, %', of: (one) => one.share * 100, digits: 0 },
        { head: 'decisions on it', of: (one) => one.decisions, digits: 0 },
        { head: 'its backlog at the end', of: (one) => one.backlog, digits: 0 },
      ]),
      ...quietLines(pairs.flatMap((pair) => [pair.without.foreignShare, pair.with.foreignShare])),
    ].join('\n'),
    figures: { pairs, ratio, share },
  };
}

const p99 = ({ latenciesMs }: HotRun): number => percentile(latenciesMs, 99);

function runOnce(run: BenchRun, repeat: number, isHot: boolean): Promise<HotRun> {
  const label = `${isHot ? 'hot' : 'even'}_${repeat}`;
  return measuredProduct(run, { label, officers: OFFICERS }, (opened, meter) =>
    measure(opened, meter, { count: run.count, seed: run.seed + repeat * 10_000, isHot }),
  );
}

async function measure(
  opened: OpenSide<ProductSide>,
  meter: Meter,
  { count, seed, isHot }: { count: number; seed: number; isHot: boolean },
): Promise<Omit<HotRun, 'foreignShare'>> {
  const { side, databaseUrl } = opened;
  const warmUp = await side.simulators.file('birth', WARM_UP, seed + 1_000_000);
  await untilFinished(opened, warmUp.codes, FINISH_DEADLINE_MS);
  // Without it the dossier is there too, and at rest.
  const hot = await HotDossier.file({
    simulators: side.simulators,
    oneStop: new ApiClient(connectionOf({ data: side.dataDir, as: 'oneStop' }, {})),
    databaseUrl,
    seed: seed + 2_000_000,
    share: isHot ? SHARE : 0,
  });
  await meter.start();
  const beating = hot.beat();
  const filedAt = await fileAtPace(side, { count, everyMs: EVERY_MS, seed });
  const share = await hot.measuredShare();
  await meter.end();
  const decisions = await hot.rest(beating);
  const ends = await untilFinished(opened, [...filedAt.keys()], FINISH_DEADLINE_MS);
  const backlog = await waiting(databaseUrl, hot.id);
  await until(async () => (await waiting(databaseUrl, hot.id)) === 0, DRAIN_DEADLINE_MS, 'end of its lanes', 1_000);
  return { latenciesMs: latenciesOf(filedAt, ends), share, decisions, backlog, faults: await hot.faults(decisions) };
}

async function waiting(databaseUrl: string, dossierId: string): Promise<number> {
  const [{ count }] = await queryOnce<{ count: number }>(
    databaseUrl,
    `select (select count(*) from delivery where dossier_id = d.id and status not in ('settled', 'cancelled'))::integer
       + d.version - d.routed_seq as count from dossier d where d.id = $1`,
    [dossierId],
  );
  return count;
}
