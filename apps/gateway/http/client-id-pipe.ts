import type { PipeTransform } from '@nestjs/common';
import { AppError } from '#platform';

const CLIENT_ID = /^[a-z][a-z0-9-]{2,62}$/;

/** Id of an account in a path. What cannot be one (a NUL, which PostgreSQL would not take) is as unknown as one that nobody has. */
export class ClientIdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (typeof value === 'string' && CLIENT_ID.test(value)) return value;
    throw new AppError({
      code: 'client-unknown',
      disposition: 'refuse',
      status: 404,
      detail: 'no account with this id',
    });
  }
}
