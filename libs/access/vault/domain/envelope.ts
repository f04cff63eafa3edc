import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { AppError } from '#platform';

const ALGORITHM = 'aes-256-gcm';
export const NONCE_BYTES = 12;
export const KEY_BYTES = 32;
export const TAG_BYTES = 16;
/** Length of a wrapped 32-byte key: nonce ‖ ciphertext ‖ tag. */
export const WRAPPED_KEY_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** AES-256-GCM: ciphertext ‖ tag. Key objects, since Node 24 takes five times as long for a key that comes as bytes. `context` is authenticated, not stored. The nonce must be fresh for the key. */
export function encrypt(key: Buffer, nonce: Buffer, bytes: Uint8Array, context: string): Buffer {
  const cipher = createCipheriv(ALGORITHM, createSecretKey(key), nonce);
  cipher.setAAD(Buffer.from(context, 'utf8'));
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Opposite of `encrypt`. @throws AppError `vault-tampered` when key, nonce, bytes or context do not belong together */
export function decrypt(key: Buffer, nonce: Buffer, sealed: Buffer, context: string): Buffer {
  const end = sealed.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(ALGORITHM, createSecretKey(key), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context, 'utf8'));
    decipher.setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch (cause) {
    throw new AppError({
      code: 'vault-tampered',
      disposition: 'person',
      detail: 'a sealed object does not authenticate',
      cause,
    });
  }
}

/** Wraps a key with a key: nonce ‖ ciphertext ‖ tag. */
export function wrapKey(wrapping: Buffer, key: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  return Buffer.concat([nonce, encrypt(wrapping, nonce, key, context)]);
}

/** Opposite of `wrapKey`. The key has memory of its own: a slice of Node's shared pool would keep 64 kB alive as long as it is remembered,
 *  and would lie beside strangers' bytes. @throws AppError `vault-tampered` */
export function unwrapKey(wrapping: Buffer, wrapped: Buffer, context: string): Buffer {
  const pooled = decrypt(wrapping, wrapped.subarray(0, NONCE_BYTES), wrapped.subarray(NONCE_BYTES), context);
  const key = Buffer.alloc(pooled.length, pooled);
  pooled.fill(0);
  return key;
}
