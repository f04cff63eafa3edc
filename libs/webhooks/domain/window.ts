import type { LoggedEvent } from '#bus';

/** Events of a window by what must stay in order: those of one dossier, and those of none. Lines begin with that of the first event. */
export function linesOf(events: readonly LoggedEvent[]): LoggedEvent[][] {
  const lines = new Map<string | null, LoggedEvent[]>();
  for (const event of events) {
    const line = lines.get(event.dossierId);
    if (line === undefined) lines.set(event.dossierId, [event]);
    else line.push(event);
  }
  return [...lines.values()];
}

/** The position up to which everything is taken, without a gap. */
export function reachedPosition(
  from: number,
  events: readonly Pick<LoggedEvent, 'position'>[],
  taken: ReadonlySet<number>,
): number {
  let reached = from;
  for (const { position } of events) {
    if (!taken.has(position)) break;
    reached = position;
  }
  return reached;
}
