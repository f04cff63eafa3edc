/** States of an item in quarantine (CONTRACTS §2). The SQL CHECK and docs/reference/states.md say the same; a test compares the three. */
export const QUARANTINE_STATES = ['open', 'rerun', 'resolved', 'given-up'] as const;
export type QuarantineState = (typeof QUARANTINE_STATES)[number];

/** `given-up` is forced: two persons. What is listed in another version later is a new item. */
export const QUARANTINE_TRANSITIONS: Readonly<Record<QuarantineState, readonly QuarantineState[]>> = {
  open: ['rerun', 'resolved', 'given-up'],
  rerun: ['open', 'resolved'],
  resolved: [],
  'given-up': [],
};

/** States from which `to` may be reached, for guards in SQL. */
export function quarantineStatesBefore(to: QuarantineState): QuarantineState[] {
  return QUARANTINE_STATES.filter((from) => QUARANTINE_TRANSITIONS[from].includes(to));
}
