import { Injectable, type PipeTransform } from '@nestjs/common';
import { AppError } from '#platform';

const CODE = /^[\p{L}\p{N} ._/:-]{1,100}$/u;

/** `{code}`: any code of a dossier. What cannot be one is as unknown as one that nobody has. */
@Injectable()
export class DossierCodePipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (typeof value === 'string' && CODE.test(value)) return value;
    throw dossierUnknown();
  }
}

export function dossierUnknown(): AppError {
  return new AppError({
    code: 'dossier-unknown',
    disposition: 'refuse',
    status: 404,
    field: 'code',
    detail: 'no dossier with this code',
  });
}
