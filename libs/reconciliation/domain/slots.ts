import { localInstant, localParts } from '#platform';

const DAY_MS = 86_400_000;

/** The latest time by schedule that is not in the future. @param dailyAt local `HH:mm` */
export function slotAt(now: Date, dailyAt: string): Date {
  const [hour, minute] = dailyAt.split(':').map(Number);
  const { year, month, day } = localParts(now);
  const today = localInstant(year, month, day, hour, minute);
  return today > now ? new Date(today.getTime() - DAY_MS) : today;
}

/** Times by schedule between the last one that has a row and this one, neither included, oldest first: nobody was there to make their runs.
 *  @param atMost so many of the newest */
export function missedSlots(last: Date | null, slot: Date, atMost: number): Date[] {
  if (last === null) return [];
  const missed: Date[] = [];
  for (let at = slot.getTime() - DAY_MS; at > last.getTime() && missed.length < atMost; at -= DAY_MS)
    missed.unshift(new Date(at));
  return missed;
}
