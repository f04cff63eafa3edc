import { AppError, codeOf } from '#platform';

/** SQLSTATE classes that say something about the moment and nothing about the item: transaction rollback (deadlock,
 *  serialisation), insufficient resources, object in use, operator intervention, system error. */
const PASSING_SQLSTATE = /^(40|53|55|57|58)/;

/** The database refused for a reason that passes by itself. */
export function isOfTheMoment(error: unknown): boolean {
  return !(error instanceof AppError) && PASSING_SQLSTATE.test(codeOf(error));
}
