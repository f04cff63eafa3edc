import type { Command } from 'commander';
import type { RotatedKey } from '#synclog';
import { CliError, EXIT } from '../client/cli-error';
import { localTime, printer } from '../output/print';
import { pairsOf } from '../output/table';
import { examples, type GlobalOptions } from './context';
import { durationMs } from './duration';
import { databaseUrlOf, keyDirOf, onDatabase, orSay } from './host-context';
import { addArchive } from './synclog-archive';

interface KeyOptions {
  keys?: string;
}

interface RotateOptions extends KeyOptions {
  database?: string;
  overlap: string;
  by?: string;
}

/** `lienthong synclog …`: on the machine that holds the keys of the log. */
export function addSyncLogCommands(program: Command): void {
  const synclog = program
    .command('synclog')
    .description('keys and months of the sync log, on the machine that holds them');
  addRotateKey(synclog);
  addDropOldKeys(synclog);
  addArchive(synclog);
}

function addRotateKey(synclog: Command): void {
  synclog
    .command('rotate-key')
    .description('gives the log a new key; the old one signs who follows it, and that is an entry of the log')
    .option('--overlap <time>', 'how long the old key signs, too; 0s when it was stolen', '30d')
    .option('--by <account>', 'account of who does it, for the entry; else the machine')
    .option('--keys <dir>', 'folder of the keys; else KEY_DIR, else that of the installation in --data')
    .option('--database <url>', 'the database; else DATABASE_URL, else that of the installation in --data')
    .addHelpText('after', examples(['synclog rotate-key --by an.tran', 'synclog rotate-key --overlap 0s']))
    .action(async (given: RotateOptions, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const overlapMs = durationMs(given.overlap);
      if (overlapMs === undefined) throw new CliError('--overlap is a time such as 0s, 12h or 30d.', EXIT.usage);
      const rotated = await orSay(() => rotate(given, overlapMs, options.data));
      printer(options.json).show(rotated, () => rotatedText(rotated));
    });
}

function addDropOldKeys(synclog: Command): void {
  synclog
    .command('drop-old-keys')
    .description('destroys the older keys of the log whose time is over; evidence that they signed stays good')
    .option('--now', 'also those that still sign')
    .option('--keys <dir>', 'folder of the keys; else KEY_DIR, else that of the installation in --data')
    .action(async ({ keys, now }: KeyOptions & { now?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { systemClock } = await import('#platform');
      const { dropPreviousKeys } = await import('#synclog');
      const left = await orSay(async () =>
        dropPreviousKeys(keyDirOf(keys, options.data), { now: systemClock.now(), areAllMeant: now === true }),
      );
      printer(options.json).show({ left }, () => (left === 0 ? 'No older key is left.' : `${left} still sign.`));
    });
}

async function rotate({ database, keys, by }: RotateOptions, overlapMs: number, data: string): Promise<RotatedKey> {
  const { systemClock: clock, uuidIds: ids } = await import('#platform');
  const { createSyncLog, logKeyFiles, rotateLogKey } = await import('#synclog');
  const files = logKeyFiles(keyDirOf(keys, data), () => clock.now());
  const actor = { id: by ?? 'host', type: by === undefined ? ('system' as const) : ('person' as const) };
  const syncLog = createSyncLog({ ids, clock });
  return onDatabase({ url: databaseUrlOf(database, data), applicationName: 'lienthong-rotate-key' }, (db) =>
    rotateLogKey({ db, files, syncLog, clock, actor, overlapMs }),
  );
}

function rotatedText({ oldKey, newKey, fromSize, until, wasBrokenOff }: RotatedKey): string {
  return [
    ...(wasBrokenOff ? ['A rotation that was broken off before is finished now; nothing new was begun.', ''] : []),
    pairsOf([
      ['old key', oldKey],
      ['new key', newKey],
      ['signs above', `${fromSize} entries`],
      ['old key signs until', localTime(until)],
    ]),
    '',
    'Workers take the new key up by themselves. Copy KEY_DIR/synclog.json to every machine that runs a worker or a gateway, keep it in the backup of the keys,',
    'and give the new key to auditors and witnesses on a second way.',
  ].join('\n');
}
