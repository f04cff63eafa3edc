import { generateKeyPairSync, sign } from 'node:crypto';
import type { PublicJwk } from '../../receipts/signing-keys';
import { canonicalText } from '../domain/canonical';
import type { ReceiptToCheck } from '../domain/check-receipt';

/** A receipt for an entry, signed with a new key. @param more further members */
export function testReceipt(
  leaf: Buffer,
  more: Pick<ReceiptToCheck, 'dossierId' | 'operation'> = {},
): { receipt: ReceiptToCheck & { id: string }; keys: PublicJwk[] } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' }) as { x: string };
  const rest = { ...more, id: 'r1', leafHash: leaf.toString('base64'), keyId: 'k1' };
  const signature = sign(null, Buffer.from(canonicalText(rest)), privateKey).toString('base64');
  const keys: PublicJwk[] = [{ kty: 'OKP', crv: 'Ed25519', x, kid: 'k1', alg: 'EdDSA', use: 'sig' }];
  return { receipt: { ...rest, signature }, keys };
}
