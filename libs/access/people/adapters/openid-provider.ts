import * as client from 'openid-client';
import { AppError } from '#platform';
import { logInRefused } from '../app/admit-person';
import type { OidcChecks, OidcIdentity, OidcProvider } from '../ports-oidc';

export interface OpenIdProviderOptions {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Where the provider sends the browser back: `PUBLIC_URL/api/v1/session/oidc/callback`. */
  redirectUri: string;
  /** Claim of the ID token that names the account. */
  claim: string;
}

const TIMEOUT_SECONDS = 10;
/** What the provider has published of itself is read again after this time. */
const CONFIGURATION_AGE_MS = 3_600_000;

/** After a failure it is not asked again for this long: people who come meanwhile must not each wait for it. */
const AWAY_MS = 5_000;

/** A provider that publishes its configuration. It is asked when the first person comes: an absent provider stops no start. */
export function openIdProvider(options: OpenIdProviderOptions, now: () => Date): OidcProvider {
  const configuration = remembered(() => discover(options), now);
  return {
    begin: async () => begin(await configuration(), options),
    finish: async (callback, checks) => finish(await configuration(), { callback, checks, claim: options.claim }),
  };
}

/** Asks once for all who come at the same time, and keeps the answer for an hour, a failure for seconds. */
export function remembered<T>(ask: () => Promise<T>, now: () => Date): () => Promise<T> {
  let asked: { answer: Promise<T>; untilMs: number } | undefined;
  return () => {
    if (asked && now().getTime() < asked.untilMs) return asked.answer;
    const mine = { answer: ask(), untilMs: now().getTime() + CONFIGURATION_AGE_MS };
    mine.answer.catch(() => (mine.untilMs = now().getTime() + AWAY_MS));
    asked = mine;
    return mine.answer;
  };
}

async function discover({ issuer, clientId, clientSecret }: OpenIdProviderOptions): Promise<client.Configuration> {
  const server = new URL(issuer);
  // The settings let plain HTTP through on this machine only.
  const execute = [
    // Without this the ID token's signature is not looked at: TLS alone would have to vouch for it.
    client.enableNonRepudiationChecks,
    ...(server.protocol === 'http:' ? [client.allowInsecureRequests] : []),
  ];
  try {
    return await client.discovery(server, clientId, clientSecret, undefined, { execute, timeout: TIMEOUT_SECONDS });
  } catch (cause) {
    throw away(cause);
  }
}

async function begin(
  configuration: client.Configuration,
  { redirectUri }: OpenIdProviderOptions,
): Promise<{ url: string; checks: OidcChecks }> {
  const checks = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    codeVerifier: client.randomPKCECodeVerifier(),
  };
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid',
    state: checks.state,
    nonce: checks.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.codeVerifier),
    code_challenge_method: 'S256',
  });
  return { url: url.href, checks };
}

async function finish(
  configuration: client.Configuration,
  { callback, checks, claim }: { callback: URL; checks: OidcChecks; claim: string },
): Promise<OidcIdentity> {
  const claims = await claimsOf(configuration, callback, checks);
  const subject = claims[claim];
  if (typeof subject !== 'string' || subject === '') throw logInRefused();
  return { issuer: claims.iss, subject };
}

async function claimsOf(
  configuration: client.Configuration,
  callback: URL,
  checks: OidcChecks,
): Promise<client.IDToken> {
  try {
    const tokens = await client.authorizationCodeGrant(configuration, callback, {
      expectedState: checks.state,
      expectedNonce: checks.nonce,
      pkceCodeVerifier: checks.codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims) return claims;
  } catch (cause) {
    if (isAway(cause)) throw away(cause);
    throw logInRefused({ cause });
  }
  throw logInRefused();
}

/** The library's own errors say what does not fit; what is left is a provider that does not answer. */
function isAway(error: unknown): boolean {
  if (error instanceof TypeError) return error.message === 'fetch failed';
  const name = error instanceof Error ? error.name : '';
  return name === 'TimeoutError' || name === 'AbortError' || (error as { code?: string }).code === 'OAUTH_TIMEOUT';
}

function away(cause: unknown): AppError {
  return new AppError({
    code: 'oidc-provider-away',
    disposition: 'retry',
    status: 503,
    detail: 'the identity provider does not answer',
    extra: { retryAfterSeconds: 10 },
    cause,
  });
}
