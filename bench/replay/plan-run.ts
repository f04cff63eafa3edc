import { ApiClient } from '../../apps/cli/client/api-client';
import { connectionOf } from '../../apps/cli/client/connection';
import type { ReplayPlan } from '#replay';
import type { OpenSide } from '../harness/bench-run';
import type { ProductSide } from '../harness/product-side';
import { queryOnce } from '../harness/query-once';
import { until } from '../harness/until';
import type { DeadLetters } from './dead-letters';

type Opened = OpenSide<ProductSide>;

/** A plan as its row tells it. */
export interface PlanRow {
  state: ReplayPlan['state'];
  items: number;
  next: number;
  wave: number;
  waveFirst: number;
  counts: ReplayPlan['counts'];
  totals: ReplayPlan['totals'];
  stop: ReplayPlan['stop'];
  hash: string | null;
  dryRunAt: Date | null;
  drainFrom: Date | null;
  endedAt: Date | null;
}

/** A plan with what its dry run took. */
export interface DryRun {
  planId: string;
  items: number;
  /** To freeze the selection, ms. */
  freezeMs: number;
  /** From the request until totals and hash were there, s. */
  seconds: number;
  totals: ReplayPlan['totals'];
}

const DEADLINE_MS = 1_800_000;
const LOOK_EVERY_MS = 250;

/** Freezes these dead letters as a plan and has them looked at. */
export async function dryRun(opened: Opened, dead: DeadLetters, ratePerSecond: number): Promise<DryRun> {
  const operator = clientOf(opened, 'operator');
  const askedMs = performance.now();
  const { id } = await operator.post<{ id: string }>('/replays', {
    selection: { reasonCode: dead.reasonCode },
    reasonCode: 'partner-recovered',
    reason: 'bench',
    ratePerSecond,
  });
  const freezeMs = performance.now() - askedMs;
  const since = Date.now();
  await operator.post(`/replays/${id}/dry-run`, {});
  const { items, totals, dryRunAt } = await untilPlan(opened, id, ({ state }) => state !== 'dry-running');
  return { planId: id, items, freezeMs, seconds: ((dryRunAt?.getTime() ?? Number.NaN) - since) / 1_000, totals };
}

/** A second person agrees, and the run begins. */
export async function startRun(opened: Opened, planId: string): Promise<void> {
  const { hash } = await planOf(opened, planId);
  await clientOf(opened, 'approver').post(`/replays/${planId}/approve`, { hash });
  await clientOf(opened, 'operator').post(`/replays/${planId}/start`, {});
}

/** @returns the plan once the condition holds; what the product's end throws, else */
export async function untilPlan(
  opened: Opened,
  planId: string,
  condition: (plan: PlanRow) => boolean,
): Promise<PlanRow> {
  let plan = await planOf(opened, planId);
  await until(
    async () => {
      opened.side.assertRunning();
      plan = await planOf(opened, planId);
      return condition(plan);
    },
    DEADLINE_MS,
    'the next step of a plan',
    LOOK_EVERY_MS,
  );
  return plan;
}

async function planOf({ databaseUrl }: Opened, planId: string): Promise<PlanRow> {
  const [plan] = await queryOnce<PlanRow>(
    databaseUrl,
    `select state, items, next_number as next, wave, wave_first as "waveFirst", counts, totals, stop, encode(hash, 'hex') as hash,
            dry_run_at as "dryRunAt", drain_from as "drainFrom", ended_at as "endedAt"
     from replay_plan where id = $1`,
    [planId],
  );
  return plan;
}

function clientOf({ side }: Opened, as: string): ApiClient {
  return new ApiClient(connectionOf({ data: side.dataDir, as }, {}));
}
