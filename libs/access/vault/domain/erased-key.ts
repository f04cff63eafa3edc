import { AppError } from '#platform';

/** The key of the owner is gone, and with it the content (DESIGN §11). */
export function erasedKey(): AppError {
  return new AppError({
    code: 'vault-erased',
    disposition: 'person',
    status: 410,
    detail: 'the key of this content was erased',
  });
}
