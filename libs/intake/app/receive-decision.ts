import type { PlainObject } from '#access';
import { registrationDelivery } from '#delivery';
import {
  applyCommands,
  findDossierId,
  lockDossiers,
  type Command,
  type Decision,
  type DossierState,
  type OfficerNote,
} from '#dossier';
import { AppError, localInstant, rfc3339, type Tx } from '#platform';
import {
  issueReceipt,
  saltedDigest,
  type Receipt,
  type SigningKeys,
  type SyncLogActor,
  type SyncLogEntryInput,
} from '#synclog';
import { answerOnce, type OnceAnswer } from './answer-once';
import { aboutDossier, applyDecisionEffects } from './decision-effects';
import type { IntakeDeps } from './intake-deps';

/** Body of `POST /api/v1/dossiers/{code}/decisions` (CONTRACTS §2), checked for shape by the gateway. */
export interface DecisionBody {
  decision: Decision;
  /** RFC 3339. */
  decidedAt: string;
  officer?: { name?: string; title?: string; department?: string };
  note?: string;
  /** RFC 3339, or a day, which ends at 17:00. */
  supplementDeadline?: string;
  oneStopCode?: string;
}

export interface DecisionRequest {
  /** Who asks; `units` null = all. Another unit's dossier is as unknown as none. */
  caller: { clientId: string; units: readonly string[] | null; addressDigest?: string };
  idempotencyKey: string;
  /** Any code of the dossier. */
  code: string;
  body: DecisionBody;
  /** The body as it came, where that differs (null for an absent member): what the receipt's digest is of. @default body */
  asSent?: unknown;
}

export type ReceiptDeps = IntakeDeps & { signingKeys: SigningKeys };

const OPERATION = 'dossier.decide';

/** Takes an officer's decision: judged by `accept` under the dossier's lock, sealed, logged and receipted in one transaction,
 *  so that the caller is told at once what is not allowed and what would be.
 *  @throws AppError `dossier-unknown` (404), `decision-not-allowed` or `one-stop-code-mismatch` (409, with `state` and
 *  `allowedDecisions`), `idempotency-conflict` (409) */
export async function receiveDecision(request: DecisionRequest, deps: ReceiptDeps): Promise<Receipt> {
  const { caller, idempotencyKey, code, body } = request;
  // Any code of the dossier makes the same request (CONTRACTS §2: same key and body, the same receipt).
  const dossierId = await findDossierId(deps.db, code);
  const receipt = await answerOnce(
    {
      clientId: caller.clientId,
      idempotencyKey,
      content: { operation: OPERATION, dossier: dossierId ?? code, body: request.asSent ?? body },
    },
    deps,
    (tx) => decide(tx, dossierId, request, deps),
  );
  deps.doorbell.ring('outbox');
  deps.doorbell.ring('lanes');
  return receipt;
}

async function decide(
  tx: Tx,
  dossierId: string | null,
  request: DecisionRequest,
  deps: ReceiptDeps,
): Promise<OnceAnswer> {
  const { body, caller } = request;
  const state = await lockOwn(tx, dossierId, request.caller.units);
  const registration = await registrationDelivery(tx, state.id);
  const actor: SyncLogActor = { id: caller.clientId, type: 'machine', addressDigest: caller.addressDigest };
  const officerRef = hasOfficerNote(body) ? deps.ids.next() : undefined;
  const command = commandOf(body, officerRef, registration);
  const [result] = await applyCommands(
    tx,
    [{ dossierId: state.id, actor: { id: actor.id, type: actor.type }, command }],
    deps,
    new Map([[state.id, state]]),
  );
  if (result.conflict) {
    await deps.syncLog.append(tx, [
      { ...entryOf('decision.refused', state, body, actor), outcome: result.conflict.code },
    ]);
    return { refusal: refusal(result.conflict) };
  }
  if (officerRef) {
    const owner = { ownerKind: 'dossier' as const, ownerId: state.id };
    await deps.vault.seal(tx, owner, [officerNote(officerRef, body)]);
  }
  const taken = { decision: body.decision, state, events: result.events, actor };
  const effects = await applyDecisionEffects(tx, taken, deps.clock.now());
  const digest = saltedDigest(request.asSent ?? body);
  const received = { ...entryOf('decision.received', result.after, body, actor), contentDigest: digest.contentDigest };
  const [{ leafHash }] = await deps.syncLog.append(tx, [received, ...effects]);
  const receipt = await issueReceipt(
    tx,
    { ...digest, clientId: caller.clientId, operation: OPERATION, dossierId: state.id, leafHash },
    { keys: deps.signingKeys, ids: deps.ids, clock: deps.clock },
  );
  return { receipt };
}

/** Another unit's dossier is as unknown as none. */
async function lockOwn(tx: Tx, dossierId: string | null, units: readonly string[] | null): Promise<DossierState> {
  const state = dossierId === null ? null : ((await lockDossiers(tx, [dossierId])).get(dossierId) ?? null);
  if (state === null || (units !== null && !units.includes(state.unit))) {
    throw new AppError({
      code: 'dossier-unknown',
      disposition: 'refuse',
      status: 404,
      detail: 'no dossier has this code',
    });
  }
  return state;
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

function refusal(conflict: { code: string; state: string | null; allowedDecisions: readonly Decision[] }): AppError {
  const { code, state, allowedDecisions } = conflict;
  const detail =
    code === 'decision-not-allowed' ? `not allowed in state ${String(state)}` : 'the dossier has another one-stop code';
  return new AppError({ code, disposition: 'refuse', status: 409, detail, extra: { state, allowedDecisions } });
}

function officerNote(ref: string, { officer, note }: DecisionBody): PlainObject {
  const sealed: OfficerNote = { ...officer, ...(note === undefined ? {} : { note }) };
  return { ref, kind: 'officer-note', contentType: 'application/json', bytes: Buffer.from(JSON.stringify(sealed)) };
}

function entryOf(
  kind: 'decision.received' | 'decision.refused',
  state: DossierState,
  { decision, decidedAt }: DecisionBody,
  actor: SyncLogActor,
): SyncLogEntryInput {
  return {
    ...aboutDossier(state, actor),
    kind,
    operation: OPERATION,
    detail: { decision, decidedAt, state: state.state },
  };
}
