import { createHash } from 'node:crypto';
import { AppError, localDay, type Clock } from '#platform';
import { isAddressAllowed } from '../domain/address-list';
import { isStopped } from '../domain/client-state';
import { isValidAt } from '../domain/credential-life';
import type { Role } from '../domain/roles';
import { certificateOf } from '../domain/shown-certificate';
import type { ClientCertificate, ClientLookup, ClientWithCredentials, Principal, ShownCertificate } from '../ports';
import type { TokenClaims } from './access-token';
import type { RequestQuota } from './request-quota';

export interface AuthenticateOptions {
  clients: ClientLookup;
  clock: Clock;
  verify: (token: string) => Promise<TokenClaims>;
  quota: RequestQuota;
}

/** What a request shows of who sends it, and what it asks for. */
export interface Shown {
  /** The bearer token; absent = the certificate alone. */
  token?: string;
  /** The client certificate of the connection, where there is one that an authority of ours has issued. */
  certificate?: ShownCertificate;
  address: string;
  /** Id of the API operation. */
  operation: string;
}

/** An account that was changed or disabled counts within this time everywhere. */
const ACCOUNT_AGE_MS = 3_000;
/** By how much the clocks of two gateways may differ. */
const CLOCK_DIFFERENCE_MS = 5_000;
const MAX_REMEMBERED = 5_000;

interface Remembered<V> {
  value: V;
  readAtMs: number;
}

/** Turns a bearer token or a client certificate into a principal, checked against the account as it is now: a disabled account, a withdrawn role,
 *  an ended secret or a changed allow-list does not live on in tokens that are still young. */
export class Authenticate {
  private readonly tokens = new Map<string, TokenClaims>();
  private readonly accounts = new Map<string, Remembered<ClientWithCredentials | undefined>>();
  private readonly owners = new Map<string, Remembered<string | undefined>>();

  constructor(private readonly options: AuthenticateOptions) {}

  /** Who sends the request; counts it against the client's quota.
   *  @throws what `admit` throws; AppError 429 `quota-exceeded` */
  async run(shown: Shown): Promise<Principal> {
    const { client, principal } = await this.known(shown);
    await this.options.quota.take(client);
    return principal;
  }

  /** The same without counting, for who asks before the request is taken up.
   *  @throws AppError 401 `token-missing`, `token-expired`, `token-invalid`, `token-not-bound`, `credential-ended`, `certificate-unknown`,
   *  `client-disabled`; 403 `address-not-allowed`, `operation-not-allowed` */
  async admit(shown: Shown): Promise<Principal> {
    return (await this.known(shown)).principal;
  }

  private async known(shown: Shown): Promise<{ client: ClientWithCredentials; principal: Principal }> {
    const { client, roles } =
      shown.token === undefined ? await this.byCertificate(shown) : await this.byToken(shown.token, shown);
    if (client.addresses && !isAddressAllowed(client.addresses, shown.address))
      throw refusal('address-not-allowed', 403);
    if (client.operations && !client.operations.includes(shown.operation)) throw refusal('operation-not-allowed', 403);
    return { client, principal: { clientId: client.id, kind: client.kind, roles, units: client.units } };
  }

  private async byToken(
    token: string,
    { certificate }: Shown,
  ): Promise<{ client: ClientWithCredentials; roles: Role[] }> {
    const claims = await this.claimsOf(token);
    const bound = claims.provenBy?.certificateSha256;
    if (bound !== undefined && bound !== certificate?.sha256) throw refusal('token-not-bound', 401);
    const client = await this.accountOf(claims.clientId);
    if (!client || this.isStopped(client)) throw refusal('client-disabled', 401);
    return {
      client: await this.withCredential(client, claims),
      roles: client.roles.filter((role) => claims.roles.includes(role)),
    };
  }

  /** A token does not outlive what it was got with. A secret that is younger than what we remember of the account is looked for once more. */
  private async withCredential(client: ClientWithCredentials, claims: TokenClaims): Promise<ClientWithCredentials> {
    const { provenBy, issuedAt } = claims;
    if (provenBy === undefined || this.hasCredential(client, provenBy.credentialId)) return client;
    const readAtMs = this.accounts.get(client.id)?.readAtMs ?? 0;
    const isPerhapsNewer = readAtMs <= issuedAt * 1_000 + CLOCK_DIFFERENCE_MS;
    const fresh = isPerhapsNewer ? await this.readAccount(client.id) : client;
    if (!fresh || this.isStopped(fresh)) throw refusal('client-disabled', 401);
    if (!this.hasCredential(fresh, provenBy.credentialId)) throw refusal('credential-ended', 401);
    return fresh;
  }

  private isStopped(client: ClientWithCredentials): boolean {
    return isStopped(client, this.options.clock.now());
  }

  private hasCredential({ secrets, certificates }: ClientWithCredentials, id: string): boolean {
    const now = this.options.clock.now();
    return [...secrets, ...certificates].some((one) => one.id === id && isValidAt(one, now));
  }

  private async byCertificate({
    certificate,
  }: Shown): Promise<{ client: ClientWithCredentials; roles: readonly Role[] }> {
    if (certificate === undefined) throw refusal('token-missing', 401, 'send Authorization: Bearer <access token>');
    const owner = await this.ownerOf(certificate);
    const client = owner === undefined ? undefined : await this.accountOf(owner);
    if (!client) throw refusal('certificate-unknown', 401);
    if (this.isStopped(client)) throw refusal('client-disabled', 401);
    const known = certificateOf(client, certificate, this.options.clock.now());
    if (!known) throw refusal('certificate-unknown', 401);
    await this.markUsed(known);
    return { client, roles: client.roles };
  }

  private async markUsed(certificate: ClientCertificate): Promise<void> {
    const today = localDay(this.options.clock.now());
    if (certificate.lastUsedOn === today) return;
    await this.options.clients.markCertificateUsed(certificate.id, today);
    certificate.lastUsedOn = today;
  }

  private async claimsOf(token: string): Promise<TokenClaims> {
    const key = createHash('sha256').update(token).digest('base64url');
    const known = this.tokens.get(key);
    if (known && known.expiresAt * 1000 > this.options.clock.now().getTime()) return known;
    this.tokens.delete(key);
    const claims = await this.options.verify(token);
    keep(this.tokens, key, claims);
    return claims;
  }

  private async accountOf(id: string): Promise<ClientWithCredentials | undefined> {
    return this.recent(this.accounts.get(id)) ?? (await this.readAccount(id));
  }

  private async readAccount(id: string): Promise<ClientWithCredentials | undefined> {
    const readAtMs = this.options.clock.now().getTime();
    const value = await this.options.clients.find(id);
    keep(this.accounts, id, { value, readAtMs });
    return value;
  }

  private async ownerOf(certificate: ShownCertificate): Promise<string | undefined> {
    const key = `${certificate.sha256} ${certificate.subject}`;
    const known = this.recent(this.owners.get(key));
    if (known !== undefined) return known;
    const readAtMs = this.options.clock.now().getTime();
    const value = await this.options.clients.findByCertificate(certificate);
    keep(this.owners, key, { value, readAtMs });
    return value;
  }

  private recent<V>(known: Remembered<V> | undefined): V | undefined {
    if (known === undefined || this.options.clock.now().getTime() - known.readAtMs >= ACCOUNT_AGE_MS) return undefined;
    return known.value;
  }
}

function refusal(code: string, status: number, detail = 'this client may not do that'): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail });
}

function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_REMEMBERED) map.delete(map.keys().next().value as string);
}
