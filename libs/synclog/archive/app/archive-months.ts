import { AppError, type Clock, type Database } from '#platform';
import { exportBundle } from '../../export/app/export-bundle';
import type { BundleFolder, LogReader } from '../../export/ports';
import type { LogKeyRing } from '../../keys/log-key-ring';
import { readExtent } from '../../search/adapters/posting-store';
import { TILE_WIDTH } from '../../tlog/tiles';
import type { SyncLog } from '../../app/append-entries';
import type { SyncLogActor } from '../../domain/entry';
import { countUnsigned, readArchived, writeArchived } from '../adapters/archive-store';
import { noteReceipts, readExtentOf, readMonths, type LogMonth, type MonthExtent } from '../adapters/month-store';
import { alone } from '../adapters/run-lock';
import type { LogArchive } from '../ports';
import { monthOf } from '../domain/month';
import { dropIfArchived } from './drop-months';
import { atOneState, storedLog, withoutTiles } from './stored-log';
import { verifiedSize } from './verified-head';

/** What is to be archived, and with what. */
export interface ArchiveOrder {
  /** With the right of the migrator. */
  db: Database;
  /** The log's keys. */
  ring: LogKeyRing;
  /** Folder of the archive, and the same to read from. */
  folder: BundleFolder;
  archive: LogArchive;
  /** Brings what was written to the folder onto its disk. */
  settle(): void;
  syncLog: SyncLog;
  clock: Clock;
  /** The same by the database: what may go is decided by the clock that is behind. */
  databaseNow(): Promise<Date>;
  actor: SyncLogActor;
  /** First month that stays, `YYYY-MM`. */
  before: string;
  /** Months before this one that stay in the database, whatever is asked. */
  keepMonths: number;
  /** Product and version. */
  exportedBy: string;
  tell(done: number, total: number): void;
  /** Waits a moment. @returns false when there was enough of it */
  again(): Promise<boolean>;
  /** Waits while somebody else reads the log. */
  pause(): Promise<void>;
}

/** What left the database. */
export interface ArchivedMonths {
  months: readonly { month: string; entries: number }[];
  /** The archive holds all entries before this leaf, and what was sealed by now behind it. */
  beforeLeaf: number;
}

/** Takes the entries of old months out of the database, after the archive holds them and each was compared, as it lies there, with what the log has signed.
 *  The tree, its checkpoints, the index, numbers and receipts stay. That it happened is an entry of the log, and signed, before anything is dropped. Broken
 *  off at any moment, the next run goes on.
 *  @throws AppError `synclog-months-kept`, `synclog-nothing-to-archive`, `synclog-archive-early` (not all of it is numbered, sealed and indexed yet),
 *  `synclog-archive-misfits`, `synclog-archive-unsigned` and `synclog-archive-busy` (retry), `synclog-foreign`, those of {@link exportBundle} */
export async function archiveMonths(order: ArchiveOrder): Promise<ArchivedMonths> {
  await assertNotKept(order);
  return alone(order.db, () => archiveAlone(order));
}

async function assertNotKept({ before, keepMonths, clock, databaseNow }: ArchiveOrder): Promise<void> {
  const now = Math.min(clock.now().getTime(), (await databaseNow()).getTime());
  const latest = monthOf(new Date(now), keepMonths);
  if (before > latest)
    throw refusal(
      'synclog-months-kept',
      `the last ${keepMonths} months stay in the database (SYNCLOG_KEEP_MONTHS), so that --before is at most ${latest}`,
    );
}

async function archiveAlone(order: ArchiveOrder): Promise<ArchivedMonths> {
  const { db, before, pause } = order;
  const months = (await readMonths(db)).filter(({ month }) => month < before);
  if (months.length === 0)
    throw refusal('synclog-nothing-to-archive', `the database holds no entries of months before ${before}`);
  const extents: KnownMonth[] = [];
  for (const month of months) extents.push({ ...month, ...(await readExtentOf(db, month)) });
  const beforeLeaf = await endOf(order, extents);
  const held = await copy(order);
  if (held < beforeLeaf) throw early(`the archive holds ${held} signed entries, and not yet ${beforeLeaf}`);
  await note(order, extents, beforeLeaf);
  await untilSigned(order);
  for (const month of extents) await dropIfArchived(db, month, { beforeLeaf, again: pause });
  return { months: extents.map(({ month, entries }) => ({ month, entries })), beforeLeaf };
}

