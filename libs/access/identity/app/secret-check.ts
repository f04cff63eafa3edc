import { createHmac, randomBytes } from 'node:crypto';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { AppError, type Clock } from '#platform';
import { MAX_CREDENTIALS, validAt } from '../domain/credential-life';
import type { ClientSecret, ClientWithCredentials } from '../ports';
import { hashSecret, verifySecret } from './secret-hash';

const REMEMBERED_MS = 300_000;
const MAX_REMEMBERED = 2_000;

/** Verifies client secrets. A success is remembered for five minutes under an HMAC with a key of this process, bound to the stored
 *  hash: token requests then cost microseconds, a changed secret counts at once, and memory holds no secret. */
export class SecretCheck {
  private readonly key = randomBytes(32);
  private readonly remembered = new Map<string, number>();
  /** scrypt runs on libuv's four threads, which file and DNS work share. */
  private readonly room = bulkhead(3, 64);
  private readonly decoy = hashSecret(randomBytes(32).toString('base64url'));

  constructor(private readonly clock: Clock) {}

  /** True when this very secret was verified for this account a short while ago. */
  isRemembered(client: ClientWithCredentials, secret: string): boolean {
    return this.rememberedOf(client, secret) !== undefined;
  }

  /** Which of the client's valid secrets it is. A client costs the same time whether it has no, one or two secrets, or does not exist, so that
   *  answers do not tell which ids there are.
   *  @throws AppError 503 `too-busy` when too many secrets are being verified at once */
  async verify(client: ClientWithCredentials | undefined, secret: string): Promise<ClientSecret | undefined> {
    const known = client && this.rememberedOf(client, secret);
    if (known) return known;
    const valid = client ? validAt(client.secrets, this.clock.now()) : [];
    const found = await this.withinRoom(() => this.firstRight(valid, secret));
    if (client && found) this.remember(this.keyOf(client, found, secret));
    return found;
  }

  private async firstRight(valid: readonly ClientSecret[], secret: string): Promise<ClientSecret | undefined> {
    let found: ClientSecret | undefined;
    for (let n = 0; n < Math.max(MAX_CREDENTIALS, valid.length); n += 1) {
      const candidate = valid.at(n);
      const isRight = await verifySecret(secret, candidate?.secretHash ?? (await this.decoy));
      if (isRight && candidate) found ??= candidate;
    }
    return found;
  }

  private rememberedOf(client: ClientWithCredentials, secret: string): ClientSecret | undefined {
    const now = this.clock.now();
    return validAt(client.secrets, now).find((one) => {
      const until = this.remembered.get(this.keyOf(client, one, secret));
      return until !== undefined && until > now.getTime();
    });
  }

  private async withinRoom<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.room.execute(work);
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new AppError({
        code: 'too-busy',
        disposition: 'retry',
        status: 503,
        detail: 'too many log-ins at once',
        cause: error,
      });
    }
  }

  private remember(key: string): void {
    this.remembered.delete(key);
    this.remembered.set(key, this.clock.now().getTime() + REMEMBERED_MS);
    if (this.remembered.size > MAX_REMEMBERED) this.remembered.delete(this.remembered.keys().next().value as string);
  }

  private keyOf(client: ClientWithCredentials, stored: ClientSecret, secret: string): string {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([client.id, stored.secretHash, secret]))
      .digest('base64url');
  }
}
