import type { SyncLogDetailKey } from '../detail';
import type { SyncLogEntryInput } from '../entry';

/** A member of an entry beside `v`, `id`, `at`, `kind`, `actor` and `detail`, which each kind can have. */
export type EntryMember = Exclude<keyof SyncLogEntryInput, 'kind' | 'actor' | 'detail'>;

/** What a kind of entry says, for who reads the log. */
export interface KindFacts {
  /** What happened, and when the entry is written. */
  means: string;
  /** Who acted. */
  actor: string;
  /** Members that it can have. */
  members: readonly EntryMember[];
  /** Names in `detail` that it can have. */
  detail: readonly SyncLogDetailKey[];
  /** What of it is a sharing of data in the sense of Article 45 of Decree 47/2020: in, out, or none. */
  share?: 'in' | 'out';
}

/** Members by which the entries of one dossier are told. */
export const DOSSIER = ['dossierId', 'codes', 'unit', 'procedure'] as const satisfies readonly EntryMember[];
