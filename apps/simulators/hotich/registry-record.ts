import type { Fields } from '../server/fields';

/** States of the poll (codes-and-statuses.md §7.3). */
export type RegistryState = 1 | 2 | 3 | 4 | 6;

/** One dossier as the civil-status software holds it. */
export interface RegistryRecord {
  readonly dvcltCode: string;
  readonly oneStopCode: string;
  readonly module: 'LTKS' | 'LTKT';
  unit: string;
  content: Fields;
  /** Digest of content and files: tells a changed re-push from a repeat. */
  contentDigest: string;
  state: RegistryState;
  changedAtMs: number;
  /** Accepted pushes: 1, and one more for each supplement. */
  pushes: number;
  note: string;
  deadlineAtMs: number | null;
  result: Fields | null;
  /** What the poll does not show of a completed record yet (Q19). */
  withheld: 'file' | 'result' | 'number' | null;
  /** Polls that showed state 4; for files that come late (Q19). */
  completedPolls: number;
}
