import { AppError, codeOf, isConnectionLost } from '#platform';
import { readRerunItems, type RerunItem } from '../adapters/quarantine-store';
import type { DecisionSource, DossierSource } from '../ports';
import type { IntakeDeps } from './intake-deps';
import { EVENT_SOURCE } from './quarantined-event';
import { rerunEvent } from './rerun-event';
import { rerunListedItem } from './rerun-listed-item';
import { isStillToRun, reopen, RERUN_ACTOR, type RerunEnd, type StillBroken } from './rerun-outcome';

export interface RerunQuarantineOptions {
  dossierSource: DossierSource;
  decisionSource: DecisionSource;
  /** Reads units and procedures again, so that a mended mapping counts at once. @throws AppError `configuration-invalid` */
  reread(): void;
  /** Total deadline of a detail call, for what has no stored detail. @default 10_000 ms */
  deadlineMs?: number;
}

const ITEMS_PER_ROUND = 20;

/** Runs the items that an operator marked, wherever in the installation the mark was set. The mark is the queue: a worker that dies leaves
 *  it, and the next one goes on. */
export class RerunQuarantine {
  constructor(
    private readonly deps: IntakeDeps,
    private readonly options: RerunQuarantineOptions,
  ) {}

  /** One round; returns how many items were run. A database that is away throws. */
  async runOnce(signal: AbortSignal): Promise<number> {
    const items = await readRerunItems(this.deps.db, ITEMS_PER_ROUND);
    if (items.length === 0) return 0;
    const wrong = this.reread();
    for (const item of items) {
      if (signal.aborted) break;
      await this.run(item, wrong, signal);
    }
    return items.length;
  }

  private reread(): AppError | undefined {
    try {
      this.options.reread();
      return undefined;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return error;
    }
  }

  private async run(item: RerunItem, wrong: AppError | undefined, signal: AbortSignal): Promise<void> {
    let end: RerunEnd;
    try {
      end = wrong ? await this.reopen(item, unreadable(item, wrong)) : await this.attempt(item, signal);
    } catch (error) {
      if (isConnectionLost(error)) throw error;
      this.deps.log.error('quarantine.rerun-failed', { itemId: item.id, code: codeOf(error) });
      const reason = 'the rerun failed';
      end = await this.reopen(item, {
        ...item,
        code: codeOf(error),
        reason,
        field: undefined,
        responsible: 'province',
      });
    }
    this.deps.log.info('quarantine.rerun', { itemId: item.id, source: item.source, end });
  }

  private attempt(item: RerunItem, signal: AbortSignal): Promise<RerunEnd> {
    const { dossierSource, decisionSource: source, deadlineMs = 10_000 } = this.options;
    if (item.rawRef === null)
      throw new AppError({ code: 'quarantine-without-bytes', disposition: 'person', detail: 'no bytes were kept' });
    return item.source === EVENT_SOURCE
      ? rerunEvent(item, { ...this.deps, source, actor: RERUN_ACTOR })
      : rerunListedItem(item, { ...this.deps, dossierSource, deadlineMs }, signal);
  }

  private reopen(item: RerunItem, broken: StillBroken): Promise<RerunEnd> {
    return this.deps.db.run(async (tx) =>
      (await isStillToRun(tx, item)) ? reopen(tx, item, broken, this.deps) : 'resolved',
    );
  }
}

/** The mended file has a mistake: it names files and places, never a citizen. */
function unreadable(item: RerunItem, { code, detail = code }: AppError): StillBroken {
  return { stage: item.stage, code, reason: detail.slice(0, 500), responsible: 'province' };
}
