import { AppError, localDay, type Clock, type Database, type Tx } from '#platform';
import { findClientOfCertificate, markCertificateUsed } from '../adapters/certificate-store';
import { findClient } from '../adapters/client-store';
import { markSecretUsed } from '../adapters/secret-store';
import { saveActive } from '../../people/adapters/account-store';
import { isAddressAllowed } from '../domain/address-list';
import { isStopped } from '../domain/client-state';
import { certificateOf } from '../domain/shown-certificate';
import { WindowLimiter } from '../domain/window-limiter';
import type { ClientWithCredentials, LogInJournal, ShownCertificate } from '../ports';
import { signAccessToken, TOKEN_SECONDS, type TokenKeys } from './access-token';
import { refuseWhileWaiting } from './refuse-after';
import type { RequestQuota } from './request-quota';
import { SecretCheck } from './secret-check';

export interface LogInOptions {
  db: Database;
  clock: Clock;
  keys: TokenKeys;
  journal: LogInJournal;
  quota: RequestQuota;
  /** `iss` of the tokens: PUBLIC_URL. */
  issuer: string;
  /** Failed log-ins per client and address in a minute. */
  maxFailures: number;
}

export interface LogInRequest {
  clientId: string;
  /** Absent: the certificate of the connection stands for the client (RFC 8705, `tls_client_auth`). */
  clientSecret?: string;
  certificate?: ShownCertificate;
  address: string;
  /** What may be kept of the address. */
  addressDigest: string;
}

const WINDOW_MS = 60_000;
/** One client tried from many addresses is still slowed down; a secret verified a short while ago gets through,
 *  so that a stranger who fails in a client's name cannot shut that client out. */
const MANY_ADDRESSES = 10;
/** Clients, there or made up, that one address may try in vain: each failure is an entry of the sync log for good. */
const MANY_CLIENTS = 10;

/** What a client has shown that is right. */
interface Proof {
  kind: 'secret' | 'certificate';
  id: string;
}

/** OAuth 2.0 client credentials (CONTRACTS §2), by secret or by client certificate. Each log-in and each failure leaves an entry in the sync log before it is answered. */
export class LogIn {
  private readonly secrets: SecretCheck;
  private readonly perAddress: WindowLimiter;
  private readonly perClient: WindowLimiter;
  private readonly perOrigin: WindowLimiter;

  constructor(private readonly options: LogInOptions) {
    this.secrets = new SecretCheck(options.clock);
    this.perAddress = new WindowLimiter({ limit: options.maxFailures, windowMs: WINDOW_MS, maxKeys: 20_000 });
    this.perClient = new WindowLimiter({
      limit: options.maxFailures * MANY_ADDRESSES,
      windowMs: WINDOW_MS,
      maxKeys: 20_000,
    });
    this.perOrigin = new WindowLimiter({
      limit: options.maxFailures * MANY_CLIENTS,
      windowMs: WINDOW_MS,
      maxKeys: 20_000,
    });
  }

  /** @throws AppError 401 `client-not-accepted` (unknown, disabled, wrong secret, another's certificate: not told apart), 403 `address-not-allowed`,
   *  429 `too-many-failed-log-ins` or `quota-exceeded` with `retryAfterSeconds`, 503 `too-busy` */
  async run(request: LogInRequest): Promise<{ accessToken: string; expiresInSeconds: number }> {
    const client = await findClient(this.options.db, request.clientId);
    this.refuseAfterFailures(request, client);
    const proof = await this.proofOf(request, client);
    if (!proof || !client || isStopped(client, this.options.clock.now()))
      return this.fail(request, client, 'client-not-accepted', 401);
    if (client.addresses && !isAddressAllowed(client.addresses, request.address))
      return this.fail(request, client, 'address-not-allowed', 403);
    await this.options.quota.take(client);
    await this.options.db.run(async (tx) => {
      await this.markUsed(tx, proof);
      if (client.kind === 'person') await saveActive(tx, client.id, this.options.clock.now());
      await this.options.journal.record(tx, {
        kind: 'log-in.succeeded',
        client,
        addressDigest: request.addressDigest,
      });
    });
    const provenBy = { credentialId: proof.id, certificateSha256: request.certificate?.sha256 };
    return { accessToken: signAccessToken(client, provenBy, this.options), expiresInSeconds: TOKEN_SECONDS };
  }

  /** A certificate that stands for another client is never passed over, whatever else is right. */
  private async proofOf(request: LogInRequest, client: ClientWithCredentials | undefined): Promise<Proof | undefined> {
    const { certificate, clientSecret } = request;
    const owner = certificate && (await findClientOfCertificate(this.options.db, certificate));
    const isForeign = owner !== undefined && owner !== client?.id;
    const proof =
      clientSecret === undefined
        ? this.provenByCertificate(client, certificate)
        : await this.provenBySecret(client, clientSecret);
    return isForeign ? undefined : proof;
  }

  private async provenBySecret(client: ClientWithCredentials | undefined, text: string): Promise<Proof | undefined> {
    const secret = await this.secrets.verify(client, text);
    return secret && { kind: 'secret', id: secret.id };
  }

  private provenByCertificate(
    client: ClientWithCredentials | undefined,
    shown: ShownCertificate | undefined,
  ): Proof | undefined {
    const known = client && shown && certificateOf(client, shown, this.options.clock.now());
    return known && { kind: 'certificate', id: known.id };
  }

  private async markUsed(tx: Tx, { kind, id }: Proof): Promise<void> {
    const today = localDay(this.options.clock.now());
    if (kind === 'secret') markSecretUsed(tx, id, today);
    else await markCertificateUsed(tx, id, today);
  }

  private refuseAfterFailures(request: LogInRequest, client: ClientWithCredentials | undefined): void {
    if (client && request.clientSecret !== undefined && this.secrets.isRemembered(client, request.clientSecret)) return;
    const now = this.options.clock.now();
    refuseWhileWaiting(
      Math.max(
        this.perAddress.waitMs(addressKey(request), now),
        this.perClient.waitMs(request.clientId, now),
        this.perOrigin.waitMs(request.addressDigest, now),
      ),
    );
  }

  private async fail(
    request: LogInRequest,
    client: ClientWithCredentials | undefined,
    code: string,
    status: number,
  ): Promise<never> {
    const now = this.options.clock.now();
    this.perAddress.count(addressKey(request), now);
    this.perClient.count(request.clientId, now);
    this.perOrigin.count(request.addressDigest, now);
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
