import { lockDossiers, procedureOf } from '#dossier';
import { AppError, canonicalBytes, codeOf, type Tx } from '#platform';
import { issueReceipt, saltedDigest, type Receipt, type SaltedDigest, type SyncLogActor } from '#synclog';
import { findDossiersByCode } from '../adapters/listing-facts';
import { contentFingerprint } from '../domain/content-fingerprint';
import type { FitItem } from '../domain/intake-item';
import { resolveUnit } from '../domain/unit-cross-walk';
import type { DecodedDossier } from '../ports';
import { answerOnce, type OnceAnswer } from './answer-once';
import type { DecisionRequest, ReceiptDeps } from './receive-decision';
import { storeItems } from './store-items';

export interface FilingRequest {
  caller: DecisionRequest['caller'];
  idempotencyKey: string;
  /** The body as it came: digested for the receipt, and sealed as the raw message. */
  body: unknown;
  /** What the body says, checked for shape; files decoded. */
  dossier: DecodedDossier;
  oneStopCode: string;
}

const OPERATION = 'dossier.file';
/** Two filings of one new code at once: the loser looks again and finds the winner's dossier. */
const MAX_TRIES = 3;

/** Takes a dossier that the one-stop polled itself (`intake: onestop`, CONTRACTS §2): new, repeated, the awaited supplement,
 *  or content that nobody asked for, which is kept as a conflict for a person. Receipted in the same transaction.
 *  @throws AppError 422 `unit-unknown`, `unit-ambiguous`, `procedure-unknown`; 403 `unit-not-allowed`;
 *  409 `one-stop-code-mismatch`, `idempotency-conflict`, `dossier-code-taken` */
export async function receiveDossier(request: FilingRequest, deps: ReceiptDeps): Promise<Receipt> {
  const digest = saltedDigest(request.body);
  const item = { ...itemOf(request, deps), receiptDigest: digest.contentDigest };
  const { clientId } = request.caller;
  const once = {
    clientId,
    idempotencyKey: request.idempotencyKey,
    content: { operation: OPERATION, body: request.body },
  };
  for (let tries = 1; ; tries += 1) {
    try {
      const receipt = await answerOnce(once, deps, (tx) => file(tx, item, { ...request, digest }, deps));
      deps.doorbell.ring('outbox');
      return receipt;
    } catch (error) {
      if (codeOf(error) !== 'dossier-code-taken' || tries === MAX_TRIES) throw error;
    }
  }
}

/** Understood and mapped, or refused at once: a caller who waits for the answer is better told than quarantined. */
function itemOf({ body, dossier, oneStopCode, caller }: FilingRequest, deps: ReceiptDeps): FitItem {
  const resolved = resolveUnit(deps.units, dossier.unitText, dossier.receivedAt);
  if ('failure' in resolved) throw unprocessable(resolved.failure, 'unit');
  if (!procedureOf(deps.procedures, dossier.procedureCode, dossier.module))
    throw unprocessable('procedure-unknown', 'procedureCode');
  if (caller.units !== null && !caller.units.includes(resolved.unit)) throw unitNotAllowed();
  return {
    listing: null,
    code: dossier.code,
    raw: canonicalBytes(body),
    stages: [],
    openItemId: null,
    dossier,
    unit: resolved.unit,
    contentDigest: deps.vault.dedupDigest(contentFingerprint(dossier)).toString('base64'),
    oneStopCode,
  };
}

function unprocessable(code: string, field: string): AppError {
  return new AppError({
    code,
    disposition: 'refuse',
    status: 422,
    field,
    detail: `${field} cannot be mapped: ${code}`,
  });
}

function unitNotAllowed(): AppError {
  return new AppError({
    code: 'unit-not-allowed',
    disposition: 'refuse',
    status: 403,
    field: 'unit',
    detail: 'this client may not file for this unit',
  });
}

async function file(
  tx: Tx,
  item: FitItem,
  { caller, digest }: FilingRequest & { digest: SaltedDigest },
  deps: ReceiptDeps,
): Promise<OnceAnswer> {
  const actor: SyncLogActor = { id: caller.clientId, type: 'machine', addressDigest: caller.addressDigest };
  await refuseForeign(tx, item, caller.units);
  const [stored] = await storeItems(tx, [item], { source: 'onestop', actor }, deps);
  const { dossierId = null } = stored;
  // Content that we hold, filed again while a supplement is awaited, changes nothing; its receipt still needs a leaf.
  const repeat = {
    kind: 'duplicate.received' as const,
    actor,
    codes: [item.code],
    unit: item.unit,
    operation: OPERATION,
  };
  const leafHash =
    stored.leafHash ??
    (
      await deps.syncLog.append(tx, [{ ...repeat, dossierId: stored.dossierId, contentDigest: digest.contentDigest }])
    )[0].leafHash;
  const receipt = await issueReceipt(
    tx,
    { ...digest, clientId: caller.clientId, operation: OPERATION, dossierId, leafHash },
    { keys: deps.signingKeys, ids: deps.ids, clock: deps.clock },
  );
  return { receipt };
}

/** A known dossier of another unit, or with another code of the one-stop, is not the caller's to change. */
async function refuseForeign(tx: Tx, item: FitItem, units: readonly string[] | null): Promise<void> {
  const dossierId = (await findDossiersByCode(tx, [item.code])).get(item.code);
  const state = dossierId === undefined ? null : (await lockDossiers(tx, [dossierId])).get(dossierId);
  if (!state) return;
  if (units !== null && !units.includes(state.unit)) throw unitNotAllowed();
  if (state.codes.oneStop !== undefined && state.codes.oneStop !== item.oneStopCode) {
    throw new AppError({
      code: 'one-stop-code-mismatch',
      disposition: 'refuse',
      status: 409,
      field: 'oneStopCode',
      detail: 'the dossier has another one-stop code',
    });
  }
}
