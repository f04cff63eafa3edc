import { createHmac } from 'node:crypto';
import { rfc3339, type Queryable, type Tx } from '#platform';
import { listCertificates } from '../adapters/certificate-store';
import { endSecret, expireOtherSecrets, insertSecret, listSecrets } from '../adapters/secret-store';
import { isValidAt, MAX_CREDENTIALS, validAt } from '../domain/credential-life';
import type { ClientSecret } from '../ports';
import {
  assertClient,
  changeOnce,
  lockMachine,
  lockToEnd,
  refuse,
  type ClientChange,
  type CredentialDeps,
} from './credential-change';
import { hashSecret } from './secret-hash';

export interface ManageSecretsOptions extends CredentialDeps {
  /** 32 bytes derived from the master key for this purpose. */
  secretSeed: Buffer;
  /** How long the secret before stays valid when nothing else is asked for, and at most. Seconds. */
  overlap: { defaultSeconds: number; maxSeconds: number };
}

export interface IssuedSecret {
  clientId: string;
  secretId: string;
  clientSecret: string;
  /** RFC 3339; until then the secret before is valid as well. */
  oldEndsAt: string;
}

/** More than a client ever has at once, and enough to see the last rotations. */
const LISTED = 50;

/** Secrets of machines that rotate: the next one is given out while the one before is still valid, so that nothing stops. */
export class ManageSecrets {
  constructor(private readonly options: ManageSecretsOptions) {}

  /** The secret is an HMAC over caller, key and client, as at the creation: an equal repeat shows it again although only its hash is stored.
   *  @param overlapSeconds how long the secret before stays valid; 0 ends it at once
   *  @throws AppError 404 `client-unknown`; 409 `client-disabled`, `client-is-person`, `client-has-role-of-people`, `too-many-secrets`, `idempotency-conflict`; 400 `overlap-too-long` */
  async issue(change: ClientChange, clientId: string, overlapSeconds?: number): Promise<IssuedSecret> {
    const { defaultSeconds, maxSeconds } = this.options.overlap;
    const overlap = overlapSeconds ?? defaultSeconds;
    if (overlap > maxSeconds) throw refuse('overlap-too-long', 400, `at most ${maxSeconds} seconds`, 'overlapSeconds');
    const clientSecret = this.secretOf(change, clientId);
    const secretHash = await hashSecret(clientSecret);
    const issued = await changeOnce(this.options, change, { issueSecret: clientId, overlapSeconds }, async (tx, at) => {
      await lockMachine(tx, clientId);
      await this.assertRoom(tx, clientId, overlap, at);
      const secretId = this.options.ids.next();
      const oldEndsAt = new Date(at.getTime() + overlap * 1_000);
      insertSecret(tx, { id: secretId, secretHash, createdAt: at }, clientId);
      expireOtherSecrets(tx, clientId, secretId, oldEndsAt);
      const until = rfc3339(oldEndsAt);
      await this.options.journal.record(tx, {
        kind: 'client-secret.issued',
        by: change,
        clientId,
        credentialId: secretId,
        until,
      });
      return { secretId, oldEndsAt: until };
    });
    return { clientId, ...issued, clientSecret };
  }

  /** Newest first; never the secret.
   *  @param now what counts as valid is judged by it
   *  @throws AppError 404 `client-unknown` */
  async list(db: Queryable, clientId: string, now: Date): Promise<(ClientSecret & { isValid: boolean })[]> {
    await assertClient(db, clientId);
    const secrets = await listSecrets(db, clientId, LISTED);
    return secrets.map((secret) => ({ ...secret, isValid: isValidAt(secret, now) }));
  }

  /** Ends a secret and the tokens that were got with it. One that has ended already stays as it is.
   *  @throws AppError 404 `client-unknown`, `secret-unknown`; 409 `last-secret`, `client-is-person`, `idempotency-conflict` */
  async end(change: ClientChange, clientId: string, secretId: string): Promise<{ secretId: string; endedAt: string }> {
    return changeOnce(this.options, change, { endSecret: secretId, of: clientId }, async (tx, at) => {
      await lockToEnd(tx, clientId, change.by);
      const secrets = await listSecrets(tx, clientId, LISTED);
      const secret = secrets.find(({ id }) => id === secretId);
      if (!secret) throw refuse('secret-unknown', 404, 'this client has no secret with this id');
      if (!isValidAt(secret, at)) return { secretId, endedAt: rfc3339(secret.endedAt ?? secret.expiresAt ?? at) };
      await this.assertAnother(tx, clientId, validAt(secrets, at).length - 1, at);
      endSecret(tx, secretId, at);
      await this.options.journal.record(tx, {
        kind: 'client-secret.ended',
        by: change,
        clientId,
        credentialId: secretId,
      });
      return { secretId, endedAt: rfc3339(at) };
    });
  }

  /** With no overlap the old ones make room by themselves. */
  private async assertRoom(tx: Tx, clientId: string, overlap: number, at: Date): Promise<void> {
    const valid = validAt(await listSecrets(tx, clientId, LISTED), at);
    if (overlap > 0 && valid.length >= MAX_CREDENTIALS)
      throw refuse('too-many-secrets', 409, 'two secrets are valid: end one, or ask for an overlap of 0 seconds');
  }

  private async assertAnother(tx: Tx, clientId: string, secretsLeft: number, at: Date): Promise<void> {
    if (secretsLeft > 0 || validAt(await listCertificates(tx, clientId, LISTED), at).length > 0) return;
    throw refuse('last-secret', 409, 'the client would be shut out: issue a new secret with an overlap of 0 seconds');
  }

  private secretOf({ by, idempotencyKey }: ClientChange, clientId: string): string {
    return createHmac('sha256', this.options.secretSeed)
      .update(JSON.stringify(['next', by.clientId, idempotencyKey, clientId]))
      .digest('base64url');
  }
}
