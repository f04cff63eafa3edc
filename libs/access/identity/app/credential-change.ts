import { AppError, type Clock, type Database, type Ids, type Queryable, type Tx } from '#platform';
import { clientExists } from '../adapters/client-store';
import { lockClient } from '../adapters/secret-store';
import { ROLES_OF_PEOPLE } from '../domain/roles';
import type { Principal, Quota } from '../ports';
import { answerOnce } from './answer-once';

/** Who changes something, once. */
export interface ClientChange {
  by: Principal;
  idempotencyKey: string;
  addressDigest?: string;
}

/** Where changes of what clients prove themselves by, and of their limits, are recorded (the sync log, DESIGN §10). */
export interface CredentialJournal {
  record(tx: Tx, entry: CredentialRecord): Promise<void>;
}

interface CredentialRecord {
  kind:
    | 'client-secret.issued'
    | 'client-secret.ended'
    | 'client-certificate.added'
    | 'client-certificate.ended'
    | 'client.changed';
  by: Pick<ClientChange, 'by' | 'addressDigest'>;
  clientId: string;
  credentialId?: string;
  /** RFC 3339: end of the secret before. */
  until?: string;
  /** The new one. */
  quota?: Quota;
}

export interface CredentialDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  journal: CredentialJournal;
}

/** A machine that one administrator alone may give something new, or limit. Not a person, by nobody: what a stolen log-in gives itself would outlive
 *  it. Not one that has a role of people from a version before: it could say a second yes.
 *  @throws AppError 404 `client-unknown`; 409 `client-disabled`, `client-is-person`, `client-has-role-of-people` */
export async function lockMachine(tx: Tx, clientId: string): Promise<void> {
  const client = await lockClient(tx, clientId);
  if (!client) throw clientUnknown();
  if (client.isDisabled) throw refuse('client-disabled', 409, 'a disabled client gets nothing new');
  if (client.kind === 'person')
    throw refuse(
      'client-is-person',
      409,
      'people log in with a password and a one-time code; two administrators make and reset them (accounts, access-changes)',
    );
  const role = client.roles.find((one) => ROLES_OF_PEOPLE.includes(one));
  if (role)
    throw refuse(
      'client-has-role-of-people',
      409,
      `the role ${role} is for people: two administrators take it from this machine first (access-changes, set-access)`,
    );
}

/** A client whose secret or certificate one may end: any machine, and oneself.
 *  @throws AppError 404 `client-unknown`; 409 `client-is-person` */
export async function lockToEnd(tx: Tx, clientId: string, by: Principal): Promise<void> {
  const client = await lockClient(tx, clientId);
  if (!client) throw clientUnknown();
  if (client.kind === 'person' && clientId !== by.clientId)
    throw refuse('client-is-person', 409, 'what a person proves themselves by is not ended by one other alone');
}

/** @throws AppError 404 `client-unknown` */
export async function assertClient(db: Queryable, clientId: string): Promise<void> {
  if (!(await clientExists(db, clientId))) throw clientUnknown();
}

/** One change in one transaction; an equal repeat gets the first answer. */
export function changeOnce<T extends object>(
  { db, clock }: Pick<CredentialDeps, 'db' | 'clock'>,
  { by, idempotencyKey }: ClientChange,
  request: object,
  work: (tx: Tx, at: Date) => Promise<T>,
): Promise<T> {
  const at = clock.now();
  return db.run((tx) =>
    answerOnce(tx, { clientId: by.clientId, key: idempotencyKey, request, at }, () => work(tx, at)),
  );
}

function clientUnknown(): AppError {
  return refuse('client-unknown', 404, 'no client with this id');
}

export function refuse(code: string, status: number, detail: string, field?: string): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail, field });
}
