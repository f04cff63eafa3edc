import { AppError, holdsPersonalNumber, localDay } from '#platform';
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

/** Dossiers that one person has part in; more than these tell of something else than one person. */
export const MAX_FOUND = 200;
/** Of them, named in the sync log. */
const NAMED_IN_LOG = 100;

/** Finds the dossiers of a person, for a purpose, within the account's communes. The number is in no table and no log; that somebody searched, for what, and which dossiers were
 *  found is in the sync log before the answer leaves.
 *  @throws AppError 422 `identity-number-invalid`; otherwise as `revealFields` */
export async function searchPerson(ask: PersonAsk, by: Viewer, deps: PrivacyDeps): Promise<FoundDossier[]> {
  const digest = digestOf(ask.identityNumber, deps);
  if (holdsPersonalNumber(ask.reason ?? '')) throw reasonPersonal();
  const now = deps.clock.now();
  const { purpose, reason } = ask;
  const isSearch = true;
  purposeFor(deps.purposePolicy, { purpose, roles: by.roles, day: localDay(now), reason, isSensitive: true, isSearch });
  return deps.db.run(async (tx) => {
    const account = by.actor.id;
    const limits = deps.purposePolicy.limits;
    await refuseTooMany(tx, { account, kind: 'search', fields: 1, sensitive: 0, now }, limits);
    const id = deps.ids.next();
    await insertView(tx, {
      ...{ id, account, purpose, kind: 'search', dossierId: null, fields: ['identityNumber'] },
      ...{ sensitive: 0, reason: reason ?? null, at: now, expiresAt: now },
    });
    const found = await findPersonsDossiers(tx, digest, by.units, MAX_FOUND);
    await deps.syncLog.append(tx, [
      {
        kind: 'person.searched',
        actor: by.actor,
        operation: 'person.search',
        purpose,
        detail: {
          viewId: id,
          count: found.length,
          refs: found.slice(0, NAMED_IN_LOG).map(({ dossierId }) => dossierId),
        },
      },
    ]);
    return found;
  });
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
