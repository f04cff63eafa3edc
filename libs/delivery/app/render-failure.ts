import { AppError, codeOf } from '#platform';
import { isDatabaseAway } from '../domain/database-faults';
import type { CallResult } from '../ports';

/** A message that could not be made was never written. What a person must repair goes to the dead letters with its field; what passes by
 *  itself waits. */
export function renderFailure(error: unknown): { result: CallResult; field?: string } {
  const passes = error instanceof AppError ? error.disposition === 'retry' : isDatabaseAway(error);
  const reasonCode = error instanceof AppError ? error.code : `render.${codeOf(error)}`;
  const field = error instanceof AppError ? error.field : undefined;
  return {
    result: { outcome: passes ? 'retry' : 'refused', wire: 'not-written', reasonCode },
    ...(field === undefined ? {} : { field }),
  };
}
