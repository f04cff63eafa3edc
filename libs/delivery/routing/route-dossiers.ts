import {
  evolve,
  isMoot,
  react,
  type DossierEvent,
  type DossierState,
  type PlannedTimer,
  type Procedure,
} from '#dossier';
import { AppError, codeOf, type Clock, type Ids, type Log, type Tx } from '#platform';
import { enqueueDeliveries, type NewDelivery } from '../app/enqueue-deliveries';
import {
  blockRouting,
  insertTimers,
  lockUnrouted,
  moveRouted,
  readUnrouted,
  type UnroutedDossier,
} from './routing-store';
import { isLoggableCode, type SyncLog } from '#synclog';
import { watchChange } from './watch-change';

/** Begins and ends the poll of hộ tịch for a dossier (intake's table, written in the router's transaction). */
export interface RegistryWatchPort {
  begin(tx: Tx, watches: readonly { dossierId: string; module: 'KS' | 'KT'; code: string }[]): Promise<void>;
  end(tx: Tx, dossierIds: readonly string[]): Promise<void>;
}

export interface RouteDependencies {
  procedures: readonly Procedure[];
  ids: Ids;
  clock: Clock;
  log: Log;
  registryWatch: RegistryWatchPort;
  syncLog: Pick<SyncLog, 'append'>;
}

export interface RouteResult {
  dossiers: number;
  events: number;
  deliveries: number;
}

interface Plan {
  deliveries: NewDelivery[];
  timers: { dossierId: string; causedSeq: number; timer: PlannedTimer }[];
  begin: { dossierId: string; module: 'KS' | 'KT'; code: string }[];
  end: string[];
  moved: { id: string; routedSeq: number; routedProjection: DossierState }[];
  blocked: { id: string; code: string }[];
  events: number;
}

/** Routes what these dossiers' journals hold above `routed_seq`: deliveries, timers and watches, in one transaction.
 *  A record is only a knock on the door: what is routed already is skipped, a gap is read from the journal (DESIGN §3).
 *  A dossier whose event cannot be routed is marked and waits alone. */
export async function routeDossiers(
  tx: Tx,
  dossierIds: readonly string[],
  deps: RouteDependencies,
): Promise<RouteResult> {
  const ids = [...new Set(dossierIds)].sort();
  const [dossiers, journals] = await Promise.all([lockUnrouted(tx, ids), readUnrouted(tx, ids)]);
  if (dossiers.length === 0) return { dossiers: 0, events: 0, deliveries: 0 };
  const plan: Plan = { deliveries: [], timers: [], begin: [], end: [], moved: [], blocked: [], events: 0 };
  for (const dossier of dossiers) planDossier(dossier, journals.get(dossier.id) ?? [], plan, deps);
  await enqueueDeliveries(tx, plan.deliveries, { ids: deps.ids, now: deps.clock.now() });
  insertTimers(tx, plan.timers, deps.ids);
  await deps.registryWatch.begin(tx, plan.begin);
  await deps.registryWatch.end(tx, plan.end);
  moveRouted(tx, plan.moved);
  await markBlocked(tx, plan.blocked, deps.syncLog);
  return { dossiers: dossiers.length, events: plan.events, deliveries: plan.deliveries.length };
}

/** Dossiers that wait for a person, with the entries that say so. */
export async function markBlocked(
  tx: Tx,
  blocked: readonly { id: string; code: string }[],
  syncLog: Pick<SyncLog, 'append'>,
): Promise<void> {
  blockRouting(tx, blocked);
  await syncLog.append(
    tx,
    blocked.map(({ id, code }) => ({
      kind: 'dossier.routing-blocked',
      actor: { id: 'router', type: 'system' },
      dossierId: id,
      detail: { reasonCode: isLoggableCode(code) ? code : 'unreadable' },
    })),
  );
}

function planDossier(
  dossier: UnroutedDossier,
  journal: readonly JournalFact[],
  plan: Plan,
  deps: RouteDependencies,
): void {
  const own: Plan = { deliveries: [], timers: [], begin: [], end: [], moved: [], blocked: [], events: 0 };
  try {
    foldAndReact(dossier, journal, own, deps);
  } catch (error) {
    deps.log.error('routing.blocked', { dossierId: dossier.id, code: codeOf(error) });
    plan.blocked.push({ id: dossier.id, code: codeOf(error) });
    return;
  }
  plan.deliveries.push(...own.deliveries);
  plan.timers.push(...own.timers);
  plan.begin.push(...own.begin);
  plan.end.push(...own.end);
  plan.moved.push(...own.moved);
  plan.events += journal.length;
}

/** One journal row above `routed_seq`. */
export interface JournalFact {
  seq: number;
  at: Date;
  event: DossierEvent;
}

function foldAndReact(
  dossier: UnroutedDossier,
  journal: readonly JournalFact[],
  own: Plan,
  deps: RouteDependencies,
): void {
  let state = dossier.routedProjection;
  for (const { seq, at, event } of journal) {
    if (seq !== (state?.version ?? 0) + 1) throw new AppError({ code: 'journal-gap', disposition: 'bug' });
    state = { ...evolve(state, event, at.toISOString()), id: dossier.id };
    const procedure = procedureOfState(state, deps.procedures);
    const reaction = react(state, event, procedure, at.toISOString());
    for (const planned of reaction.deliveries) {
      own.deliveries.push({
        partner: planned.partner,
        dossierId: dossier.id,
        operation: planned.operation,
        unit: state.unit,
        procedure: state.procedure,
        causedSeq: seq,
        step: planned.step,
        facts: planned.facts,
        status: isMoot(planned, dossier.projection) ? 'cancelled' : 'queued',
      });
    }
    for (const timer of reaction.timers) own.timers.push({ dossierId: dossier.id, causedSeq: seq, timer });
    watchRegistry(dossier.id, state, event, own);
  }
  if (state) own.moved.push({ id: dossier.id, routedSeq: state.version, routedProjection: state });
}

function procedureOfState(state: DossierState, procedures: readonly Procedure[]): Procedure {
  const procedure = procedures.find((one) => one.id === state.procedure);
  if (!procedure)
    throw new AppError({
      code: 'procedure-not-configured',
      disposition: 'person',
      detail: `procedure ${state.procedure} is not configured`,
    });
  return procedure;
}

/** The last of a batch counts. */
function watchRegistry(dossierId: string, state: DossierState, event: DossierEvent, own: Plan): void {
  const change = watchChange(state, event);
  if (change === null || !state.codes.oneStop) return;
  own.begin = change === 'begin' ? [{ dossierId, module: state.module, code: state.codes.oneStop }] : [];
  own.end = change === 'end' ? [dossierId] : [];
}
