import { createHmac, randomBytes } from 'node:crypto';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { AppError, type Clock } from '#platform';
import type { ClientWithSecret } from '../ports';
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
  isRemembered(client: ClientWithSecret, secret: string): boolean {
    const until = this.remembered.get(this.keyOf(client, secret));
    return until !== undefined && until > this.clock.now().getTime();
  }

  /** An absent client costs the same time as a present one, so that answers do not tell which ids exist.
   *  @throws AppError 503 `too-busy` when too many secrets are being verified at once */
  async verify(client: ClientWithSecret | undefined, secret: string): Promise<boolean> {
    if (client && this.isRemembered(client, secret)) return true;
    const stored = client?.secretHash ?? (await this.decoy);
    const isRight = await this.withinRoom(() => verifySecret(secret, stored));
    if (!client || !isRight) return false;
    this.remember(this.keyOf(client, secret));
    return true;
  }

  private async withinRoom(work: () => Promise<boolean>): Promise<boolean> {
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

  private keyOf(client: ClientWithSecret, secret: string): string {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([client.id, client.secretHash, secret]))
      .digest('base64url');
  }
}
