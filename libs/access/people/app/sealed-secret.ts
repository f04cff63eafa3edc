import { randomBytes } from 'node:crypto';
import { decrypt, encrypt, NONCE_BYTES } from '../../vault/domain/envelope';
import type { MasterKeys } from '../../vault/ports';

/** Secrets of second factors at rest: AES-256-GCM under a key derived from the master key, bound to the account that they belong to. */
export interface SecretSeal {
  seal(clientId: string, secret: string): Buffer;
  /** @throws AppError `vault-tampered` when it belongs to another account or was changed */
  open(clientId: string, sealed: Buffer): string;
}

export function secretSeal(keys: Pick<MasterKeys, 'derive'>): SecretSeal {
  const key = keys.derive('lienthong/totp-secrets/1');
  const contextOf = (clientId: string): string => `totp:${clientId}`;
  return {
    seal: (clientId, secret) => {
      const nonce = randomBytes(NONCE_BYTES);
      return Buffer.concat([nonce, encrypt(key, nonce, Buffer.from(secret, 'utf8'), contextOf(clientId))]);
    },
    open: (clientId, sealed) => {
      const [nonce, rest] = [sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES)];
      return decrypt(key, nonce, rest, contextOf(clientId)).toString('utf8');
    },
  };
}
