import { hashSecret, verifySecret } from './app/secret-hash';
import { isAddressAllowed, isAddressEntry } from './domain/address-list';
import { WindowLimiter } from './domain/window-limiter';

describe('secret hash', () => {
  it('verifies the secret it was made from, and no other', async () => {
    const stored = await hashSecret('s3cret');
    expect(stored).toMatch(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await verifySecret('s3cret', stored)).toBe(true);
    expect(await verifySecret('s3cres', stored)).toBe(false);
    expect(await hashSecret('s3cret')).not.toBe(stored);
  });

  it('says that a stored hash is damaged and does not take it for a no', async () => {
    await expect(verifySecret('x', 'plain')).rejects.toThrow('unknown form');
  });
});

describe('address list', () => {
  it.each([
    ['192.0.2.1', true],
    ['192.0.2.0/24', true],
    ['2001:db8::/32', true],
    ['192.0.2.0/33', false],
    ['192.0.2.0/24/8', false],
    ['192.0.2', false],
    ['gateway.test', false],
  ])('knows whether %s is an entry: %s', (entry, is) => expect(isAddressEntry(entry)).toBe(is));

  it.each([
    ['192.0.2.7', true],
    ['::ffff:192.0.2.7', true],
    ['192.0.3.7', false],
    ['2001:db8::1', true],
    ['2001:db9::1', false],
    ['not-an-address', false],
  ])('lets %s through: %s', (address, is) =>
    expect(isAddressAllowed(['192.0.2.0/24', '2001:db8::/32'], address)).toBe(is),
  );
});

describe('window limiter', () => {
  const at = (seconds: number): Date => new Date(seconds * 1_000);

  it('lets so many through in a window, tells how long to wait, and begins anew', () => {
    const limiter = new WindowLimiter({ limit: 2, windowMs: 60_000, maxKeys: 10 });
    limiter.count('a', at(0));
    expect(limiter.waitMs('a', at(1))).toBe(0);
    limiter.count('a', at(1));
    expect(limiter.waitMs('a', at(10))).toBe(50_000);
    expect(limiter.waitMs('b', at(10))).toBe(0);
    expect(limiter.waitMs('a', at(60))).toBe(0);
  });

  it('does not grow with made-up keys', () => {
    const limiter = new WindowLimiter({ limit: 1, windowMs: 60_000, maxKeys: 2 });
    for (const key of ['a', 'b', 'c']) limiter.count(key, at(0));
    expect([limiter.waitMs('a', at(0)), limiter.waitMs('c', at(0))]).toEqual([0, 60_000]);
  });
});
