import type { LoggedEntry } from './logged-entry';

type ValuesOf = (entry: LoggedEntry) => readonly unknown[];

/** What entries are searched by, and where its values stand in an entry. */
const VALUES = {
  code: ({ codes }) => codes ?? [],
  dossierId: ({ dossierId }) => [dossierId],
  unit: ({ unit }) => [unit],
  partner: ({ partner }) => [partner],
  operation: ({ operation }) => [operation],
  procedure: ({ procedure }) => [procedure],
  outcome: ({ outcome }) => [outcome],
  kind: ({ kind }) => [kind],
  actor: ({ actor }) => [actor.id],
  receipt: ({ detail }) => [detail?.receiptId],
  cause: ({ detail }) => [detail?.reasonCode, detail?.reasonCodes].flat(),
  delivery: ({ detail }) => [detail?.deliveryId],
  plan: ({ detail }) => [detail?.planId],
  item: ({ detail }) => [detail?.itemId],
} as const satisfies Record<string, ValuesOf>;

export type Facet = keyof typeof VALUES;

const FACETS = Object.keys(VALUES) as readonly Facet[];

/** One value of a facet. */
export interface Term {
  facet: Facet;
  value: string;
}

/** Which entries are asked for; without any member, all. */
export interface SearchFilter {
  /** Conditions that hold together; of each, one of its terms. */
  all: readonly (readonly Term[])[];
  /** The entry's own time: at or after this instant. */
  since?: Date | undefined;
  /** Before this instant. */
  until?: Date | undefined;
  /** Leaves from this index on. */
  from?: number | undefined;
  /** Leaves before this index. */
  to?: number | undefined;
}

/** Everything that an entry can be found by. */
export function termsOf(entry: LoggedEntry): Term[] {
  return FACETS.flatMap((facet) => valuesOf(entry, facet).map((value) => ({ facet, value })));
}

/** Whether the entry at a leaf is asked for. What is no entry meets no condition. */
export function isWanted(entry: LoggedEntry | undefined, { all, since, until }: SearchFilter): boolean {
  if (entry === undefined) return all.length === 0 && since === undefined && until === undefined;
  return isWithin(Date.parse(entry.at), since, until) && all.every((terms) => terms.some((term) => has(entry, term)));
}

function isWithin(atMs: number, since: Date | undefined, until: Date | undefined): boolean {
  return (since === undefined || atMs >= since.getTime()) && (until === undefined || atMs < until.getTime());
}

function has(entry: LoggedEntry, { facet, value }: Term): boolean {
  return valuesOf(entry, facet).includes(value);
}

function valuesOf(entry: LoggedEntry, facet: Facet): string[] {
  return VALUES[facet](entry).filter((value): value is string => typeof value === 'string');
}
