import { InvalidArgumentError, type Command } from 'commander';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Database } from '#platform';
import type { ArchivedMonths, ArchiveOrder } from '#synclog';
import { CliError, EXIT } from '../client/cli-error';
import { printer } from '../output/print';
import { tableOf } from '../output/table';
import { productVersion } from '../output/product-version';
import { examples, type GlobalOptions } from './context';
import { databaseUrlOf, keyDirOf, onDatabase, orSay, ownerDatabaseUrlOf } from './host-context';

interface MonthsOptions {
  database?: string;
}

interface ArchiveOptions extends MonthsOptions {
  before: string;
  to?: string;
  keys?: string;
  by?: string;
  keep?: number;
}

/** How often, and how many times, it is asked whether the entry about it is signed: a minute, in which a worker signs a hundred times. */
const ASK_EVERY_MS = 500;
const MOST_ASKED = 120;
/** Between two tries to have the log for a moment. */
const PAUSE_MS = 350;
const APPLICATION = 'lienthong-synclog';
/** A month is read whole. */
const OWN_DATABASE = { applicationName: APPLICATION, role: null, statementTimeoutMs: 3_600_000, plansByKey: false };

/** `lienthong synclog months` and `… archive`. */
export function addArchive(synclog: Command): void {
  addMonths(synclog);
  synclog
    .command('archive')
    .description('takes the entries of old months out of the database, into a folder that anybody can check')
    .requiredOption('--before <month>', 'the first month that stays, YYYY-MM', monthText)
    .option('--to <dir>', 'folder of the archive; else ARCHIVE_DIR. Gateways read it')
    .option(
      '--keep <n>',
      'months before this one that stay, whatever is asked; else SYNCLOG_KEEP_MONTHS, else 12',
      keptMonths,
    )
    .option('--by <account>', 'account of who does it, for the entry; else the machine')
    .option('--keys <dir>', 'folder of the keys; else KEY_DIR, else that of the installation in --data')
    .option(
      '--database <url>',
      'the database, as the user that owns it; else MIGRATOR_DATABASE_URL, else that of the installation in --data',
    )
    .addHelpText('after', examples(['synclog archive --before 2025-11 --to /srv/lienthong/archive --by an.tran']))
    .action(async (given: ArchiveOptions, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const to = given.to ?? process.env.ARCHIVE_DIR;
      if (!to) throw new CliError('Name the folder of the archive with --to DIR or ARCHIVE_DIR.', EXIT.usage);
      const archived = await orSay(() => archive({ ...given, to }, options.data));
      printer(options.json).show({ ...archived, to }, () => archivedText(archived, to));
    });
}

function addMonths(synclog: Command): void {
  synclog
    .command('months')
    .description('the months of the log that the database holds')
    .option('--database <url>', 'the database; else DATABASE_URL, else that of the installation in --data')
    .action(async ({ database }: MonthsOptions, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { measureMonths } = await import('#synclog');
      const login = { url: databaseUrlOf(database, options.data), applicationName: APPLICATION };
      const months = await onDatabase(login, measureMonths);
      printer(options.json).show({ months }, () =>
        tableOf(months, [
          { head: 'month', value: ({ month }) => month },
          { head: 'entries, about', value: ({ entries }) => entries, align: 'right' },
          { head: 'MB', value: ({ bytes }) => (bytes / 1_000_000).toFixed(1), align: 'right' },
        ]),
      );
    });
}

async function archive(given: ArchiveOptions & { to: string }, data: string): Promise<ArchivedMonths> {
  const { systemClock: clock, uuidIds: ids } = await import('#platform');
  const { archiveMonths, bundleFolder, createSyncLog, fileLogKeys, folderArchive, settleFolder } =
    await import('#synclog');
  const { to, by, before, keep } = given;
  const ring = fileLogKeys(keyDirOf(given.keys, data))();
  const order: Omit<ArchiveOrder, 'db' | 'databaseNow'> = {
    ring,
    folder: bundleFolder(to),
    archive: folderArchive(to),
    settle: () => settleFolder(to),
    syncLog: createSyncLog({ ids, clock }),
    clock,
    actor: { id: by ?? 'host', type: by === undefined ? 'system' : 'person' },
    before,
    keepMonths: keep ?? keptByEnvironment(),
    exportedBy: `lienthong ${productVersion()}`,
    tell: (done, total) => void (process.stderr.isTTY && process.stderr.write(`  ${done} of ${total} parts\r`)),
    again: askAgain(),
    pause: () => setTimeout(PAUSE_MS),
  };
  const url = ownerDatabaseUrlOf(given.database, data);
  return onDatabase({ url, ...OWN_DATABASE }, (db) => archiveMonths({ db, databaseNow: () => clockOf(db), ...order }));
}

async function clockOf(db: Database): Promise<Date> {
  const [{ now }] = await db.query<{ now: Date }>('select now() as now');
  return now;
}

function askAgain(): () => Promise<boolean> {
  let asked = 0;
  return async () => {
    asked += 1;
    if (asked > MOST_ASKED) return false;
    await setTimeout(ASK_EVERY_MS);
    return true;
  };
}

function archivedText({ months, beforeLeaf }: ArchivedMonths, to: string): string {
  return [
    tableOf(months, [
      { head: 'archived', value: ({ month }) => month },
      { head: 'entries', value: ({ entries }) => entries, align: 'right' },
    ]),
    `The archive holds every entry before number ${beforeLeaf}, each compared with what the log has signed. Gateways read it where ARCHIVE_DIR names it.`,
    ...otherFolderText(to),
    `Put ${to} into the backup now: the database does not hold these entries any more. Anybody can check it: npx lienthong-verify ${to} --key synclog.vkey`,
  ].join('\n\n');
}

/** What gateways read is no business of this command, but it is known where it runs beside them. */
function otherFolderText(to: string): string[] {
  const read = process.env.ARCHIVE_DIR;
  return read && resolve(read) !== resolve(to)
    ? [`ARCHIVE_DIR here is another folder, ${read}: gateways must read ${to}.`]
    : [];
}

function monthText(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('it is a month such as 2025-11');
}

function keptMonths(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= 1_200) return count;
  throw new InvalidArgumentError('it is a whole number of months');
}

/** Our rule: the log of a year stays at hand. */
function keptByEnvironment(): number {
  try {
    return keptMonths(process.env.SYNCLOG_KEEP_MONTHS || '12');
  } catch {
    throw new CliError('SYNCLOG_KEEP_MONTHS is a whole number of months.', EXIT.usage);
  }
}
