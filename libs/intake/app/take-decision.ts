import type { PlainObject } from '#access';
import { registrationDelivery } from '#delivery';
import {
  applyCommands,
  type Command,
  type Conflict,
  type DossierState,
  type LockedDossiers,
  type OfficerNote,
} from '#dossier';
import { localInstant, rfc3339, type Tx } from '#platform';
import type { SyncLogActor, SyncLogEntryInput } from '#synclog';
import type { DecisionBody } from '../ports';
import { aboutDossier, applyDecisionEffects } from './decision-effects';
import type { IntakeDeps } from './intake-deps';

/** An officer's decision about a dossier whose lock the caller holds. */
export interface DecisionToTake {
  state: DossierState;
  body: DecisionBody;
  actor: SyncLogActor;
}

/** Taken, with the entries of its effects for the sync log; or not allowed, and then nothing was written. */
export type DecisionTaken =
  { after: DossierState; effects: readonly SyncLogEntryInput[]; conflict?: undefined } | { conflict: Conflict };

export const DECIDE = 'dossier.decide';

/** Has `accept` judge a decision, journals it, seals the officer and does what it means for deliveries, whichever way it came: by push or
 *  by poll. The sync log entry of the decision itself is the caller's. */
export async function takeDecision(
  tx: Tx,
  { state, body, actor }: DecisionToTake,
  deps: Omit<IntakeDeps, 'units'>,
): Promise<DecisionTaken> {
  const registration = await registrationDelivery(tx, state.id);
  const officerRef = hasOfficerNote(body) ? deps.ids.next() : undefined;
  const command = commandOf(body, officerRef, registration);
  const locked: LockedDossiers = new Map([[state.id, state]]);
  const onDossier = { dossierId: state.id, actor: { id: actor.id, type: actor.type }, command };
  const [result] = await applyCommands(tx, [onDossier], deps, locked);
  if (result.conflict) return { conflict: result.conflict };
  if (officerRef) {
    const owner = { ownerKind: 'dossier' as const, ownerId: state.id };
    await deps.vault.seal(tx, owner, [officerNote(officerRef, body)]);
  }
  const taken = { decision: body.decision, state, events: result.events, actor };
  return { after: result.after, effects: await applyDecisionEffects(tx, taken, deps.clock.now()) };
}

/** The sync log's entry about a decision, taken or refused. */
export function decisionEntry(
  kind: 'decision.received' | 'decision.refused',
  { state, body: { decision, decidedAt }, actor }: DecisionToTake,
): SyncLogEntryInput {
  const detail = { decision, decidedAt, state: state.state };
  return { ...aboutDossier(state, actor), kind, operation: DECIDE, detail };
}

function hasOfficerNote({ officer, note }: DecisionBody): boolean {
  return [note, ...Object.values(officer ?? {})].some((text) => text !== undefined && text !== '');
}

function commandOf(
  body: DecisionBody,
  officerRef: string | undefined,
  registration: Extract<Command, { kind: 'decide' }>['registration'],
): Command {
  return {
    kind: 'decide',
    decision: body.decision,
    decidedAt: body.decidedAt,
    registration,
    ...(officerRef ? { officerRef } : {}),
    ...(body.supplementDeadline ? { supplementDeadline: deadlineOf(body.supplementDeadline) } : {}),
    ...(body.oneStopCode ? { oneStopCode: body.oneStopCode } : {}),
  };
}

/** A deadline date gets 17:00:00 (CONTRACTS §1.2 "DVCLT status"). */
function deadlineOf(text: string): string {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return day ? rfc3339(localInstant(Number(day[1]), Number(day[2]), Number(day[3]), 17)) : text;
}

function officerNote(ref: string, { officer, note }: DecisionBody): PlainObject {
  const sealed: OfficerNote = { ...officer, ...(note === undefined ? {} : { note }) };
  return { ref, kind: 'officer-note', contentType: 'application/json', bytes: Buffer.from(JSON.stringify(sealed)) };
}
