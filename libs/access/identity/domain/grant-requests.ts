import type { Quota } from '../ports';

/** What a client has used of its quota. */
export interface Usage {
  /** Begin of the minute that `minuteUsed` is of. */
  minute: Date;
  minuteUsed: number;
  /** `YYYY-MM-DD`, UTC+7. */
  day: string;
  dayUsed: number;
}

/** A portion is this part of the smaller limit: a gateway asks the database once for so many requests. */
const PORTIONS = 20;

export interface Grant {
  /** Requests that may go now; 0 when the quota is used up. */
  granted: number;
  usage: Usage;
  /** Which of the two limits has nothing left. */
  exhausted?: 'minute' | 'day';
}

/** Takes a portion out of a client's quota. A gateway whose clock is behind counts into the newer minute and day: none is used twice.
 *  @param before undefined when the client has asked for nothing yet */
export function grantRequests(quota: Quota, before: Usage | undefined, now: { minute: Date; day: string }): Grant {
  const { minute, minuteUsed, day, dayUsed } = usedIn(before ?? { ...now, minuteUsed: 0, dayUsed: 0 }, now);
  const minuteLeft = (quota.perMinute ?? Infinity) - minuteUsed;
  const dayLeft = (quota.perDay ?? Infinity) - dayUsed;
  const granted = Math.max(0, Math.min(portionOf(quota), minuteLeft, dayLeft));
  return {
    granted,
    usage: { minute, minuteUsed: minuteUsed + granted, day, dayUsed: dayUsed + granted },
    ...(granted > 0 ? {} : { exhausted: dayLeft <= 0 ? 'day' : 'minute' }),
  };
}

/** What counts of it now: the newer windows, with what was used in them. */
function usedIn(before: Usage, now: { minute: Date; day: string }): Usage {
  const isSameMinute = before.minute >= now.minute;
  const isSameDay = before.day >= now.day;
  return {
    minute: isSameMinute ? before.minute : now.minute,
    minuteUsed: isSameMinute ? before.minuteUsed : 0,
    day: isSameDay ? before.day : now.day,
    dayUsed: isSameDay ? before.dayUsed : 0,
  };
}

function portionOf({ perMinute, perDay }: Quota): number {
  const smaller = Math.min(perMinute ?? Infinity, perDay ?? Infinity);
  return Math.max(1, Math.floor(smaller / PORTIONS));
}
