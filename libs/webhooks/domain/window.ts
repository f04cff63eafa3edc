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

/** A piece of the feed as the receiver may have it. */
export interface FeedWindow {
  /** In order; of all communes or of some: positions may have gaps. */
  events: readonly LoggedEvent[];
  /** Everything up to this position was looked at. */
  lookedTo: number;
}

/** The position up to which nothing waits: right before the first event that is not taken. What the receiver may not have is passed by. */
export function reachedPosition(
  events: readonly Pick<LoggedEvent, 'position'>[],
  taken: ReadonlySet<number>,
  lookedTo: number,
): number {
  const waiting = events.find(({ position }) => !taken.has(position));
  return waiting === undefined ? lookedTo : waiting.position - 1;
}
