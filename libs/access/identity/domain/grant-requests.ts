import { localDay } from '#platform';
import type { Quota } from '../ports';

/** What requests are counted in. */
export interface Windows {
  /** Begin of the minute. */
  minute: Date;
  /** `YYYY-MM-DD`, UTC+7. */
  day: string;
}

/** What a client has used of its quota, in these windows. */
export interface Usage extends Windows {
  minuteUsed: number;
  dayUsed: number;
}

const MINUTE_MS = 60_000;
/** So far the clocks of gateways may be apart. Windows that are further ahead are those of a clock that was wrong. */
const MAX_AHEAD_MS = 2 * MINUTE_MS;

/** A portion is this part of the smaller limit: a gateway asks the database once for so many requests. */
const PORTIONS = 20;

export interface Grant {
  /** Requests that may go now; 0 when the quota is used up. */
  granted: number;
  usage: Usage;
  /** Which of the two limits has nothing left. */
  exhausted?: 'minute' | 'day';
}

export function windowsOf(now: Date): Windows {
  return { minute: new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS), day: localDay(now) };
}

/** Takes a portion out of a client's quota. A gateway whose clock is up to 2 minutes behind counts into the newer minute and day: none is used twice.
 *  What a clock left that was further ahead counts as nothing: it would shut the client out until that time comes.
 *  @param before undefined when the client has asked for nothing yet */
export function grantRequests(quota: Quota, before: Usage | undefined, now: Windows): Grant {
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
function usedIn(before: Usage, now: Windows): Usage {
  const newest = windowsOf(new Date(now.minute.getTime() + MAX_AHEAD_MS));
  const isSameMinute = before.minute >= now.minute && before.minute <= newest.minute;
  const isSameDay = before.day >= now.day && before.day <= newest.day;
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
