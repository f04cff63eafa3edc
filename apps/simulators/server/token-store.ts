import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Credentials } from './systems';

/** Tokens of one system: issued after a right log-in, checked on every call, ended by time or by a switch. */
export class TokenStore {
  private readonly expiryByToken = new Map<string, number>();
  private readonly key = randomBytes(32);

  constructor(
    private readonly credentials: Credentials,
    private readonly lifetimeMs: number,
    private readonly now: () => number,
  ) {}

  isRight(username: unknown, password: unknown): boolean {
    return isEqual(username, this.credentials.username) && isEqual(password, this.credentials.password);
  }

  /** A signed JWT, as DVCLT's is (dvclt.md §1.1); its clients need not look inside. */
  issue(): { token: string; expiresAtMs: number } {
    const expiresAtMs = this.now() + this.lifetimeMs;
    const head = base64url({ alg: 'HS256', typ: 'JWT' });
    const claims = base64url({ exp: Math.floor(expiresAtMs / 1000), jti: randomBytes(12).toString('hex') });
    const signature = createHmac('sha256', this.key).update(`${head}.${claims}`).digest('base64url');
    const token = `${head}.${claims}.${signature}`;
    this.expiryByToken.set(token, expiresAtMs);
    return { token, expiresAtMs };
  }

  isAlive(token: string | undefined): boolean {
    if (token === undefined) return false;
    const expiresAtMs = this.expiryByToken.get(token);
    if (expiresAtMs === undefined) return false;
    if (expiresAtMs > this.now()) return true;
    this.expiryByToken.delete(token);
    return false;
  }

  end(token: string | undefined): void {
    if (token !== undefined) this.expiryByToken.delete(token);
  }
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf(header: string | undefined): string | undefined {
  return header?.startsWith('Bearer ') ? header.slice(7) : undefined;
}

function base64url(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url');
}

function isEqual(given: unknown, right: string): boolean {
  if (typeof given !== 'string') return false;
  const [left, other] = [Buffer.from(given), Buffer.from(right)];
  return left.length === other.length && timingSafeEqual(left, other);
}
