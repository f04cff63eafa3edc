import { createHmac } from 'node:crypto';
import { AppError, rfc3339, type Clock, type Database, type Tx } from '#platform';
import { disableClient, insertClient } from '../adapters/client-store';
import { answerOnce } from './answer-once';
import { isAddressEntry } from '../domain/address-list';
import type { Role } from '../domain/roles';
import type { Principal } from '../ports';
import { hashSecret } from './secret-hash';

export interface ClientDraft {
  id: string;
  kind: 'machine' | 'person';
  roles: readonly Role[];
  units?: readonly string[];
  addresses?: readonly string[];
  operations?: readonly string[];
}

/** Where changes of accounts are recorded (the sync log, DESIGN §10). */
export interface AccountJournal {
  record(
    tx: Tx,
    entry: {
      kind: 'client.created' | 'client.disabled';
      by: Principal;
      clientId: string;
      roles?: readonly string[];
      units?: readonly string[];
    },
  ): Promise<void>;
}

export interface ManageClientsOptions {
  db: Database;
  clock: Clock;
  journal: AccountJournal;
  /** 32 bytes derived from the master key for this purpose. */
  secretSeed: Buffer;
}

export interface ClientChange {
  by: Principal;
  idempotencyKey: string;
}

/** Accounts of machines and people (CONTRACTS §2, administrator). */
export class ManageClients {
  constructor(private readonly options: ManageClientsOptions) {}

  /** The secret is an HMAC over caller, key and id: an equal repeat shows it again although only its hash is stored.
   *  @throws AppError 400 `address-invalid`, 409 `client-exists`, 409 `idempotency-conflict` */
  async create(change: ClientChange, draft: ClientDraft): Promise<{ clientId: string; clientSecret: string }> {
    const wrong = draft.addresses?.find((entry) => !isAddressEntry(entry));
    if (wrong !== undefined)
      throw new AppError({
        code: 'address-invalid',
        disposition: 'refuse',
        status: 400,
        field: 'addresses',
        detail: 'an IP address or a CIDR network',
      });
    const clientSecret = this.secretOf(change, draft.id);
    const secretHash = await hashSecret(clientSecret);
    await this.once(change, { create: draft }, async (tx, at) => {
      const { units = null, addresses = null, operations = null, ...rest } = draft;
      const isNew = await insertClient(tx, {
        ...rest,
        units,
        addresses,
        operations,
        secretHash,
        createdAt: at,
        disabledAt: null,
      });
      if (!isNew)
        throw new AppError({
          code: 'client-exists',
          disposition: 'refuse',
          status: 409,
          field: 'id',
          detail: 'a client with this id exists',
        });
      await this.options.journal.record(tx, {
        kind: 'client.created',
        by: change.by,
        clientId: draft.id,
        roles: draft.roles,
        units: draft.units,
      });
    });
    return { clientId: draft.id, clientSecret };
  }

  /** @throws AppError 404 `client-unknown`, 409 `idempotency-conflict`, 409 `own-client` */
  async disable(change: ClientChange, clientId: string): Promise<{ clientId: string; disabledAt: string }> {
    if (clientId === change.by.clientId)
      throw new AppError({
        code: 'own-client',
        disposition: 'refuse',
        status: 409,
        detail: 'a client does not disable itself',
      });
    const done = await this.once(change, { disable: clientId }, async (tx, at) => {
      if (!(await disableClient(tx, clientId, at)))
        throw new AppError({
          code: 'client-unknown',
          disposition: 'refuse',
          status: 404,
          detail: 'no client with this id',
        });
      await this.options.journal.record(tx, { kind: 'client.disabled', by: change.by, clientId });
    });
    return { clientId, disabledAt: done.at };
  }

  private once(
    change: ClientChange,
    request: unknown,
    work: (tx: Tx, at: Date) => Promise<void>,
  ): Promise<{ at: string }> {
    const at = this.options.clock.now();
    return this.options.db.run((tx) =>
      answerOnce(tx, { clientId: change.by.clientId, key: change.idempotencyKey, request, at }, async () => {
        await work(tx, at);
        return { at: rfc3339(at) };
      }),
    );
  }

  private secretOf(change: ClientChange, id: string): string {
    return createHmac('sha256', this.options.secretSeed)
      .update(JSON.stringify([change.by.clientId, change.idempotencyKey, id]))
      .digest('base64url');
  }
}
