import type { Database } from '#platform';

/** One dossier's progress as an event tells it. */
export interface Progress {
  dossierId: string;
  unit: string;
  /** Local day of receipt, `YYYY-MM-DD`. */
  day: string;
  procedure: string;
  state: string;
  seq: number;
}

/** A record that is not newer changes nothing: re-delivery and disorder do no harm. */
const UPSERT = `
insert into dossier_progress as known (dossier_id, unit, day, procedure, state, seq)
select r."dossierId", r.unit, r.day, r.procedure, r.state, r.seq
from jsonb_to_recordset($1::jsonb) as r("dossierId" uuid, unit text, day date, procedure text, state text, seq integer)
order by r."dossierId"
on conflict (dossier_id) do update
set unit = excluded.unit, day = excluded.day, procedure = excluded.procedure, state = excluded.state, seq = excluded.seq
where known.seq < excluded.seq`;

/** Writes what comes in the same turn of the event loop in one statement; each caller waits until its own row is committed. */
export class ProgressWriter {
  private waiting: Progress[] = [];
  private flushing: Promise<void> | undefined;

  constructor(private readonly db: Pick<Database, 'execute'>) {}

  write(progress: Progress): Promise<void> {
    this.waiting.push(progress);
    this.flushing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.flush());
    return this.flushing;
  }

  private async flush(): Promise<void> {
    const rows = new Map<string, Progress>();
    for (const row of this.waiting) {
      const before = rows.get(row.dossierId);
      if (!before || before.seq < row.seq) rows.set(row.dossierId, row);
    }
    this.waiting = [];
    this.flushing = undefined;
    await this.db.execute(UPSERT, [JSON.stringify([...rows.values()])]);
  }
}
