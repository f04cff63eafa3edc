import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
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

/** How a client has proved itself when it got a token. */
export interface ProvenBy {
  /** Of the secret or the certificate: the token ends with it. */
  credentialId: string;
  /** Of the certificate of the connection: the token is good on connections with this one only (RFC 8705). */
  certificateSha256?: string;
}

export interface TokenSigner {
  /** `iss`. */
  issuer: string;
  keys: TokenKeys;
  clock: Clock;
}

/** A JWT with EdDSA: `iss, aud, sub, roles, units?, credential_id, cnf?, iat, exp`. */
export function signAccessToken(client: Client, provenBy: ProvenBy, { issuer, keys, clock }: TokenSigner): string {
  const issuedAt = Math.floor(clock.now().getTime() / 1000);
  const { credentialId, certificateSha256 } = provenBy;
  const claims = {
    iss: issuer,
    aud: TOKEN_AUDIENCE,
    sub: client.id,
    roles: client.roles,
    ...(client.units ? { units: client.units } : {}),
    credential_id: credentialId,
    ...(certificateSha256 === undefined ? {} : { cnf: { 'x5t#S256': certificateSha256 } }),
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
  issuedAt: number;
  /** Absent in tokens of a version before. */
  provenBy?: ProvenBy;
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
        // One that was issued in the future, or names no such time, was not made by this clock.
        maxTokenAge: TOKEN_SECONDS,
        currentDate: clock.now(),
        requiredClaims: ['sub', 'exp', 'roles'],
      });
      return claimsOf(payload);
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

/** Of a payload that we have signed ourselves. */
function claimsOf(payload: JWTPayload): TokenClaims {
  const { sub, exp, iat, roles, credential_id: credentialId, cnf } = payload;
  const certificateSha256 = (cnf as { 'x5t#S256'?: string } | undefined)?.['x5t#S256'];
  return {
    clientId: String(sub),
    roles: roles as string[],
    expiresAt: Number(exp),
    issuedAt: Number(iat),
    ...(typeof credentialId === 'string' ? { provenBy: { credentialId, certificateSha256 } } : {}),
  };
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
