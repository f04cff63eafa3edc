import { hkdfSync, randomBytes } from 'node:crypto';
import {
  deriveFrom,
  masterKeyId,
  readKeyRing,
  withCurrent,
  withKey,
  withoutKey,
  writeKeyRing,
  type KeyRing,
} from './key-ring';

const AT = '2026-03-02T09:00:00+07:00';
const PURPOSES = ['lienthong/dedup/1', 'lienthong/file-links/1', 'lienthong/address-digest/1', 'x'];
const first = randomBytes(32);
const old = (): KeyRing => readKeyRing(`${first.toString('base64')}\n`);

function changed(ring: KeyRing): KeyRing {
  const { ring: more, id } = withKey(ring, randomBytes(32), AT);
  return withCurrent(more, id);
}

describe('a ring of master keys', () => {
  it('reads the file of an installation that never changed its key', () => {
    expect(old()).toMatchObject({ currentId: masterKeyId(first), keys: [{ key: first, madeAt: null }] });
  });

  it.each(PURPOSES)('derives for %s what HKDF-SHA-256 gives, as it always was', (purpose) => {
    const expected = Buffer.from(hkdfSync('sha256', first, Buffer.alloc(0), purpose, 32));
    expect(deriveFrom(old().seed, purpose)).toEqual(expected);
  });

  it('keeps what is derived over two changes and the loss of the first key', () => {
    let ring = readKeyRing(writeKeyRing(changed(readKeyRing(writeKeyRing(changed(old()))))));
    for (const { id } of ring.keys.slice(0, -1)) ring = readKeyRing(writeKeyRing(withoutKey(ring, id)));
    expect(ring.keys).toHaveLength(1);
    for (const purpose of PURPOSES) expect(deriveFrom(ring.seed, purpose)).toEqual(deriveFrom(old().seed, purpose));
    expect(writeKeyRing(ring)).not.toContain(first.toString('base64'));
  });

  it('gives back what was written, current key and order included', () => {
    const ring = withKey(changed(old()), randomBytes(32), AT).ring;
    expect(readKeyRing(writeKeyRing(ring))).toEqual(ring);
    expect(ring.currentId).toBe(ring.keys[1].id);
  });

  it.each<[string, (ring: KeyRing) => unknown]>([
    ['make an older key the current one again', (ring) => withCurrent(ring, ring.keys[0].id)],
    ['make the current key the current one', (ring) => withCurrent(ring, ring.currentId)],
    ['make an unknown key the current one', (ring) => withCurrent(ring, '00000000')],
    ['drop the current key', (ring) => withoutKey(ring, ring.currentId)],
    ['drop an unknown key', (ring) => withoutKey(ring, '00000000')],
    ['take the same key twice', (ring) => withKey(ring, ring.keys[0].key, AT)],
  ])('does not %s', (_what, change) => {
    expect(() => change(changed(old()))).toThrow(RangeError);
  });

  const document = (): Record<string, unknown> => JSON.parse(writeKeyRing(changed(old()))) as Record<string, unknown>;
  it.each<[string, () => string]>([
    ['nothing', () => ''],
    ['a key that is too short', () => randomBytes(31).toString('base64')],
    ['a cut document', () => writeKeyRing(changed(old())).slice(0, 200)],
    ['another format', () => JSON.stringify({ ...document(), format: 'other' })],
    ['a current key that is not there', () => JSON.stringify({ ...document(), current: '00000000' })],
    [
      'a key under the id of another',
      () => JSON.stringify({ ...document(), keys: [{ id: '00000000', madeAt: null, key: first.toString('base64') }] }),
    ],
  ])('refuses %s without repeating a byte of it', (_what, text) => {
    expect(() => readKeyRing(text())).toThrow(TypeError);
    expect(() => readKeyRing(text())).not.toThrow(new RegExp(first.toString('base64').slice(0, 8).replace(/\W/g, '.')));
  });

  it('refuses a seed that was not wrapped by the current key', () => {
    const other = JSON.parse(writeKeyRing(changed(old()))) as { seed: string };
    expect(() => readKeyRing(JSON.stringify({ ...document(), seed: other.seed }))).toThrow(
      expect.objectContaining({ code: 'vault-tampered' }),
    );
  });
});
