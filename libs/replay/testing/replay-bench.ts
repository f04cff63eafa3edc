import { join } from 'node:path';
import {
  Courier,
  type HistoryReplay,
  type PartnerView,
  type PayloadReader,
  type ReplayAdapter,
  type FieldComplaint,
} from '#delivery';
import { PARTNER_IDS, type PartnerId } from '#dossier';
import { createSyncLog } from '#synclog';
import { fixedClock } from '#testing';
import { DeliveryBench } from '../../delivery/testing/delivery-bench';
import { ScriptedPartner } from '../../delivery/testing/scripted-partner';
import { loadReplayPolicy } from '../adapters/load-replay-policy';
import { readItems, type ItemRow } from '../adapters/item-store';
import { readPlan } from '../adapters/plan-store';
import { Questions } from '../app/questions';
import { createPlan, type PlanCaller, type PlanDeps, type PlanRequest } from '../app/create-plan';
import { ReplayRunner } from '../app/replay-runner';
import type { RunDeps } from '../app/run-deps';
import { approvePlan, requestDryRun, startPlan } from '../app/steer-plan';
import type { PlanState, ReplayPlan } from '../domain/plan';
import type { ReplayPolicy } from '../domain/replay-policy';

const CONFIG = join(__dirname, '../../../config');

/** A partner that also says what it has: by script, by dossier. */
class ViewedPartner extends ScriptedPartner implements ReplayAdapter {
  readonly asked: string[] = [];
  history: HistoryReplay = 'as-was';
  /** Operations that carry the state of now, whatever `history` says. */
  asNow: readonly string[] = [];
  viewOf: (dossierId: string) => PartnerView = () => ({ verdict: 'absent', reasonCode: 'test.absent' });
  complaintsOf: (dossierId: string) => readonly FieldComplaint[] = () => [];

  historyReplay(operation = ''): HistoryReplay {
    return this.asNow.includes(operation) ? 'as-now' : this.history;
  }

  async view({ dossier }: Parameters<ReplayAdapter['view']>[0]): Promise<PartnerView> {
    this.asked.push(dossier.id);
    return this.viewOf(dossier.id);
  }

  async complaints({ dossier }: Parameters<ReplayAdapter['complaints']>[0]): Promise<readonly FieldComplaint[]> {
    return this.complaintsOf(dossier.id);
  }
}

/** Replay plans on a database of their own: gateway's part and worker's part, with a courier that carries what is released. */
export class ReplayBench {
  readonly clock;
  partner = new ViewedPartner();
  readonly policy: ReplayPolicy = { ...loadReplayPolicy(CONFIG), ratePerSecond: 1_000 };
  private keys = 0;

  private constructor(
    readonly delivery: DeliveryBench,
    clock: ReturnType<typeof fixedClock>,
  ) {
    this.clock = clock;
  }

  static async open(): Promise<ReplayBench> {
    const clock = fixedClock();
    return new ReplayBench(await DeliveryBench.open(clock), clock);
  }

  async close(): Promise<void> {
    await this.delivery.close();
  }

  async clear(): Promise<void> {
    await this.delivery.db.execute('with i as (delete from replay_item) delete from replay_plan');
    await this.delivery.clear();
    await this.delivery.db.execute('delete from partner_state');
    this.partner = new ViewedPartner();
  }

  /** The partner whose deliveries a courier carries here. */
  playPartner(id: PartnerId): void {
    this.partner = new ViewedPartner(id);
  }

  get deps(): PlanDeps {
    const { db, vault, ids } = this.delivery;
    return {
      db,
      vault,
      ids,
      clock: this.clock,
      policy: this.policy,
      causes: [],
      syncLog: createSyncLog(this.delivery),
    };
  }

  by(id = 'operator', key = `key-${(this.keys += 1)}`): PlanCaller {
    return { actor: { id, type: 'person' }, units: null, idempotencyKey: key };
  }

  create(request: Partial<PlanRequest> = {}, by = this.by()): Promise<ReplayPlan> {
    return createPlan(
      { selection: {}, reasonCode: 'partner-recovered', reason: 'it answers again', ...request },
      by,
      this.deps,
    );
  }

