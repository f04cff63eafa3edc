import { findDossierId, lockDossiers, type Conflict, type DossierState } from '#dossier';
import { AppError, type Tx } from '#platform';
import { issueReceipt, saltedDigest, type Receipt, type SigningKeys, type SyncLogActor } from '#synclog';
import type { DecisionBody } from '../ports';
import { answerOnce, type OnceAnswer } from './answer-once';
import type { IntakeDeps } from './intake-deps';
import { DECIDE, decisionEntry, takeDecision } from './take-decision';

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
      content: { operation: DECIDE, dossier: dossierId ?? code, body: request.asSent ?? body },
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
  const actor: SyncLogActor = { id: caller.clientId, type: 'machine', addressDigest: caller.addressDigest };
  const taken = await takeDecision(tx, { state, body, actor }, deps);
  if (taken.conflict) {
    const entry = decisionEntry('decision.refused', { state, body, actor });
    await deps.syncLog.append(tx, [{ ...entry, outcome: taken.conflict.code }]);
    return { refusal: refusal(taken.conflict) };
  }
  const digest = saltedDigest(request.asSent ?? body);
  const received = decisionEntry('decision.received', { state: taken.after, body, actor });
  const entries = [{ ...received, contentDigest: digest.contentDigest }, ...taken.effects];
  const [{ leafHash }] = await deps.syncLog.append(tx, entries);
  const receipt = await issueReceipt(
    tx,
    { ...digest, clientId: caller.clientId, operation: DECIDE, dossierId: state.id, leafHash },
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

function refusal(conflict: Conflict): AppError {
  const { code, state, allowedDecisions } = conflict;
  const detail =
    code === 'decision-not-allowed' ? `not allowed in state ${String(state)}` : 'the dossier has another one-stop code';
  return new AppError({ code, disposition: 'refuse', status: 409, detail, extra: { state, allowedDecisions } });
}
