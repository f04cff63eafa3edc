import { AppError, type Clock, type Database } from '#platform';
import { findClient } from '../adapters/client-store';
import { isAddressAllowed } from '../domain/address-list';
import { WindowLimiter } from '../domain/window-limiter';
import type { ClientWithSecret, LogInJournal } from '../ports';
import { signAccessToken, TOKEN_SECONDS, type TokenKeys } from './access-token';
import { SecretCheck } from './secret-check';

export interface LogInOptions {
  db: Database;
  clock: Clock;
  keys: TokenKeys;
  journal: LogInJournal;
  /** `iss` of the tokens: PUBLIC_URL. */
  issuer: string;
  /** Failed log-ins per client and address in a minute. */
  maxFailures: number;
}

export interface LogInRequest {
  clientId: string;
  clientSecret: string;
  address: string;
  /** What may be kept of the address. */
  addressDigest: string;
}

const WINDOW_MS = 60_000;
/** One client tried from many addresses is still slowed down; a secret verified a short while ago gets through,
 *  so that a stranger who fails in a client's name cannot shut that client out. */
const MANY_ADDRESSES = 10;

/** OAuth 2.0 client credentials (CONTRACTS §2). Each log-in and each failure leaves an entry in the sync log before it is answered. */
export class LogIn {
  private readonly secrets: SecretCheck;
  private readonly perAddress: WindowLimiter;
  private readonly perClient: WindowLimiter;

  constructor(private readonly options: LogInOptions) {
    this.secrets = new SecretCheck(options.clock);
    this.perAddress = new WindowLimiter({ limit: options.maxFailures, windowMs: WINDOW_MS, maxKeys: 20_000 });
    this.perClient = new WindowLimiter({
      limit: options.maxFailures * MANY_ADDRESSES,
      windowMs: WINDOW_MS,
      maxKeys: 20_000,
    });
  }

  /** @throws AppError 401 `client-not-accepted` (unknown, disabled, wrong secret: not told apart), 403 `address-not-allowed`,
   *  429 `too-many-failed-log-ins` with `retryAfterSeconds`, 503 `too-busy` */
  async run(request: LogInRequest): Promise<{ accessToken: string; expiresInSeconds: number }> {
    const client = await findClient(this.options.db, request.clientId);
    this.refuseAfterFailures(request, client);
    if (!(await this.secrets.verify(client, request.clientSecret)) || !client || client.disabledAt)
      return this.fail(request, client, 'client-not-accepted', 401);
    if (client.addresses && !isAddressAllowed(client.addresses, request.address))
      return this.fail(request, client, 'address-not-allowed', 403);
    await this.options.db.run((tx) =>
      this.options.journal.record(tx, { kind: 'log-in.succeeded', client, addressDigest: request.addressDigest }),
    );
    return {
      accessToken: signAccessToken(client, this.options.issuer, this.options.keys, this.options.clock),
      expiresInSeconds: TOKEN_SECONDS,
    };
  }

  private refuseAfterFailures(request: LogInRequest, client: ClientWithSecret | undefined): void {
    if (client && this.secrets.isRemembered(client, request.clientSecret)) return;
    const now = this.options.clock.now();
    const waitMs = Math.max(
      this.perAddress.waitMs(addressKey(request), now),
      this.perClient.waitMs(request.clientId, now),
    );
    if (waitMs === 0) return;
    throw new AppError({
      code: 'too-many-failed-log-ins',
      disposition: 'retry',
      status: 429,
      detail: 'wait before the next log-in',
      extra: { retryAfterSeconds: Math.ceil(waitMs / 1000) },
    });
  }

  private async fail(
    request: LogInRequest,
    client: ClientWithSecret | undefined,
    code: string,
    status: number,
  ): Promise<never> {
    const now = this.options.clock.now();
    this.perAddress.count(addressKey(request), now);
    this.perClient.count(request.clientId, now);
    await this.options.db.run((tx) =>
      this.options.journal.record(tx, {
        kind: 'log-in.failed',
        client: client ?? null,
        addressDigest: request.addressDigest,
        reason: code,
      }),
    );
    throw new AppError({ code, disposition: 'refuse', status, detail: 'the log-in was not accepted' });
  }
}

function addressKey(request: LogInRequest): string {
  return `${request.clientId} ${request.addressDigest}`;
}
