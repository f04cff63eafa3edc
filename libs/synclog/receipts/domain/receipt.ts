import { randomBytes } from 'node:crypto';
import { canonicalBytes, sha256 } from '#platform';
import type { SigningKeys } from '../signing-keys';

/** What we promise to a client about what it handed over (CONTRACTS §2). Bytes are base64. */
export interface Receipt {
  id: string;
  /** RFC 3339. */
  at: string;
  clientId: string;
  operation: string;
  dossierId: string | null;
  /** SHA-256(salt ‖ RFC 8785 form of the body). */
  contentDigest: string;
  salt: string;
  /** Leaf of the sync log entry written in the same transaction. */
  leafHash: string;
  keyId: string;
  /** Ed25519 over the RFC 8785 form of all other members. */
  signature: string;
}

/** Salted digest of a request body: without the body it tells nothing, with it anybody can compute it again. */
export interface SaltedDigest {
  contentDigest: string;
  salt: string;
}

export function saltedDigest(body: unknown, salt: Buffer = randomBytes(32)): SaltedDigest {
  return { contentDigest: sha256(salt, canonicalBytes(body)).toString('base64'), salt: salt.toString('base64') };
}

export function signReceipt(unsigned: Omit<Receipt, 'keyId' | 'signature'>, keys: SigningKeys): Receipt {
  const rest = { ...unsigned, keyId: keys.keyId };
  return { ...rest, signature: keys.sign(canonicalBytes(rest)).toString('base64') };
}

/** True when the signature is by one of the keys and, if a body is given, the digest is that body's. */
export function verifyReceipt(receipt: Receipt, keys: Pick<SigningKeys, 'verify'>, body?: unknown): boolean {
  const { signature, ...rest } = receipt;
  if (!keys.verify(receipt.keyId, canonicalBytes(rest), Buffer.from(signature, 'base64'))) return false;
  return (
    body === undefined ||
    saltedDigest(body, Buffer.from(receipt.salt, 'base64')).contentDigest === receipt.contentDigest
  );
}

/** The receipt with its members in the order of the contract: what is stored as JSON comes back in another one, and the same request gets
 *  the same bytes again. */
export function inContractOrder(receipt: Receipt): Receipt {
  const { id, at, clientId, operation, dossierId, contentDigest, salt, leafHash, keyId, signature } = receipt;
  return { id, at, clientId, operation, dossierId, contentDigest, salt, leafHash, keyId, signature };
}
