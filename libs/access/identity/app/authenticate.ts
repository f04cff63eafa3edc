import { createHash } from 'node:crypto';
import { AppError, type Clock } from '#platform';
import { isAddressAllowed } from '../domain/address-list';
import type { Role } from '../domain/roles';
import type { ClientLookup, ClientWithSecret, Principal } from '../ports';
import type { TokenClaims } from './access-token';

export interface AuthenticateOptions {
  clients: ClientLookup;
  clock: Clock;
  verify: (token: string) => Promise<TokenClaims>;
}

/** An account that was changed or disabled counts within this time everywhere. */
const ACCOUNT_AGE_MS = 3_000;
const MAX_REMEMBERED = 5_000;

/** Turns a bearer token into a principal, checked against the account as it is now: a disabled account, a withdrawn role or a
 *  changed allow-list does not live on in tokens that are still young. */
export class Authenticate {
  private readonly tokens = new Map<string, TokenClaims>();
  private readonly accounts = new Map<string, { client: ClientWithSecret | undefined; readAtMs: number }>();

  constructor(private readonly options: AuthenticateOptions) {}

  /** @param operation id of the API operation that is asked for
   *  @throws AppError 401 `token-expired`, `token-invalid`, `client-disabled`; 403 `address-not-allowed`, `operation-not-allowed` */
  async run(token: string, address: string, operation: string): Promise<Principal> {
    const claims = await this.claimsOf(token);
    const client = await this.accountOf(claims.clientId);
    if (!client || client.disabledAt) throw refusal('client-disabled', 401);
    if (client.addresses && !isAddressAllowed(client.addresses, address)) throw refusal('address-not-allowed', 403);
    if (client.operations && !client.operations.includes(operation)) throw refusal('operation-not-allowed', 403);
    const roles = client.roles.filter((role: Role) => claims.roles.includes(role));
    return { clientId: client.id, kind: client.kind, roles, units: client.units };
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

  private async accountOf(id: string): Promise<ClientWithSecret | undefined> {
    const nowMs = this.options.clock.now().getTime();
    const known = this.accounts.get(id);
    if (known && nowMs - known.readAtMs < ACCOUNT_AGE_MS) return known.client;
    const client = await this.options.clients.find(id);
    keep(this.accounts, id, { client, readAtMs: nowMs });
    return client;
  }
}

function refusal(code: string, status: number): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail: 'this client may not do that' });
}

function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_REMEMBERED) map.delete(map.keys().next().value as string);
}
