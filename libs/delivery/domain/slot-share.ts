/** A worker among those that live. */
export interface WorkerPlace {
  /** Workers with couriers whose heartbeat is fresh, this one included. */
  workers: number;
  /** How many of them stand before this one, in the order of their ids. */
  before: number;
}

/** Calls at once that a worker may have of what the partner takes from all: the whole is shared out evenly, and what is left over goes to the
 *  first ones. With more workers than slots some have none. */
export function slotShare(max: number, { workers, before }: WorkerPlace): number {
  const all = Math.max(1, workers);
  return Math.floor(max / all) + (before < max % all ? 1 : 0);
}
