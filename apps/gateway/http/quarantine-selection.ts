import type { QuarantineSelection } from '#intake';
import { AppError } from '#platform';
import type { SelectedQuarantine } from '../schema/quarantine-action';

/** @throws AppError 400 `selection-invalid` for both `ids` and `group`, or neither */
export function selectionOf({ ids, group }: SelectedQuarantine): QuarantineSelection {
  if (ids !== undefined && group === undefined) return { ids };
  if (group !== undefined && ids === undefined) return { group };
  throw new AppError({
    code: 'selection-invalid',
    disposition: 'refuse',
    status: 400,
    field: 'ids',
    detail: 'either ids or group',
  });
}
