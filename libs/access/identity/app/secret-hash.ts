import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Secrets of clients are 256-bit random, so a modest cost is enough: it slows down whoever stole the table, not us. */
const COST = { N: 16_384, r: 8, p: 1 };
/** Passwords are chosen by people, so that each guess has to cost more. */
export const PASSWORD_COST = { ...COST, p: 5 };
const HASH_BYTES = 32;

/** `scrypt$N$r$p$salt$hash`, salt and hash base64url. */
export async function hashSecret(secret: string, cost = COST): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(secret, salt, cost, HASH_BYTES);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Compares in constant time. A stored hash of another form is a damaged row: Error, never a quiet "no". */
export async function verifySecret(secret: string, stored: string): Promise<boolean> {
  const match = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/.exec(stored);
  if (!match) throw new Error('a stored secret hash has an unknown form');
  const [N, r, p] = match.slice(1, 4).map(Number);
  const expected = Buffer.from(match[5], 'base64url');
  const actual = await derive(secret, Buffer.from(match[4], 'base64url'), { N, r, p }, expected.length);
  return timingSafeEqual(actual, expected);
}

function derive(secret: string, salt: Buffer, cost: typeof COST, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, bytes, { ...cost, maxmem: 256 * cost.N * cost.r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
