import { AppError } from '#platform';
import type { DecisionBody, DecisionSource, EventRow } from '#intake';

/** A row as a one-stop might list it; `broken` makes it one that cannot be read. */
export interface FakeEvent {
  position?: number;
  dvclt?: string;
  oneStop?: string;
  decision?: string;
  /** RFC 3339. */
  decidedAt?: string;
  officer?: string;
  note?: string;
  broken?: string;
}

/** A source of decisions at the port: rows after a position, as often as it is asked. */
export class FakeDecisionSource implements DecisionSource {
  readonly id = 'onestop';
  readonly rows: FakeEvent[] = [];
  readonly asked: number[] = [];
  isDown = false;
  /** The reader was mended: `broken` counts no more. */
  isMended = false;
  /** Position that a mended reader finds in a row without one. */
  positionOf: (row: FakeEvent) => number | undefined = (row) => row.position;
  /** The source's own mark; undefined = that of the last row. */
  mark: number | null | undefined;
  /** Runs inside a call, before it answers. */
  onList: () => void | Promise<void> = () => undefined;

  async list(after: number, limit: number): ReturnType<DecisionSource['list']> {
    this.asked.push(after);
    await this.onList();
    if (this.isDown) throw new AppError({ code: 'fake.down', disposition: 'retry' });
    const rows = this.rows.filter(({ position }) => position === undefined || position > after).slice(0, limit);
    const last = Math.max(after, ...rows.map((row) => row.position ?? after));
    return { rows: rows.map((row) => this.read(Buffer.from(JSON.stringify(row)))), next: this.mark ?? last };
  }

  read(raw: Buffer): EventRow {
    const row = JSON.parse(raw.toString()) as FakeEvent;
    const base = {
      raw,
      codes: given({ dvclt: row.dvclt, oneStop: row.oneStop }),
      ...given({ position: this.positionOf(row) }),
    };
    if (row.broken && !this.isMended)
      return { ...base, failure: { code: row.broken, reason: 'made to fail', field: 'suKien' } };
    const decision = {
      decision: (row.decision ?? 'accept') as DecisionBody['decision'],
      decidedAt: row.decidedAt ?? '2026-03-02T08:00:00.000+07:00',
      officer: { name: row.officer ?? 'CÁN BỘ MẪU' },
      ...given({ note: row.note, oneStopCode: row.oneStop }),
    };
    return { ...base, decision };
  }
}

function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
