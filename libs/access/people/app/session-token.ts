import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** The token against cross-site requests of a session: a function of the session's own token, which no other site can read, so that nothing
 *  has to be stored for it. base64url. */
export function csrfToken(token: string): string {
  return createHmac('sha256', token).update('lienthong/csrf/1').digest('base64url');
}

/** Compares in constant time. */
export function isCsrfToken(token: string, given: string): boolean {
  const [ours, theirs] = [Buffer.from(csrfToken(token)), Buffer.from(given)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
