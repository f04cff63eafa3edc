import { answeredBefore, answerOnce, APPROVAL_TTL_MS, requestState, type RequestState } from '#access';
import { findDossierIds, lockDossiers } from '#dossier';
import { AppError, holdsPersonalNumber, localDay, rfc3339, type Tx } from '#platform';
import { isIndexIncomplete, refuseIncomplete } from '../adapters/backfill-store';
import { unfinishedDossiers } from '../adapters/erasable-store';
import { heldDossiers } from '../adapters/legal-hold-store';
import type { FoundDossier } from '../adapters/person-index';
import { insertPersonRequest, readPersonRequest, readPersonRequests } from '../adapters/person-request-store';
import { requestDigest, type PersonRequest, type RequestKind } from '../domain/person-request';
import { purposeFor } from '../domain/purposes';
import type { ActingViewer, PrivacyDeps, Viewer } from '../ports';
import { reasonPersonal } from './reveal-fields';
import { digestOf, MAX_FOUND, recordedSearch } from './search-person';

/** The purpose of every request of a person (`config/purposes.yaml`). */
export const PERSON_REQUEST = 'person-request';

export interface PersonRequestAsk {
  kind: RequestKind;
  identityNumber: string;
  reason: string;
  /** Only these of the person's dossiers, by any of their codes. @default all */
  dossiers?: readonly string[];
}

/** A request as it is told; instants as RFC 3339. It does not name the person. */
export type ToldPersonRequest = Omit<
  PersonRequest,
  'requestedAt' | 'expiresAt' | 'approvedAt' | 'withdrawnAt' | 'state'
> & {
  state: RequestState;
  requestedAt: string;
  expiresAt: string;
  approvedAt: string | null;
  withdrawnAt: string | null;
};

export function toldPersonRequest(request: PersonRequest, now: Date): ToldPersonRequest {
  return {
    ...request,
    state: requestState(request, now),
    requestedAt: rfc3339(request.requestedAt),
    expiresAt: rfc3339(request.expiresAt),
    approvedAt: request.approvedAt && rfc3339(request.approvedAt),
    withdrawnAt: request.withdrawnAt && rfc3339(request.withdrawnAt),
  };
}

/** Writes down what a person asks for; a second officer has to approve it within 24 h. Frozen is which dossiers it is about. What could not be erased today is refused at
 *  once.
 *  @throws AppError 404 `person-unknown`; 422 `identity-number-invalid`, `dossier-not-of-person`, `too-many-dossiers`; 409 `dossier-not-at-end`, `legal-hold-stands`,
 *  `person-index-incomplete`;
 *  otherwise as `searchPerson` */
export async function askPersonRequest(
  ask: PersonRequestAsk,
  by: ActingViewer,
  deps: PrivacyDeps,
): Promise<ToldPersonRequest> {
  if (holdsPersonalNumber(ask.reason)) throw reasonPersonal();
  const digest = digestOf(ask.identityNumber, deps);
  const at = deps.clock.now();
  const use = { purpose: PERSON_REQUEST, roles: by.roles, day: localDay(at), isSensitive: true, isSearch: true };
  purposeFor(deps.purposePolicy, { ...use, reason: ask.reason });
  // The stored digest of a request would give a number of twelve digits away to who tries them all.
  const request = { ...ask, operation: 'person.request', identityNumber: digest.toString('base64') };
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request, at };
  const told = await deps.db.run((tx) => answeredBefore<ToldPersonRequest>(tx, once));
  if (told) return told;
  // A refusal tells whether the number is known: the search is counted and logged for good before anything can be refused.
  const search = { digest, purpose: PERSON_REQUEST, reason: ask.reason, operation: 'person.request', at };
  const found = await deps.db.run((tx) => recordedSearch(tx, search, by, deps));
  return deps.db.run((tx) => answerOnce(tx, once, () => write(tx, ask, { by, found, at }, deps)));
}

interface Asking {
  by: ActingViewer;
  found: readonly FoundDossier[];
  at: Date;
}

