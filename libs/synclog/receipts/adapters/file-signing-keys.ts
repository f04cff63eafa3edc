import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#platform';
import type { PublicJwk, SigningKeys } from '../signing-keys';

const FILE_NAME = 'signing.json';

/** The file driver gives the private key too, for libraries that want to sign themselves (access tokens). */
export interface FileSigningKeys extends SigningKeys {
  readonly privateKey: KeyObject;
}

/** Signing key of an installation without a key service: KEY_DIR/signing.json, an Ed25519 private JWK with `kid`.
 *  @throws AppError `signing-key-unreadable` naming the file */
export function fileSigningKeys(keyDir: string): FileSigningKeys {
  const path = join(keyDir, FILE_NAME);
  const { privateKey, keyId } = readKey(path);
  const publicKey = createPublicKey(privateKey);
  const { x } = publicKey.export({ format: 'jwk' }) as { x: string };
  const jwk: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x, kid: keyId, alg: 'EdDSA', use: 'sig' };
  return {
    keyId,
    privateKey,
    sign: (bytes) => sign(null, bytes, privateKey),
    verify: (id, bytes, signature) => id === keyId && verify(null, bytes, publicKey, signature),
    publicKeys: () => ({ keys: [jwk] }),
  };
}

/** Makes KEY_DIR/signing.json where there is none; an existing one is never touched. `kid` is the RFC 7638 thumbprint. */
export function ensureSigningKey(keyDir: string): void {
  mkdirSync(keyDir, { recursive: true, mode: 0o700 });
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const thumbprint = createHash('sha256')
    .update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }))
    .digest('base64url');
  try {
    writeFileSync(
      join(keyDir, FILE_NAME),
      `${JSON.stringify({ ...jwk, kid: thumbprint, alg: 'EdDSA', use: 'sig' })}\n`,
      { mode: 0o600, flag: 'wx' },
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function readKey(path: string): { privateKey: KeyObject; keyId: string } {
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8')) as JsonWebKey & { kid?: unknown };
    if (typeof jwk.kid !== 'string' || jwk.crv !== 'Ed25519') throw new TypeError('not an Ed25519 key with kid');
    return { privateKey: createPrivateKey({ key: jwk, format: 'jwk' }), keyId: jwk.kid };
  } catch (cause) {
    throw new AppError({
      code: 'signing-key-unreadable',
      disposition: 'person',
      detail: `${path} must hold an Ed25519 private JWK with kid`,
      cause,
    });
  }
}
