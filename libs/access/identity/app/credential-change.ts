import { AppError, type Clock, type Database, type Ids, type Tx } from '#platform';
import { lockClient } from '../adapters/secret-store';
import type { Principal } from '../ports';
import { answerOnce } from './answer-once';

/** Who changes something, once. */
export interface ClientChange {
  by: Principal;
  idempotencyKey: string;
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
  by: Principal;
  clientId: string;
  credentialId?: string;
  /** RFC 3339: end of the secret before. */
  until?: string;
}

export interface CredentialDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  journal: CredentialJournal;
}

/** A machine that a person may change: people look after their own access, so that no administrator can act as somebody else.
 *  @throws AppError 404 `client-unknown`, 409 `client-disabled`, 409 `client-is-person` */
export async function lockMachine(tx: Tx, clientId: string, by: Principal): Promise<void> {
  const client = await lockClient(tx, clientId);
  if (!client) throw clientUnknown();
  if (client.isDisabled) throw refuse('client-disabled', 409, 'a disabled client gets nothing new');
  if (client.kind === 'person' && clientId !== by.clientId)
    throw refuse('client-is-person', 409, 'what a person proves themselves by is not changed by another');
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

export function clientUnknown(): AppError {
  return refuse('client-unknown', 404, 'no client with this id');
}

export function refuse(code: string, status: number, detail: string, field?: string): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail, field });
}
