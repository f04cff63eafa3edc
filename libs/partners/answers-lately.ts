import type { Clock } from '#platform';

/** How long after a usable answer a partner still counts as one that answers. */
const LATELY_MS = 600_000;
/** Dossiers refused in a row, each asked for alone, that are no accident any more. */
export const MOST_REFUSED = 10;

/** Whether a partner answers at all, so that a refusal can be told from a dossier that it refuses. One for all questions of an adapter. */
export class AnswersLately {
  private lastMs = Number.NEGATIVE_INFINITY;
  private refused = 0;

  constructor(private readonly clock: Clock) {}

  /** A question was answered usably. */
  answered(): void {
    this.lastMs = this.clock.now().getTime();
    this.refused = 0;
  }

  /** A question about one dossier was refused. */
  refusedOne(): void {
    this.refused += 1;
  }

  /** A refusal now is about its dossier: others are answered. */
  isAnswering(): boolean {
    return this.refused < MOST_REFUSED && this.clock.now().getTime() - this.lastMs <= LATELY_MS;
  }
}
