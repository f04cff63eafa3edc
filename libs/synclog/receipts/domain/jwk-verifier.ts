import { createPublicKey, verify } from 'node:crypto';
import type { PublicJwk } from '../signing-keys';

/** Checks signatures by published keys. @returns a check that is false for an unknown key id, and for a key that is none, too */
export function jwkVerifier(
  keys: readonly PublicJwk[],
): (keyId: string, bytes: Uint8Array, signature: Uint8Array) => boolean {
  return (keyId, bytes, signature) => keys.some((jwk) => jwk.kid === keyId && isSignature(jwk, bytes, signature));
}

function isSignature(jwk: PublicJwk, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, bytes, createPublicKey({ key: { ...jwk }, format: 'jwk' }), signature);
  } catch {
    return false;
  }
}
