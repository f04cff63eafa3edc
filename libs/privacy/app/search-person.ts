import { AppError, holdsPersonalNumber, localDay, type Tx } from '#platform';
import { isIndexIncomplete } from '../adapters/backfill-store';
import { findPersonsDossiers, personDigest, type FoundDossier } from '../adapters/person-index';
import { insertView } from '../adapters/view-store';
import { identityNumber } from '../domain/identity-numbers';
import { purposeFor } from '../domain/purposes';
import type { PrivacyDeps, Viewer } from '../ports';
import { reasonPersonal } from './reveal-fields';
import { refuseTooMany } from './within-limits';

export interface PersonAsk {
  identityNumber: string;
  purpose: string;
  reason?: string;
}

export interface PersonSearchResult {
  items: FoundDossier[];
  /** Dossiers from before the upgrade are still being indexed: some may be missing. */
  indexIncomplete: boolean;
}

/** Dossiers that one person has part in; more than these tell of something else than one person. */
export const MAX_FOUND = 200;
/** Of them, named in the sync log. */
const NAMED_IN_LOG = 100;

/** Finds the dossiers of a person, for a purpose, within the account's communes. The number is in no table and no log; that somebody searched, for what, and which dossiers were
 *  found is in the sync log before the answer leaves.
 *  @throws AppError 422 `identity-number-invalid`; otherwise as `revealFields` */
export async function searchPerson(ask: PersonAsk, by: Viewer, deps: PrivacyDeps): Promise<PersonSearchResult> {
  const digest = digestOf(ask.identityNumber, deps);
  if (holdsPersonalNumber(ask.reason ?? '')) throw reasonPersonal();
  const at = deps.clock.now();
  const { purpose, reason } = ask;
  const isSearch = true;
  purposeFor(deps.purposePolicy, { purpose, roles: by.roles, day: localDay(at), reason, isSensitive: true, isSearch });
  const search = { digest, purpose, reason, operation: 'person.search', at };
  return deps.db.run(async (tx) => {
    const found = await recordedSearch(tx, search, by, deps);
    return { items: found.slice(0, MAX_FOUND), indexIncomplete: await isIndexIncomplete(tx) };
  });
}

/** A search whose purpose is checked. */
export interface RecordedSearch {
  digest: Buffer;
  purpose: string;
  reason?: string;
  /** What it is part of. */
  operation: string;
  at: Date;
}

/** The search that counts against the account's limit and is in the sync log, also when it finds nothing; one dossier more than `MAX_FOUND` at most. Everything that
 *  tells whether a number is known goes through here, in a transaction that is committed before the answer leaves.
 *  @throws AppError 429 `too-many-reveals` */
export async function recordedSearch(
  tx: Tx,
  { digest, purpose, reason, operation, at }: RecordedSearch,
  by: Viewer,
  deps: PrivacyDeps,
): Promise<FoundDossier[]> {
  const account = by.actor.id;
  await refuseTooMany(tx, { account, kind: 'search', fields: 1, sensitive: 0, now: at }, deps.purposePolicy.limits);
  const viewId = deps.ids.next();
  await insertView(tx, {
    ...{ id: viewId, account, purpose, kind: 'search', dossierId: null, fields: ['identityNumber'] },
    ...{ sensitive: 0, reason: reason ?? null, at, expiresAt: at },
  });
  const found = await findPersonsDossiers(tx, digest, by.units, MAX_FOUND + 1);
  const refs = found.slice(0, NAMED_IN_LOG).map(({ dossierId }) => dossierId);
  const detail = { viewId, count: found.length, refs };
  await deps.syncLog.append(tx, [{ kind: 'person.searched', actor: by.actor, operation, purpose, detail }]);
  return found;
}

/** The digest under which a typed number is found.
 *  @throws AppError 422 `identity-number-invalid` */
export function digestOf(text: string, { vault }: Pick<PrivacyDeps, 'vault'>): Buffer {
  const number = identityNumber(text);
  if (number !== undefined) return personDigest(number, (bytes) => vault.dedupDigest(bytes));
  throw new AppError({
    code: 'identity-number-invalid',
    disposition: 'refuse',
    status: 422,
    field: 'identityNumber',
    detail: 'nine or twelve digits, or a passport’s number',
  });
}
