import { randomBytes } from 'node:crypto';
import { KEY_BYTES, unwrapKey, WRAPPED_KEY_BYTES, wrapKey } from './envelope';

describe('an envelope', () => {
  const wrapping = randomBytes(KEY_BYTES);
  const key = randomBytes(KEY_BYTES);

  it('gives back the key that was wrapped, in memory of its own', () => {
    const wrapped = wrapKey(wrapping, key, 'owner');
    expect(wrapped).toHaveLength(WRAPPED_KEY_BYTES);
    const unwrapped = unwrapKey(wrapping, wrapped, 'owner');
    expect(unwrapped).toEqual(key);
    expect(unwrapped.buffer.byteLength).toBe(KEY_BYTES);
  });

  it.each([
    ['another context', () => unwrapKey(wrapping, wrapKey(wrapping, key, 'owner'), 'other')],
    ['another wrapping key', () => unwrapKey(randomBytes(KEY_BYTES), wrapKey(wrapping, key, 'owner'), 'owner')],
  ])('does not open with %s', (_what, open) => {
    expect(open).toThrow(expect.objectContaining({ code: 'vault-tampered' }));
  });
});