async function write(tx: Tx, ask: PersonRequestAsk, asking: Asking, deps: PrivacyDeps): Promise<ToldPersonRequest> {
  const { by, at } = asking;
  const account = by.actor.id;
  const dossiers = await frozen(tx, ask, asking.found);
  if (ask.kind === 'erase') await refuseUnerasable(tx, dossiers);
  const indexIncomplete = await isIndexIncomplete(tx);
  const request: PersonRequest = {
    id: deps.ids.next(),
    kind: ask.kind,
    dossiers,
    setDigest: requestDigest(ask.kind, dossiers),
    reason: ask.reason,
    requestedBy: account,
    requestedAt: at,
    expiresAt: new Date(at.getTime() + APPROVAL_TTL_MS),
    ...{ state: 'open', approvedBy: null, approvedAt: null, withdrawnAt: null, takes: 0, indexIncomplete },
  };
  await insertPersonRequest(tx, request);
  await deps.syncLog.append(tx, [
    {
      kind: 'person-request.made',
      actor: by.actor,
      operation: `person.${ask.kind}`,
      purpose: PERSON_REQUEST,
      detail: {
        requestId: request.id,
        setDigest: request.setDigest,
        count: dossiers.length,
        refs: dossiers,
        until: request.expiresAt.toISOString(),
      },
    },
  ]);
  return toldPersonRequest(request, at);
}

/** Ids in order, the chosen ones of those that were found for the account. */
async function frozen(tx: Tx, ask: PersonRequestAsk, found: readonly FoundDossier[]): Promise<string[]> {
  if (found.length === 0) throw refused('person-unknown', 404, 'no dossier of yours names this person');
  if (found.length > MAX_FOUND) throw refused('too-many-dossiers', 422, `more than ${MAX_FOUND} dossiers: name some`);
  if (ask.dossiers === undefined) return found.map(({ dossierId }) => dossierId).sort();
  return chosen(found, await findDossierIds(tx, ask.dossiers), ask.dossiers);
}

function chosen(found: readonly FoundDossier[], ids: ReadonlyMap<string, string>, codes: readonly string[]): string[] {
  const own = new Set(found.map(({ dossierId }) => dossierId));
  const named = codes.map((code) => ids.get(code));
  if (named.some((id) => id === undefined || !own.has(id)))
    throw refused('dossier-not-of-person', 422, 'one of these dossiers does not name this person');
  return [...new Set(named as string[])].sort();
}

/** The caller holds no lock yet: it takes the dossiers', so that neither a step nor a hold comes between.
 *  @throws AppError 409 `person-index-incomplete`; `legal-hold-stands`, `dossier-not-at-end`, with the dossiers */
export async function refuseUnerasable(tx: Tx, dossiers: readonly string[]): Promise<void> {
  await refuseIncomplete(tx);
  await lockDossiers(tx, [...dossiers].sort());
  const held = await heldDossiers(tx, dossiers);
  if (held.length > 0)
    throw refused('legal-hold-stands', 409, 'a legal hold stands on some of them', { dossiers: held });
  const unfinished = await unfinishedDossiers(tx, dossiers);
  if (unfinished.length > 0)
    throw refused('dossier-not-at-end', 409, 'some of them are not at their end', { dossiers: unfinished });
}

/** @throws AppError 404 `person-request-unknown`, for one about another commune too */
export async function showPersonRequest(
  id: string,
  by: Pick<Viewer, 'units'>,
  { db, clock }: Pick<PrivacyDeps, 'db' | 'clock'>,
): Promise<ToldPersonRequest> {
  const request = await readPersonRequest(db, id);
  if (!request || !(await isSeen(request, by, db))) throw requestUnknown();
  return toldPersonRequest(request, clock.now());
}

/** Whether all dossiers of a request are in the account's communes. */
export async function isSeen(
  { dossiers }: PersonRequest,
  { units }: Pick<Viewer, 'units'>,
  tx: Pick<PrivacyDeps['db'], 'query'>,
): Promise<boolean> {
  if (units === null) return true;
  const rows = await tx.query<{ id: string }>(
    `select id from dossier where id = any($1::uuid[]) and not unit = any($2) limit 1`,
    [dossiers, units],
  );
  return rows.length === 0;
}

/** Newest first. */
export async function listPersonRequests(
  page: { after: string | null; limit: number },
  by: Pick<Viewer, 'units'>,
  { db, clock }: Pick<PrivacyDeps, 'db' | 'clock'>,
): Promise<ToldPersonRequest[]> {
  const rows = await readPersonRequests(db, { ...page, units: by.units });
  return rows.map((row) => toldPersonRequest(row, clock.now()));
}

export function requestUnknown(): AppError {
  return refused('person-request-unknown', 404, 'no request with this id');
}

export function refused(code: string, status: number, detail: string, extra?: Record<string, unknown>): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail, extra });
}
