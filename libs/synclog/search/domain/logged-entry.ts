import type { SyncLogEntryInput } from '../../domain/entry';

/** An entry as the log holds it (CONTRACTS §6). Its kind may be one that this version does not know. */
export interface LoggedEntry extends Omit<SyncLogEntryInput, 'kind'> {
  v: number;
  id: string;
  /** RFC 3339. */
  at: string;
  kind: string;
}

/** Reads a leaf's bytes.
 *  @returns undefined for bytes that are no entry: somebody has changed them, and the log must go on */
export function readLogged(bytes: Buffer): LoggedEntry | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is LoggedEntry {
  if (!isObject(value) || !isObject(value.actor)) return false;
  const { id, at, kind, codes, detail, actor } = value;
  return (
    [id, at, kind, actor.id].every((text) => typeof text === 'string') &&
    (codes === undefined || Array.isArray(codes)) &&
    (detail === undefined || isObject(detail))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
