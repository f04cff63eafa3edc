import { applyCommands, findDossierId, lockDossiers, type Conflict, type DossierState } from '#dossier';
import type { Tx } from '#platform';
import type { SyncLogActor } from '#synclog';
import { endEvent, postponeEvent, type DecisionEvent } from '../adapters/decision-events';
import type { DecisionBody, DecisionSource } from '../ports';
import { decisionEntry, takeDecision } from './take-decision';
import type { IntakeDeps } from './intake-deps';
import { EVENT_SOURCE, eventKey, keepMessage, quarantineEvents, type EventFailure } from './quarantined-event';

export interface ApplyEventDeps extends IntakeDeps {
  source: Pick<DecisionSource, 'read'>;
  actor: SyncLogActor;
}

/** What became of a polled decision; `waits` and `failed` changed nothing. */
export type EventEnd =
  { end: 'applied' | 'conflict' } | { end: 'waits'; failure: EventFailure } | { end: 'failed'; failure: EventFailure };

export interface EventPatience {
  /** How long a decision on an unknown dossier is tried before it goes to quarantine. @default 600_000 ms (CONTRACTS §2) */
  unknownForMs: number;
  /** First pause between two tries; doubles. @default 1_000 ms */
  firstRetryMs: number;
  /** @default 15_000 ms */
  maxRetryMs: number;
}

interface Found {
  event: DecisionEvent;
  body: DecisionBody | EventFailure;
  dossierId: string | null;
}

/** Applies events, in their order, in the caller's transaction, by the use case of a pushed decision. The dossiers are locked together
 *  and sorted (DESIGN §7 "Locks"). Ends stand in the order of the events. */
export async function applyEvents(tx: Tx, events: readonly DecisionEvent[], deps: ApplyEventDeps): Promise<EventEnd[]> {
  const raws = await deps.vault.openMany(
    events.map((event) => event.rawRef),
    tx,
  );
  const found = await Promise.all(events.map((event, at) => find(tx, event, raws[at], deps.source)));
  const ids = found.map((one) => one.dossierId).filter((id) => id !== null);
  const states = new Map(await lockDossiers(tx, [...new Set(ids)].sort()));
  const ends: EventEnd[] = [];
  for (const one of found) ends.push(await applyOne(tx, one, states, deps));
  return ends;
}

async function find(tx: Tx, event: DecisionEvent, raw: Buffer, source: ApplyEventDeps['source']): Promise<Found> {
  const row = source.read(raw);
  const { dvclt, oneStop } = event.codes;
  const byDvclt = dvclt === undefined ? null : await findDossierId(tx, dvclt);
  const dossierId = byDvclt ?? (oneStop === undefined ? null : await findDossierId(tx, oneStop));
  const body = 'failure' in row ? { stage: 'event' as const, ...row.failure, responsible: EVENT_SOURCE } : row.decision;
  return { event, body, dossierId };
}

async function applyOne(
  tx: Tx,
  { event, body, dossierId }: Found,
  states: Map<string, DossierState | null>,
  deps: ApplyEventDeps,
): Promise<EventEnd> {
  if ('stage' in body) return { end: 'failed', failure: body };
  const state = dossierId === null ? null : (states.get(dossierId) ?? null);
  if (!state) return { end: 'waits', failure: unmatched('dossier-unknown', 'no dossier has one of these codes') };
  const toTake = { state, body, actor: deps.actor };
  const taken = await takeDecision(tx, toTake, deps);
  if (!taken.conflict) {
    states.set(state.id, taken.after);
    await end(tx, event, { disposition: 'accepted', dossierId: state.id }, deps);
    const received = decisionEntry('decision.received', { ...toTake, state: taken.after });
    const entry = { ...received, contentDigest: event.contentDigest.toString('base64') };
    await deps.syncLog.append(tx, [entry, ...taken.effects]);
    return { end: 'applied' };
  }
  // The hand-over's answer, which tells us the one-stop's code, may still be on its way: the decision is early, not wrong.
  if (state.state === 'received')
    return { end: 'waits', failure: unmatched('dossier-not-handed-over', 'the hand-over has no answer yet') };
  return keepConflict(tx, event, { ...toTake, conflict: taken.conflict, states }, deps);
}

function unmatched(code: string, reason: string): EventFailure {
  return { stage: 'dossier', code, reason, responsible: 'province' };
}

/** Nobody waits for an answer as at our API: what is not allowed is kept, and a person looks (CONTRACTS §2). */
async function keepConflict(
  tx: Tx,
  event: DecisionEvent,
  of: { state: DossierState; body: DecisionBody; conflict: Conflict; states: Map<string, DossierState | null> },
  deps: ApplyEventDeps,
): Promise<EventEnd> {
  const { state, body, conflict, states } = of;
  const actor = { id: deps.actor.id, type: deps.actor.type };
  const command = { kind: 'record-conflict' as const, reason: conflict.code, messageId: event.id };
  const [result] = await applyCommands(
    tx,
    [{ dossierId: state.id, actor, command }],
    deps,
    new Map([[state.id, state]]),
  );
  if (!result.conflict) states.set(state.id, result.after);
  await end(tx, event, { disposition: 'conflict', dossierId: state.id }, deps);
  const refused = decisionEntry('decision.refused', { state, body, actor: deps.actor });
  const contentDigest = event.contentDigest.toString('base64');
  await deps.syncLog.append(tx, [{ ...refused, outcome: conflict.code, contentDigest }]);
  return { end: 'conflict' };
}

async function end(
  tx: Tx,
  event: DecisionEvent,
  of: { disposition: 'accepted' | 'conflict'; dossierId: string },
  deps: ApplyEventDeps,
): Promise<void> {
  await endEvent(tx, event.id, of.disposition === 'accepted' ? 'applied' : 'conflict');
  await keepMessage(tx, event, of, deps);
}

/** What could not be applied now is tried again later, and after the patience goes to quarantine with its bytes. */
export async function putAside(
  tx: Tx,
  event: DecisionEvent,
  { end, failure }: Extract<EventEnd, { failure: EventFailure }>,
  { patience, deps }: { patience: EventPatience; deps: ApplyEventDeps },
): Promise<void> {
  const at = deps.clock.now();
  const isOver = event.failedSince !== null && at.getTime() - event.failedSince.getTime() >= patience.unknownForMs;
  if (end === 'waits' && !isOver) {
    const pauseMs = Math.min(patience.maxRetryMs, patience.firstRetryMs * 2 ** Math.min(event.tries, 20));
    await postponeEvent(tx, event.id, { at, nextTryAt: new Date(at.getTime() + pauseMs) });
    return;
  }
  await endEvent(tx, event.id, 'quarantined');
  await quarantineEvents(tx, [{ key: eventKey(event.position), row: event, failure }], deps);
}
