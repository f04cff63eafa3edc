import { AppError } from '#platform';

/** A cursor that is a whole number. @throws AppError 400 `cursor-invalid` */
export function numberCursor(after: string | undefined, fallback: number): number {
  if (after === undefined) return fallback;
  const number = Number(after);
  if (!/^\d{1,15}$/.test(after))
    throw new AppError({
      code: 'cursor-invalid',
      disposition: 'refuse',
      status: 400,
      field: 'after',
      detail: 'a cursor that this list gave',
    });
  return number;
}
