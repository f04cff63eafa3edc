/** Viet Nam has one time of day, all year. */
const AHEAD_OF_UTC_MS = 7 * 3_600_000;

/** The month of an instant in Viet Nam, `YYYY-MM`. @param back so many months before it */
export function monthOf(at: Date, back = 0): string {
  const local = new Date(at.getTime() + AHEAD_OF_UTC_MS);
  const first = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() - back, 1));
  return first.toISOString().slice(0, 7);
}
