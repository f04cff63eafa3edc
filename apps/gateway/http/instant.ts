/** An instant by RFC 3339 with its offset, seconds optional. Anchored and bounded: a pattern that looks for its end behind any text takes
 *  the square of a long text's length. */
export const INSTANT = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** The same, or a date alone. */
export const INSTANT_OR_DATE = new RegExp(`^\\d{4}-\\d\\d-\\d\\d$|${INSTANT.source}`);
