import { documentedVerifier } from '../testing/documented-verifier';
import { signatureHeader, type SigningKey } from './signature';
import { keyIdOf, parseSecret, receiverText, secretText, signingKeys, withNewKey } from './webhook-keys';

const AT = new Date('2026-03-02T02:00:00Z');
const later = (hours: number): Date => new Date(AT.getTime() + hours * 3_600_000);
const key = (type: SigningKey['type'], fill: number): SigningKey => ({ type, secret: Buffer.alloc(32, fill) });
const faultOf = documentedVerifier();

describe('signatures of webhooks', () => {
  it('are those of Standard Webhooks: its published example', () => {
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
    expect(signatureHeader(message, [{ type: 'hmac', secret }])).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  const message = { id: 'event-1', timestamp: 1_772_416_800, body: '{"position":1}' };
  const headersOf = (keys: readonly SigningKey[]) => ({
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signatureHeader(message, keys),
  });

  it.each(['hmac', 'ed25519'] as const)('verify with what the receiver was given: %s', (type) => {
    const [ours, other] = [key(type, 1), key(type, 2)];
    const fault = (keys: readonly string[], body = message.body) =>
      faultOf(headersOf([ours]), body, keys, message.timestamp);
    expect(fault([receiverText(ours)])).toBeUndefined();
    expect(fault([receiverText(other)])).toBe('no signature is right');
    expect(fault([receiverText(ours)], '{"position":2}')).toBe('no signature is right');
  });

  it('verify with the old key and with the new one while both sign', () => {
    const [before, after] = [key('hmac', 1), key('ed25519', 2)];
    const headers = headersOf([after, before]);
    for (const known of [before, after])
      expect(faultOf(headers, message.body, [receiverText(known)], message.timestamp)).toBeUndefined();
  });

  it.each([-301, 301])('are refused outside of the window: %d s', (seconds) => {
    const known = receiverText(key('hmac', 1));
    const headers = headersOf([key('hmac', 1)]);
    expect(faultOf(headers, message.body, [known], message.timestamp + seconds)).toBe('too old, or from the future');
  });

  it('do not verify for another id, another time or none', () => {
    const known = [receiverText(key('hmac', 1))];
    const headers = headersOf([key('hmac', 1)]);
    const now = message.timestamp;
    expect(faultOf({ ...headers, 'webhook-id': 'event-2' }, message.body, known, now)).toBe('no signature is right');
    const moved = { ...headers, 'webhook-timestamp': String(now + 1) };
    expect(faultOf(moved, message.body, known, now)).toBe('no signature is right');
    expect(faultOf({ ...headers, 'webhook-timestamp': 'x' }, message.body, known, now)).toBe(
      'too old, or from the future',
    );
  });
});

describe('keys of a webhook', () => {
  it('sign beside the new one until the end of the overlap, and no more than two', () => {
    const one = withNewKey([], key('hmac', 1), AT, later(24));
    const two = withNewKey(one, key('hmac', 2), later(1), later(25));
    const three = withNewKey(two, key('hmac', 3), later(2), later(26));
    expect(signingKeys(two, later(24)).map(({ secret }) => secret[0])).toEqual([2, 1]);
    expect(signingKeys(two, later(25)).map(({ secret }) => secret[0])).toEqual([2]);
    expect(three.map(({ secret }) => secret[0])).toEqual([3, 2]);
  });

  it.each(['hmac', 'ed25519'] as const)(
    'come back from their text, and are named without giving them away: %s',
    (type) => {
      const made = key(type, 7);
      expect(parseSecret(secretText(made))).toEqual(made);
      expect(keyIdOf(made)).toMatch(/^[0-9a-f]{16}$/);
      expect(keyIdOf(made)).not.toBe(keyIdOf(key(type, 8)));
      if (type === 'ed25519') expect(receiverText(made)).not.toContain(made.secret.toString('base64'));
    },
  );

  it.each(['', 'whsec_', 'whsec_AAAA', 'other_AAAA'])('are not read from %j', (text) => {
    expect(() => parseSecret(text)).toThrow(TypeError);
  });
});
