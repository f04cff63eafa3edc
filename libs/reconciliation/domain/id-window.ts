import type { Window } from '../ports';

/** Dossiers by the time at which we stored them: their ids hold it (UUIDv7), so the primary key is the index of every window. */
export interface IdWindow {
  /** The lowest id of the window. */
  from: string;
  /** The lowest id behind it. */
  to: string;
}

export function idWindow({ from, to }: Window): IdWindow {
  return { from: lowestIdAt(from), to: lowestIdAt(to) };
}

/** Not above any UUIDv7 of this millisecond, and above all of the ones before. */
export function lowestIdAt(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
