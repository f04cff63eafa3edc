import { AppError, rfc3339 } from '#platform';
import { saveReview } from '../adapters/account-store';
import { answerOnce } from '../../identity/app/answer-once';
import { refuseMachine, type ActingAdministrator } from './acting-administrator';
import type { PeopleOptions } from './people-options';

/** An administrator has looked at an account and found that its person still needs it with these rights (every six months, security level 3).
 *  @throws AppError 403 `person-needed`; 404 `client-unknown` */
export async function reviewAccount(
  clientId: string,
  { by, idempotencyKey, addressDigest }: ActingAdministrator,
  { db, clock, journal }: Pick<PeopleOptions, 'db' | 'clock' | 'journal'>,
): Promise<{ clientId: string; reviewedAt: string }> {
  refuseMachine(by);
  const at = clock.now();
  const request = { operation: 'account.review', clientId };
  return db.run((tx) =>
    answerOnce(tx, { clientId: by.clientId, key: idempotencyKey, request, at }, async () => {
      if (!(await saveReview(tx, clientId, by.clientId, at)))
        throw new AppError({
          code: 'client-unknown',
          disposition: 'refuse',
          status: 404,
          detail: 'no person’s account with this id',
        });
      await journal.record(tx, {
        kind: 'account.reviewed',
        client: { id: by.clientId, kind: by.kind },
        operation: 'account.review',
        addressDigest,
        about: clientId,
      });
      return { clientId, reviewedAt: rfc3339(at) };
    }),
  );
}
