import { Readable } from 'node:stream';
import type { Database } from '#platform';
import {
  csvHead,
  csvLine,
  findEntries,
  gatherEvidence,
  isLoggableCode,
  publishedChain,
  jsonLine,
  readSealedSize,
  searchEntries,
  type LogKeys,
  type LogSource,
  type SearchFilter,
  type SyncLog,
  type SyncLogActor,
} from '#synclog';
import { dossierUnknown } from '../http/dossier-code';
import { syncLogFilter } from '../reads/sync-log';
import type { EvidenceQuery, SyncLogExportQuery, SyncLogFilterQuery } from '../schema/sync-log-query';

export interface ExportCaller {
  actor: SyncLogActor;
  /** Communes the caller is limited to; null = all. */
  units: readonly string[] | null;
}

/** Entries that are read at once. */
const PART = 256;

/** Hands out entries of the sync log, after the log itself has it written down who took what. */
export class ExportSyncLog {
  constructor(private readonly parts: { db: Database; syncLog: SyncLog; logKeys: LogKeys; logSource: LogSource }) {}

  /** Entries as lines, oldest first, up to those that are sealed now: read in parts as the caller takes them, so that neither memory nor a transaction
   *  grows with the export. An export that broke off goes on with `from`.
   *  @throws AppError 410 `sync-log-archived` when it would begin with entries whose archive is not at hand; then nothing is recorded */
  async lines(
    { format, from, purpose, ...query }: SyncLogExportQuery,
    { actor, units }: ExportCaller,
  ): Promise<{ lines: Readable; size: number }> {
    const { db, logSource } = this.parts;
    const size = await readSealedSize(db);
    const filter = await syncLogFilter(db, query, units);
    const first = from === undefined ? 0 : Number(from);
    const within = { ...filter, from: Math.max(first, filter.from ?? 0), to: Math.min(size, filter.to ?? size) };
    const pieces = linesOf(logSource, within, format);
    const begun = await begin(pieces);
    await this.record(actor, { format, purpose, query, units, fromIndex: first, toIndex: size });
    const head = format === 'csv' && from === undefined ? csvHead() : '';
    return { lines: Readable.from(after(`${head}${begun}`, pieces), { objectMode: false }), size };
  }

  /** The evidence file of one dossier.
   *  @throws AppError 404 `dossier-unknown` when no sealed entry names it; 409 `sync-log-not-sealed`;
   *  410 `sync-log-archived` as for lines */
  async evidence({ code, purpose }: EvidenceQuery, { actor, units }: ExportCaller): Promise<Readable> {
    const { db, logKeys, logSource } = this.parts;
    const filter = await syncLogFilter(db, { code }, units);
    const [first] = await searchEntries(logSource, filter, { order: 'oldest', limit: 1 });
    if (first === undefined) throw dossierUnknown();
    const ring = logKeys();
    const pieces = gatherEvidence(logSource, filter, {
      subject: { code },
      logKey: ring.current.vkey,
      keys: publishedChain(ring),
    });
    const begun = await begin(pieces);
    await this.record(actor, { format: 'evidence', purpose, query: { code }, units });
    return Readable.from(after(begun, pieces), { objectMode: false });
  }

  /** The log names what was asked for, but for what could be a person's. */
  private async record(actor: SyncLogActor, { format, purpose, query, units, ...range }: Taken): Promise<void> {
    const asked = Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
    const filters = asked.map(([name, value]) => filterText(name, value)).sort();
    await this.parts.db.run((tx) =>
      this.parts.syncLog.append(tx, [
        {
          kind: 'sync-log.exported',
          actor,
          ...(purpose === undefined ? {} : { purpose }),
          ...(query.code === undefined ? {} : { codes: [query.code] }),
          detail: { format, filters, ...(units === null ? {} : { units }), ...range },
        },
      ]),
    );
  }
}

function filterText(name: string, value: string): string {
  const text = `${name}=${value}`;
  return isLoggableCode(value) && isLoggableCode(text) ? text : `${name}=unreadable`;
}

interface Taken {
  format: string;
  purpose: string | undefined;
  query: SyncLogFilterQuery;
  units: readonly string[] | null;
  fromIndex?: number;
  toIndex?: number;
}

async function* linesOf(
  source: LogSource,
  filter: SearchFilter,
  format: SyncLogExportQuery['format'],
): AsyncGenerator<string, void> {
  const line = format === 'csv' ? csvLine : jsonLine;
  for await (const found of findEntries(source, filter, { order: 'oldest', part: PART })) {
    if (found.length > 0) yield found.map(line).join('');
  }
}

/** The first piece, before anything is answered or recorded: what is refused is refused with a status of its own and not in the middle of an answer.
 *  Empty where there is none. */
async function begin(pieces: AsyncGenerator<string, void>): Promise<string> {
  const { value } = await pieces.next();
  return value ?? '';
}

async function* after(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (first !== '') yield first;
  yield* rest;
}
