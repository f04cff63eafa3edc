import { localInstant, localParts, rfc3339 } from '#platform';

/** Monday to Friday; the calendar of holidays and make-up days replaces this when it is built (CONTRACTS §1.2). */
function isWorkingDay(weekday: number): boolean {
  return weekday >= 1 && weekday <= 5;
}

/** 17:00 local time of the n-th working day after the day of `from` (n ≥ 1). @throws RangeError when `from` is no instant */
function endOfWorkingDayAfter(from: Date, workingDays: number): Date {
  if (Number.isNaN(from.getTime())) throw new RangeError('no instant to count working days from');
  const { year, month, day } = localParts(from);
  let left = workingDays;
  let ahead = 0;
  while (left > 0) {
    ahead += 1;
    if (isWorkingDay(localParts(localInstant(year, month, day + ahead, 12)).weekday)) left -= 1;
  }
  return localInstant(year, month, day + ahead, 17);
}

/** When a dossier is due: received before 15:00 of a working day → 17:00 that day, else 17:00 of the next one
 *  (CONTRACTS §1.2 "Due dates", procedures.md §1.3). */
export function dossierDueAt(receivedAt: Date): Date {
  const { year, month, day, hour, weekday } = localParts(receivedAt);
  if (isWorkingDay(weekday) && hour < 15) return localInstant(year, month, day, 17);
  return endOfWorkingDayAfter(receivedAt, 1);
}

/** When a supplement is due: 17:00 of the seventh working day after the day of the request (NĐ 63 Đ8). */
export function supplementDueAt(requestedAt: Date): Date {
  return endOfWorkingDayAfter(requestedAt, 7);
}

/** RFC 3339 of the day a supplement is due that was asked for without a deadline.
 *  @param requestedAt RFC 3339; `today` counts where it is none */
export function supplementDueText(requestedAt: string, today: Date): string {
  const at = /^\d{4}-\d{2}-\d{2}T/.test(requestedAt) ? new Date(requestedAt) : today;
  return rfc3339(supplementDueAt(Number.isNaN(at.getTime()) ? today : at));
}

/** 17:00 of the n-th working day after the day of receipt, for a leg's limit in working days. */
export function legDueAt(receivedAt: Date, workingDays: number): Date {
  return workingDays === 0 ? dossierDueAt(receivedAt) : endOfWorkingDayAfter(receivedAt, workingDays);
}
