import type { PipeTransform } from '@nestjs/common';
import { AppError } from '#platform';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id in a path; what cannot be one is as unknown as one that nobody has. */
export class IdPipe implements PipeTransform<unknown, string> {
  /** @param code problem code of an unknown one */
  constructor(private readonly code: string) {}

  transform(value: unknown): string {
    if (typeof value === 'string' && UUID.test(value)) return value;
    throw new AppError({ code: this.code, disposition: 'refuse', status: 404, detail: 'not an id of ours' });
  }
}
