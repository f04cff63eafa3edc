import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose';
import { AppError, type Clock } from '#platform';
import type { Client } from '../ports';

/** Lifetime of an access token (CONTRACTS §2). */
export const TOKEN_SECONDS = 900;
const TOKEN_AUDIENCE = 'lienthong';
const CLOCK_TOLERANCE_SECONDS = 5;

/** The installation's Ed25519 key, shared with the receipts of the sync log; the private half stays behind it. */
export interface TokenKeys {
  /** `kid` of the key that signs now. */
  readonly keyId: string;
  /** Ed25519 signature, 64 bytes. */
  sign(bytes: Uint8Array): Buffer;
  /** Public keys as served at `/.well-known/jwks.json`, old ones included as long as something signed by them may come. */
  publicKeys(): JSONWebKeySet;
}

/** A JWT with EdDSA: `iss, aud, sub, roles, units?, iat, exp`. */
export function signAccessToken(client: Client, issuer: string, keys: TokenKeys, clock: Clock): string {
  const issuedAt = Math.floor(clock.now().getTime() / 1000);
  const claims = {
    iss: issuer,
    aud: TOKEN_AUDIENCE,
    sub: client.id,
    roles: client.roles,
    ...(client.units ? { units: client.units } : {}),
    iat: issuedAt,
    exp: issuedAt + TOKEN_SECONDS,
  };
  const head = part({ alg: 'EdDSA', typ: 'JWT', kid: keys.keyId });
  const signed = `${head}.${part(claims)}`;
  return `${signed}.${keys.sign(Buffer.from(signed, 'ascii')).toString('base64url')}`;
}

export interface TokenClaims {
  clientId: string;
  roles: readonly string[];
  /** Seconds since 1970. */
  expiresAt: number;
}

/** Checks signature (EdDSA only), issuer, audience and time.
 *  @throws AppError 401 `token-expired` or `token-invalid` */
export function tokenVerifier(issuer: string, keys: TokenKeys, clock: Clock): (token: string) => Promise<TokenClaims> {
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys.publicKeys()), {
        algorithms: ['EdDSA'],
        issuer,
        audience: TOKEN_AUDIENCE,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: clock.now(),
        requiredClaims: ['sub', 'exp', 'roles'],
      });
      return { clientId: String(payload.sub), roles: payload.roles as string[], expiresAt: Number(payload.exp) };
    } catch (error) {
      const code = error instanceof errors.JWTExpired ? 'token-expired' : 'token-invalid';
      throw new AppError({
        code,
        disposition: 'refuse',
        status: 401,
        detail: 'the access token is not accepted',
        cause: error,
      });
    }
  };
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
