import { createHmac, createPrivateKey, sign, type KeyObject } from 'node:crypto';

/** A key of a webhook. `hmac`: both sides know it. `ed25519`: only we can sign, whoever has the public key can verify. */
export type WebhookKeyType = 'hmac' | 'ed25519';

/** One key, ready to sign. */
export interface SigningKey {
  type: WebhookKeyType;
  /** Of `hmac` the secret, of `ed25519` the private key's seed: 32 bytes. */
  secret: Buffer;
}

/** What is signed. */
export interface SignedMessage {
  /** Header `webhook-id`: the same in each repeat of a post. */
  id: string;
  /** Header `webhook-timestamp`: seconds since 1970, of this very post. */
  timestamp: number;
  body: string;
}

/** PKCS #8 of an Ed25519 key is this, and the seed. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The header `webhook-signature` of Standard Webhooks: a signature for each key, separated by a space; the receiver is content with one that
 *  it can verify, and so keys can change. */
export function signatureHeader(message: SignedMessage, keys: readonly SigningKey[]): string {
  const content = Buffer.from(`${message.id}.${message.timestamp}.${message.body}`, 'utf8');
  return keys.map((key) => signatureOf(content, key)).join(' ');
}

/** @param seed 32 bytes */
export function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
}

function signatureOf(content: Buffer, { type, secret }: SigningKey): string {
  if (type === 'hmac') return `v1,${createHmac('sha256', secret).update(content).digest('base64')}`;
  return `v1a,${sign(null, content, privateKeyOf(secret)).toString('base64')}`;
}
