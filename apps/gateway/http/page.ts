import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { AppError } from '#platform';

/** Largest page (CONTRACTS §2). */
const MAX_PAGE = 200;

/** `?after=cursor&limit=` of every list. */
export class PageQuery {
  @ApiPropertyOptional({ description: 'Cursor `next` of the page before.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  @Matches(/^[\w.:|-]+$/, { message: 'after must be a cursor that this list gave' })
  after?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE, default: 50 })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value,
  )
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  limit: number = 50;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** @param rows one more than `limit` when there is a further page
 *  @param cursorOf where the page after this item begins */
export function pageOf<T, R>(
  rows: readonly T[],
  limit: number,
  shape: (row: T) => R,
  cursorOf: (row: T) => string,
): Page<R> {
  const shown = rows.slice(0, limit);
  return { items: shown.map(shape), next: rows.length > limit ? cursorOf(shown[shown.length - 1]) : null };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A cursor that is an id. @throws AppError 400 `cursor-invalid` */
export function idCursor(after: string | undefined): string | null {
  if (after === undefined) return null;
  if (!UUID.test(after))
    throw new AppError({
      code: 'cursor-invalid',
      disposition: 'refuse',
      status: 400,
      field: 'after',
      detail: 'a cursor that this list gave',
    });
  return after;
}
