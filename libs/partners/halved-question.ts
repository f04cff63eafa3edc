import { AppError } from '#platform';
import type { AskedDossier, Found } from '#reconciliation';
import { MOST_REFUSED, type AnswersLately } from './answers-lately';

/** What one call said. `refused`: this question is not answered; `too-much`: its answer is more than we take. Fewer dossiers may fare better. */
export type CallAnswer =
  { kind: 'found'; found: readonly Found[] } | { kind: 'refused' | 'too-much'; reasonCode: string };

/** Calls that a question for so many dossiers becomes at most: halved down to single ones. */
export function mostCallsOf(atMost: number): number {
  return 2 * atMost - 1;
}

/** One question that is halved where it is refused or too much at once, down to one dossier: the others must not stay unseen for it. A dossier that is
 *  refused alone is unreadable where the partner answers others; one that refuses everybody refuses the question and not the dossiers.
 *  @throws AppError with disposition `retry`, and the number of `calls` made in `extra`, when nothing was found out */
export class HalvedQuestion {
  private calls = 0;
  /** Dossiers in a row, each alone: a question that is refused from end to end is not asked to its end. */
  private refusedInRow = 0;
  private refusal: string | undefined;

  constructor(
    private readonly once: (dossiers: readonly AskedDossier[]) => Promise<CallAnswer>,
    private readonly lately: AnswersLately,
  ) {}

  /** @param groups dossiers that may go together in a call
   *  @returns what was found of each, group by group, and in how many calls */
  async ask(groups: readonly (readonly AskedDossier[])[]): Promise<{ found: readonly Found[]; calls: number }> {
    try {
      const found: Found[] = [];
      for (const group of groups) if (group.length > 0) found.push(...(await this.together(group)));
      if (this.refusal !== undefined && !this.lately.isAnswering()) throw refused(this.refusal);
      return { found, calls: this.calls };
    } catch (error) {
      throw withCalls(error, this.calls);
    }
  }

  private async together(dossiers: readonly AskedDossier[]): Promise<readonly Found[]> {
    this.calls += 1;
    const answer = await this.once(dossiers);
    if (answer.kind === 'found') {
      this.refusedInRow = 0;
      this.lately.answered();
      return answer.found;
    }
    if (dossiers.length === 1) return [this.alone(answer)];
    const half = Math.ceil(dossiers.length / 2);
    const first = await this.together(dossiers.slice(0, half));
    return [...first, ...(await this.together(dossiers.slice(half)))];
  }

  private alone({ kind, reasonCode }: Exclude<CallAnswer, { kind: 'found' }>): Found {
    if (kind === 'refused') {
      this.refusal = reasonCode;
      this.refusedInRow += 1;
      this.lately.refusedOne();
      if (this.refusedInRow >= MOST_REFUSED) throw refused(reasonCode);
    }
    return { kind: 'unreadable', reasonCode };
  }
}

function refused(code: string): AppError {
  return new AppError({ code, disposition: 'retry' });
}

function withCalls(error: unknown, calls: number): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, disposition, detail, field, extra } = error;
  return new AppError({ code, disposition, detail, field, extra: { ...extra, calls }, cause: error });
}
