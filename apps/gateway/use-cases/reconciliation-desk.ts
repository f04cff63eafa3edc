import { answeredBefore, answerOnce } from '#access';
import type { DossierStateName } from '#dossier';
import { AppError, canonicalBytes, rfc3339, sha256 } from '#platform';
import {
  canBeToldAgain,
  deliveriesToTellAgain,
  readReconciliation,
  requestReconciliation,
  stopReconciliation,
  type Discrepancy,
  type Reconciliation,
} from '#reconciliation';
import { createPlan, readPlan, type PlanCaller, type PlanRequest, type ReplayPlan } from '#replay';
import type { GatewayParts } from '../parts';
import type {
  DiscrepancyReplay,
  DiscrepancyView,
  NewReconciliation,
  ReconciliationView,
} from '../schema/reconciliation';
import type { ReplayView } from '../schema/replay';
import { replayView } from './replay-desk';

/** Where operators have partners compared with us, and plan to heal what differs (DESIGN §9). */
export class ReconciliationDesk {
  constructor(private readonly parts: GatewayParts) {}

  /** As `requestReconciliation`. @throws AppError 403 `unit-not-allowed` too: a run asks of all communes */
  async request(by: PlanCaller, { partner, from, to }: NewReconciliation): Promise<ReconciliationView> {
    refuseLimited(by);
    const window = { ...(from && { from: new Date(from) }), ...(to && { to: new Date(to) }) };
    return reconciliationView(await requestReconciliation({ partner, ...window }, by, this.deps()));
  }

  /** As `stopReconciliation`. @throws AppError 403 `unit-not-allowed` too */
  async stop(by: PlanCaller, id: string): Promise<ReconciliationView> {
    refuseLimited(by);
    return reconciliationView(await stopReconciliation(id, by, this.deps()));
  }

  /** @throws AppError 404 `reconciliation-unknown` */
  async find(id: string): Promise<Reconciliation> {
    const found = await readReconciliation(this.parts.db, id);
    if (found) return found;
    throw new AppError({
      code: 'reconciliation-unknown',
      disposition: 'refuse',
      status: 404,
      detail: 'no reconciliation with this id',
    });
  }

  /** A plan that tells the partner again what heals the open differences of a run; of the caller's communes only. Nothing is sent by it.
   *  @throws AppError 404 `reconciliation-unknown`, 422 `nothing-to-tell-again`; those of `createPlan` */
  async replay(by: PlanCaller, id: string, body: DiscrepancyReplay): Promise<ReplayView> {
    const { db, clock } = this.parts;
    const asked = JSON.parse(JSON.stringify({ replayDiscrepancies: { id, ...body } })) as object;
    const once = { clientId: by.actor.id, key: by.idempotencyKey, request: asked, at: clock.now() };
    const made = await db.run((tx) => answeredBefore<{ planId: string }>(tx, once));
    const planId = made?.planId ?? (await this.plan(by, await this.find(id), body));
    const plan = await db.run(async (tx) => {
      const first = await answerOnce(tx, once, () => Promise.resolve({ planId }));
      return (await readPlan(tx, first.planId, null)) as ReplayPlan;
    });
    this.parts.doorbell.ring('outbox');
    return replayView(plan);
  }

  /** The key of the plan goes with what it holds: a repeat after a crash finds the same plan, unless other differences are open by now. The plan
   *  of before then stays a draft, of which nothing is ever sent by itself. No client can send such a key: it holds a space. */
  private async plan(by: PlanCaller, { id }: Reconciliation, body: DiscrepancyReplay): Promise<string> {
    const { db, vault, syncLog, clock, ids, causes, replayPolicy: policy } = this.parts;
    const { reasonCode, reason, classes, ratePerSecond } = body;
    const selection = { reconciliationId: id, classes: classes ?? null, units: by.units };
    const deliveries = await deliveriesToTellAgain(db, selection);
    if (deliveries.length === 0) throw nothingToTellAgain();
    const request: PlanRequest = {
      source: 'history',
      selection: { ids: deliveries },
      reasonCode,
      reason,
      ratePerSecond,
    };
    const digest = sha256(canonicalBytes(deliveries)).toString('hex');
    const caller = { ...by, idempotencyKey: `${by.idempotencyKey} ${digest}` };
    return (await createPlan(request, caller, { db, vault, syncLog, clock, ids, causes, policy })).id;
  }

  private deps() {
    const { db, syncLog, clock, ids, reconciliationPolicy: policy } = this.parts;
    return { db, syncLog, clock, ids, policy };
  }
}

/** A run asks of dossiers of all communes.
 *  @throws AppError 403 `unit-not-allowed` */
function refuseLimited({ units }: PlanCaller): void {
  if (units === null) return;
  throw new AppError({
    code: 'unit-not-allowed',
    disposition: 'refuse',
    status: 403,
    detail: 'this account is limited to communes, and a reconciliation compares all of them',
  });
}

function nothingToTellAgain(): AppError {
  return new AppError({
    code: 'nothing-to-tell-again',
    disposition: 'refuse',
    status: 422,
    field: 'classes',
    detail: 'no open difference that this run saw last is healed by telling the partner again',
  });
}

/** A run as the API shows it. */
export function reconciliationView(run: Reconciliation): ReconciliationView {
  return {
    ...run,
    from: rfc3339(run.from),
    to: rfc3339(run.to),
    requestedAt: rfc3339(run.requestedAt),
    startedAt: timeOf(run.startedAt),
    endedAt: timeOf(run.endedAt),
    isClean: isClean(run),
  };
}

/** What only the partner has is looked for in its list: without the list not everything was looked at. */
function isClean({ state, listFailed, counts: { differing, unreadable, notLookedAt } }: Reconciliation): boolean {
  return state === 'finished' && !listFailed && differing + unreadable + notLookedAt === 0;
}

/** A difference as the API shows it.
 *  @param dossierState of its dossier, as of now; null when only the partner has one */
export function discrepancyView(found: Discrepancy, dossierState: DossierStateName | null, now: Date): DiscrepancyView {
  const until = found.closedAt ?? now;
  return {
    ...found,
    firstSeenAt: rfc3339(found.firstSeenAt),
    lastSeenAt: rfc3339(found.lastSeenAt),
    ageSeconds: Math.max(0, Math.round((until.getTime() - found.firstSeenAt.getTime()) / 1000)),
    closedAt: timeOf(found.closedAt),
    canBeToldAgain: found.state === 'open' && canBeToldAgain(found, dossierState),
  };
}

function timeOf(at: Date | null): string | null {
  return at && rfc3339(at);
}
