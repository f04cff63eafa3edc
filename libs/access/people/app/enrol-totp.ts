import { AppError, type Tx } from '#platform';
import type { Principal } from '../../identity/ports';
import { lockAccount, saveTotp, saveTotpDraft, type AccountWithAccess } from '../adapters/account-store';
import type { PeopleOptions } from './people-options';
import { newTotpSecret, totpStep, totpUri } from './totp';

type Deps = Pick<PeopleOptions, 'db' | 'clock' | 'journal' | 'seal'>;

/** A new secret for the authenticator app of an account that has none. It counts when a code made from it came back.
 *  @throws AppError 409 `totp-enrolled`: only two administrators take a second factor away */
export async function beginTotp(principal: Principal, { db, seal }: Deps): Promise<{ secret: string; uri: string }> {
  const secret = newTotpSecret();
  return db.run(async (tx) => {
    const account = await withoutTotp(tx, principal);
    saveTotpDraft(tx, account.clientId, seal.seal(account.clientId, secret));
    return { secret, uri: totpUri(secret, account.username) };
  });
}

/** The code proves that the app has the secret; it cannot be used again for a log-in.
 *  @throws AppError 409 `totp-enrolled`, `totp-not-begun`; 403 `totp-wrong` */
export async function confirmTotp(
  given: { principal: Principal; code: string; addressDigest: string },
  { db, clock, journal, seal }: Deps,
): Promise<void> {
  const { principal, code, addressDigest } = given;
  await db.run(async (tx) => {
    const { clientId, kind, totpDraftSealed } = await withoutTotp(tx, principal);
    if (!totpDraftSealed) throw refused('totp-not-begun', 409, 'ask for a secret first');
    const secret = seal.open(clientId, totpDraftSealed);
    const step = totpStep(secret, code, clock.now(), null);
    if (step === undefined) throw refused('totp-wrong', 403, 'the code is not right');
    saveTotp(tx, clientId, totpDraftSealed, step);
    await journal.record(tx, {
      kind: 'totp.enrolled',
      client: { id: clientId, kind },
      operation: 'session.confirm-totp',
      addressDigest,
    });
  });
}

async function withoutTotp(tx: Tx, { clientId }: Principal): Promise<AccountWithAccess> {
  const account = await lockAccount(tx, clientId);
  if (!account || account.totpSealed) throw refused('totp-enrolled', 409, 'this account has a second factor');
  return account;
}

function refused(code: string, status: number, detail: string): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail });
}
