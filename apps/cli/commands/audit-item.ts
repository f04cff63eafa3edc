import type { LoggedEntry } from '#synclog';

/** A sealed entry as the API gives it. */
export interface AuditItem {
  /** Of its leaf: the reference under which its proof is asked for. */
  index: number;
  /** Null when its bytes are no entry any more. */
  entry: LoggedEntry | null;
  leafHash: string;
}