  runDeps(workerId = 'worker-a'): RunDeps {
    return {
      ...this.delivery.deps(this.partner, workerId),
      adapters: Object.fromEntries(PARTNER_IDS.map((id) => [id, this.partner])) as unknown as Record<
        PartnerId,
        ReplayAdapter
      >,
      payloads: {} as PayloadReader,
      questions: new Questions(() => 4),
      policy: this.policy,
    };
  }

  runner(workerId = 'worker-a', renewMs?: number): ReplayRunner {
    return new ReplayRunner(this.runDeps(workerId), {
      onProgress: () => undefined,
      ...(renewMs === undefined ? {} : { renewMs }),
    });
  }

  plan(id: string): Promise<ReplayPlan> {
    return readPlan(this.delivery.db, id, null) as Promise<ReplayPlan>;
  }

  items(planId: string): Promise<ItemRow[]> {
    return readItems(this.delivery.db, { planId, class: null, state: null, after: 0, limit: 1_000 });
  }

  /** Steps until nothing more is to be done at once, or the plan has this state. */
  async work(planId: string, until?: PlanState, runner = this.runner()): Promise<ReplayPlan> {
    const signal = new AbortController().signal;
    for (let round = 0; round < 500; round += 1) {
      const more = await runner.runOnce(signal);
      const plan = await this.plan(planId);
      if (plan.state === until || (until === undefined && more === 0)) return plan;
      this.clock.advance(1_000);
    }
    throw new Error(`plan ${planId} is still ${(await this.plan(planId)).state}`);
  }

  /** Dry run, approval and start. */
  async started(request: Partial<PlanRequest> = {}): Promise<ReplayPlan> {
    const { id } = await this.create(request);
    await requestDryRun(id, this.by(), this.deps);
    const looked = await this.work(id, 'dry-run');
    await approvePlan(id, looked.hash!.toString('hex'), this.by('approver'), this.deps);
    return startPlan(id, this.by(), this.deps);
  }

  /** Runs the plan with a courier beside it, until it has this state. */
  async run(planId: string, until: PlanState = 'done'): Promise<ReplayPlan> {
    const courier = this.courier();
    courier.start();
    const runner = this.runner();
    const signal = new AbortController().signal;
    try {
      for (let round = 0; round < 2_000; round += 1) {
        await runner.runOnce(signal);
        const plan = await this.plan(planId);
        if (plan.state === until) return plan;
        this.clock.advance(20);
        await new Promise((resolve) => setImmediate(resolve));
      }
      throw new Error(`plan ${planId} is still ${(await this.plan(planId)).state}`);
    } finally {
      await courier.stop();
    }
  }

  courier(workerId = 'worker-a'): Courier {
    return new Courier(this.delivery.deps(this.partner, workerId), { pollMs: 5, gatherMs: 1 });
  }

  /** Dossiers whose first deliveries were given up, refused unless said otherwise. */
  async dead(count: number, outcome = 'refused', steps: readonly number[] = [1]): Promise<string[]> {
    const dossiers = await this.delivery.newDossiers(count);
    for (const dossierId of dossiers) await this.delivery.enqueue(dossierId, steps);
    await this.delivery.db.execute(
      `with d as (
         update delivery set status = 'dead', due_at = null, outcome = $2, reason_code = 'test.refused', attempts = 10,
           first_attempt_at = $3, last_attempt_at = $3
         where dossier_id = any($1::uuid[]) and caused_seq = $4 returning dossier_id
       ) update lane set state = 'parked', due_at = null where dossier_id in (select dossier_id from d)`,
      [dossiers, outcome, this.clock.now(), steps[0]],
    );
    return dossiers;
  }

  /** Kinds of the sync log's entries about this plan, oldest first. */
  async logged(planId: string): Promise<string[]> {
    const rows = await this.delivery.db.query<{ kind: string }>(
      `select kind from synclog_entry where convert_from(bytes, 'UTF8') like '%' || $1 || '%' order by at, id`,
      [planId],
    );
    return rows.map((row) => row.kind);
  }
}
