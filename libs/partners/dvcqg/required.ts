import { AppError } from '#platform';

/** The value, or an error for a person: the portal's required fields are never filled with placeholders (dvcqg.md §2).
 *  @throws AppError `dvcqg.required-missing`, which names the field */
export function required(field: string, value: string | undefined): string {
  if (value !== undefined && value.trim() !== '') return value;
  throw new AppError({ code: 'dvcqg.required-missing', disposition: 'person', field, detail: `${field} is missing` });
}
