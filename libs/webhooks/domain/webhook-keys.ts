import { createHash, createPublicKey } from 'node:crypto';
import { privateKeyOf, type SigningKey, type WebhookKeyType } from './signature';

/** A key with the time in which it signs. */
export interface WebhookKey extends SigningKey {
  createdAt: Date;
  /** It signs beside the newer key until then; null = it is the newest. */
  signsUntil: Date | null;
}

const PREFIX: Readonly<Record<WebhookKeyType, string>> = { hmac: 'whsec_', ed25519: 'whsk_' };
const KEY_BYTES = 32;

/** Those that sign now, newest first. */
export function signingKeys(keys: readonly WebhookKey[], now: Date): WebhookKey[] {
  return keys.filter(({ signsUntil }) => signsUntil === null || signsUntil > now);
}

/** The keys after a change: the new one signs from now on, the one before beside it until then; older ones are dropped. */
export function withNewKey(keys: readonly WebhookKey[], fresh: SigningKey, now: Date, oldUntil: Date): WebhookKey[] {
  const kept = signingKeys(keys, now).slice(0, 1);
  return [{ ...fresh, createdAt: now, signsUntil: null }, ...kept.map((key) => ({ ...key, signsUntil: oldUntil }))];
}

/** A key as Standard Webhooks writes it: `whsec_…` (HMAC), `whsk_…` (private half of Ed25519). Secret. */
export function secretText({ type, secret }: SigningKey): string {
  return `${PREFIX[type]}${secret.toString('base64')}`;
}

/** What the receiver has to know: the secret itself, or the public key `whpk_…`. */
export function receiverText(key: SigningKey): string {
  return key.type === 'hmac' ? secretText(key) : `whpk_${publicKeyOf(key.secret).toString('base64')}`;
}

/** @throws TypeError for anything but 32 bytes behind one of the two prefixes */
export function parseSecret(text: string): SigningKey {
  const type = (['hmac', 'ed25519'] as const).find((one) => text.startsWith(PREFIX[one]));
  const secret = Buffer.from(type === undefined ? '' : text.slice(PREFIX[type].length), 'base64');
  if (type === undefined || secret.length !== KEY_BYTES) throw new TypeError('not a key of a webhook');
  return { type, secret };
}

/** Names a key without giving it away. */
export function keyIdOf(key: SigningKey): string {
  const seen = key.type === 'hmac' ? key.secret : publicKeyOf(key.secret);
  return createHash('sha256').update('lienthong/webhook-key/1').update(seen).digest('hex').slice(0, 16);
}

function publicKeyOf(seed: Buffer): Buffer {
  return createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
}
