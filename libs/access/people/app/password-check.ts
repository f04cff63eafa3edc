import { randomBytes } from 'node:crypto';
import { bulkhead, BulkheadRejectedError, type BulkheadPolicy } from 'cockatiel';
import { AppError } from '#platform';
import { hashSecret, PASSWORD_COST, verifySecret } from '../../identity/app/secret-hash';

/** Hashes and verifies passwords, a bounded number at once: scrypt runs on libuv's four threads, which file and DNS work share. Nothing is
 *  remembered between two log-ins. */
export class PasswordCheck {
  private readonly room: BulkheadPolicy = bulkhead(2, 32);
  private readonly decoy = hashSecret(randomBytes(32).toString('base64url'), PASSWORD_COST);

  hash(password: string): Promise<string> {
    return this.withinRoom(() => hashSecret(normalized(password), PASSWORD_COST));
  }

  /** Without a stored hash it costs the same time, so that answers do not tell which accounts exist.
   *  @throws AppError 503 `too-busy` when too many passwords are being verified at once */
  async verify(stored: string | null | undefined, password: string): Promise<boolean> {
    const known = stored ?? (await this.decoy);
    const isRight = await this.withinRoom(() => verifySecret(normalized(password), known));
    return isRight && typeof stored === 'string';
  }

  private async withinRoom<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.room.execute(work);
    } catch (cause) {
      if (!(cause instanceof BulkheadRejectedError)) throw cause;
      throw new AppError({
        code: 'too-busy',
        disposition: 'retry',
        status: 503,
        detail: 'too many log-ins at once',
        extra: { retryAfterSeconds: 2 },
        cause,
      });
    }
  }
}

/** Keyboards write the same Vietnamese letter in two ways. */
function normalized(password: string): string {
  return password.normalize('NFC');
}