type KnownMonth = LogMonth & MonthExtent;

/** The leaf behind the months, rounded up to a whole bundle. @throws AppError `synclog-archive-early` */
async function endOf({ db, ring }: ArchiveOrder, months: readonly KnownMonth[]): Promise<number> {
  const open = months.find(({ unnumbered }) => unnumbered > 0);
  if (open !== undefined) throw early(`${open.unnumbered} entries of ${open.month} have no number yet`);
  const archived = await readArchived(db);
  const ends = [...archived.map((one) => one.beforeLeaf), ...months.map(({ lastLeaf }) => lastLeaf + 1)];
  const beforeLeaf = Math.ceil(Math.max(...ends) / TILE_WIDTH) * TILE_WIDTH;
  const { indexed } = await readExtent(db);
  const signed = await verifiedSize(db, ring);
  if (signed >= beforeLeaf && indexed * TILE_WIDTH >= beforeLeaf) return beforeLeaf;
  throw early(
    `the bundle in which they end is full at ${beforeLeaf} entries; ${signed} are signed, ${indexed * TILE_WIDTH} indexed`,
  );
}

/** Brings the archive up to what is signed, and then reads all of it again from where it lies.
 *  @returns how many entries it holds under the signed root
 *  @throws AppError `synclog-archive-misfits` */
async function copy(order: ArchiveOrder): Promise<number> {
  const log = atOneState(storedLog({ tx: order.db, archive: order.archive }, order.ring));
  await fill(order, log);
  order.settle();
  return fill(order, withoutTiles(log));
}

async function fill({ ring, folder, clock, exportedBy, tell }: ArchiveOrder, log: LogReader): Promise<number> {
  const trustedKey = ring.current.vkey;
  const { manifest, misfits } = await exportBundle({
    log,
    folder,
    trustedKey,
    isWitnessed: false,
    exportedBy,
    clock,
    tell,
  });
  if (misfits.length === 0) return manifest.size;
  const detail = `the archive does not hold what the log has signed (${misfits[0].path}, ${misfits.length} in all); nothing was dropped`;
  throw refusal('synclog-archive-misfits', detail);
}

/** One transaction: the months are noted, the receipts know their leaves, the log says so. */
async function note(
  { db, syncLog, clock, actor }: ArchiveOrder,
  months: readonly KnownMonth[],
  beforeLeaf: number,
): Promise<void> {
  await db.run(async (tx) => {
    const noted = new Map((await readArchived(tx)).map((one) => [one.month, one.beforeLeaf]));
    for (const one of months) await noteReceipts(tx, one);
    for (const { month, endId } of months.filter((one) => one.lastLeaf >= (noted.get(one.month) ?? -1))) {
      const [entry] = await syncLog.append(tx, [
        { kind: 'sync-log.archived', actor, detail: { month, toIndex: beforeLeaf } },
      ]);
      writeArchived(tx, { month, beforeLeaf, endId, entryId: entry.id }, clock.now());
    }
  });
}

/** Nothing is dropped before a signed checkpoint covers the entry that says it. @throws AppError `synclog-archive-unsigned` */
async function untilSigned({ db, ring, again }: ArchiveOrder): Promise<void> {
  while ((await countUnsigned(db, await verifiedSize(db, ring))) > 0)
    if (!(await again()))
      throw new AppError({
        code: 'synclog-archive-unsigned',
        disposition: 'retry',
        detail: 'the entry about it is not signed yet, so nothing was dropped: is a worker running? Then run it again',
      });
}

function early(why: string): AppError {
  return refusal('synclog-archive-early', why);
}

function refusal(code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'person', detail });
}
