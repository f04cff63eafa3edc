import { isLongPast, type Check } from '../check';

/** A deadline that has passed has fired. */
export const checkTimers: Check = ({ timers }, context) =>
  timers
    .filter((timer) => timer.isOpen && isLongPast(timer.dueAt, context))
    .map((timer) => ({
      code: 'stuck.timer-due',
      subject: timer.id,
      sentence: `${timer.kind} of event ${timer.causedSeq} was due at ${timer.dueAt.toISOString()}`,
    }));
