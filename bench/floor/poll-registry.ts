import type { DossierState, RegistrationResult } from '#dossier';
import type { RegistryResults, RegistryRow } from '#intake';
import { rfc3339, sha256, uuidIds } from '#platform';
import type { Floor } from './floor';
import type { ContentRow } from './group-commit';

interface Watch {
  state: DossierState;
  dueAtMs: number;
  pauseMs: number;
}

export interface PollOptions {
  results: RegistryResults;
  /** From the push to the first poll; each further pause is 1.5 times longer, up to `maxMs`. */
  firstMs: number;
  maxMs: number;
  /** Calls at once. */
  maxConcurrency: number;
}

const LOOK_EVERY_MS = 100;
const DEADLINE_MS = 10_000;
const FACTOR = 1.5;

/** hộ tịch's results: due codes in calls of as many as it takes, at the pace of the product. */
export class PollRegistry {
  private readonly watches = new Map<string, Watch>();
  private calls = 0;

  constructor(
    private readonly floor: Floor,
    private readonly options: PollOptions,
    private readonly onFatal: (error: unknown) => void,
  ) {}

  watch(state: DossierState): void {
    const { firstMs } = this.options;
    this.watches.set(state.id, { state, dueAtMs: Date.now() + firstMs, pauseMs: firstMs });
  }

  /** Looks for due codes until `signal` fires. */
  run(signal: AbortSignal): void {
    const timer = setInterval(() => this.startDue(), LOOK_EVERY_MS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  private startDue(): void {
    const now = Date.now();
    const due = [...this.watches.values()].filter((watch) => watch.dueAtMs <= now);
    for (const module of ['KS', 'KT'] as const) {
      const own = due.filter((watch) => watch.state.module === module);
      while (own.length > 0 && this.calls < this.options.maxConcurrency)
        this.ask(module, own.splice(0, this.options.results.maxCodesPerCall));
    }
  }

  private ask(module: 'KS' | 'KT', watches: readonly Watch[]): void {
    this.calls += 1;
    for (const watch of watches) watch.dueAtMs = Number.POSITIVE_INFINITY;
    this.poll(module, watches)
      .catch(this.onFatal)
      .finally(() => {
        this.calls -= 1;
        this.startDue();
      });
  }

  private async poll(module: 'KS' | 'KT', watches: readonly Watch[]): Promise<void> {
    const byCode = new Map(watches.map((watch) => [watch.state.codes.oneStop ?? '', watch]));
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const { askedAt, rows } = await this.options.results.poll(module, [...byCode.keys()], signal);
    await Promise.all(
      (rows ?? []).map(async (row) => {
        const watch = byCode.get(row.code);
        if (watch && row.status !== null) await this.report(watch.state.id, { ...row, status: row.status }, askedAt);
      }),
    );
    for (const watch of watches) {
      watch.pauseMs = Math.min(this.options.maxMs, watch.pauseMs * FACTOR);
      watch.dueAtMs = Date.now() + watch.pauseMs;
    }
  }

  private async report(
    dossierId: string,
    row: RegistryRow & { status: NonNullable<RegistryRow['status']> },
    askedAt: Date,
  ): Promise<void> {
    // Most polls bring nothing new, and only a result carries what is worth keeping.
    const contents = row.result ? this.resultRows(dossierId, row.result, row.officer) : [];
    const [result, officer] = contents;
    await this.floor.tell(
      dossierId,
      {
        kind: 'registry-reported',
        status: row.status,
        at: row.changedAt ?? rfc3339(askedAt),
        ...(row.result && result && officer
          ? {
              officerRef: officer.id,
              result: {
                registryCode: row.result.registryCode,
                resultRef: result.id,
                resultDigest: sha256(result.bytes).toString('base64'),
              },
            }
          : {}),
      },
      { contents },
    );
    if (row.result) this.watches.delete(dossierId);
  }

  /** The result, who gave it, and its file. */
  private resultRows(
    dossierId: string,
    { file, registryCode, ...given }: NonNullable<RegistryRow['result']>,
    officer: RegistryRow['officer'],
  ): ContentRow[] {
    void registryCode;
    const fileRef = uuidIds.next();
    const result: RegistrationResult = { ...given, fileRef, fileSizeBytes: file.length, officer };
    return [
      this.floor.row(dossierId, 'result', Buffer.from(JSON.stringify(result))),
      this.floor.row(dossierId, 'officer', Buffer.from(JSON.stringify(officer))),
      this.floor.row(dossierId, 'file', file, fileRef),
    ];
  }
}
