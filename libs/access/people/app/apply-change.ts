import { AppError, type Tx } from '#platform';
import { findClient, insertClient } from '../../identity/adapters/client-store';
import { countAdministrators, insertPerson, restartIdleTime, setAccess, setDisabled } from '../adapters/access-store';
import { insertAccount, linkSubject, removeTotp, savePassword } from '../adapters/account-store';
import { endCertificatesOf } from '../../identity/adapters/certificate-store';
import { endSecretsOf } from '../../identity/adapters/secret-store';
import { deleteSessionsOf } from '../adapters/session-store';
import { losesAdministrator, MIN_ADMINISTRATORS, type AccessChange, type ChangeKind } from '../domain/access-change';

type Apply = (tx: Tx, change: AccessChange, now: Date) => Promise<void>;

const APPLY: Readonly<Record<ChangeKind, Apply>> = {
  'create-client': async (tx, change, now) => createClient(tx, change, secretOf(change), now),
  'create-account': async (tx, change, now) => {
    if (!(await insertPerson(tx, change.clientId, change.content, now))) throw exists();
    const isNew = await insertAccount(tx, {
      clientId: change.clientId,
      username: change.content.username ?? '',
      passwordHash: change.secretHash,
      reviewedBy: change.proposedBy,
      at: now,
    });
    if (!isNew) throw conflict('username-taken', 'another account has this user name');
  },
  'set-access': (tx, { clientId, content }) => setAccess(tx, clientId, content),
  disable: (tx, { clientId }, now) => setDisabled(tx, clientId, now),
  enable: async (tx, { clientId }, now) => {
    await setDisabled(tx, clientId, null);
    restartIdleTime(tx, clientId, now);
  },
  'reset-password': async (tx, change, now) =>
    savePassword(tx, change.clientId, { hash: secretOf(change), at: now, mustChange: true }),
  'reset-totp': async (tx, { clientId }) => removeTotp(tx, clientId),
  'link-oidc': async (tx, { clientId, content }) => {
    if (!(await linkSubject(tx, clientId, content.issuer ?? '', content.subject ?? '')))
      throw conflict('subject-taken', 'another account is linked to this subject');
  },
};

/** After these nothing that the account proved itself by before is good any more: somebody else may have it. */
const ENDS_CREDENTIALS: readonly ChangeKind[] = ['disable', 'reset-password', 'reset-totp', 'link-oidc'];

/** Carries out a confirmed change in the caller's transaction. All sessions of the account end; with a disabling or a reset its secrets and
 *  certificates as well.
 *  @throws AppError 409 `client-exists`, `username-taken`, `subject-taken`, `client-unknown`, `administrators-needed` */
export async function applyChange(tx: Tx, change: AccessChange, now: Date): Promise<void> {
  const before = await findClient(tx, change.clientId);
  await APPLY[change.kind](tx, change, now);
  deleteSessionsOf(tx, change.clientId);
  if (ENDS_CREDENTIALS.includes(change.kind)) {
    endSecretsOf(tx, change.clientId, now);
    endCertificatesOf(tx, change.clientId, now);
  }
  if (!losesAdministrator(change, before?.roles ?? [])) return;
  if ((await countAdministrators(tx)) < MIN_ADMINISTRATORS)
    throw conflict('administrators-needed', `at least ${MIN_ADMINISTRATORS} administrators have to stay`);
}

async function createClient(tx: Tx, change: AccessChange, secretHash: string, now: Date): Promise<void> {
  const { roles = [], units = null, addresses = null, operations = null, quota } = change.content;
  const isNew = await insertClient(tx, {
    id: change.clientId,
    kind: 'machine',
    roles,
    units,
    addresses,
    operations,
    quota,
    secretHash,
    createdAt: now,
    disabledAt: null,
  });
  if (!isNew) throw exists();
}

function exists(): AppError {
  return conflict('client-exists', 'an account with this id exists');
}

function secretOf({ kind, secretHash }: AccessChange): string {
  if (secretHash === null) throw new Error(`a change of kind ${kind} was stored without its secret`);
  return secretHash;
}

function conflict(code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'refuse', status: 409, detail });
}
