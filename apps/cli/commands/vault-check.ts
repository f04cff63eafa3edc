import { InvalidArgumentError, type Command } from 'commander';
import type { ObjectsReport } from '#access';
import { EXIT } from '../client/cli-error';
import { tableOf } from '../output/table';
import { examples } from './context';
import { onVaultDatabase, vaultContextOf, withVaultOptions } from './vault-context';

interface CheckOptions {
  sample?: number;
  after?: string;
  perSecond: number;
}

/** Bad objects that the text names; JSON has all. */
const MOST_SHOWN = 50;

/** `lienthong vault check`: exit code 1 when something cannot be read as it was sealed. */
export function addVaultCheck(vault: Command): void {
  withVaultOptions(vault.command('check'))
    .description('reads sealed objects to their end and names those that were changed or are missing; shows no content')
    .option('--objects <dir>', 'folder of large objects; else OBJECT_DIR')
    .option('--sample <n>', 'so many objects picked at random, instead of all', wholeOf)
    .option('--after <ref>', 'goes on after this object')
    .option('--per-second <n>', 'so many objects a second at most, beside a system that works', wholeOf, 200)
    .addHelpText('after', examples(['vault check --sample 500', 'vault check --per-second 1000 --json']))
    .action(async ({ sample, after, perSecond }: CheckOptions, command: Command) => {
      const { keyDir, objectDir, print } = vaultContextOf(command);
      const { CheckObjects, createVault, fileMasterKeys, objectPlaces } = await import('#access');
      const { pause, systemClock: clock, systemRandom: random, uuidIds: ids } = await import('#platform');
      const never = new AbortController().signal;
      const report = await onVaultDatabase(command, (db) => {
        const { outside } = objectPlaces({ db, clock, objectDir, objectMinBytes: Number.MAX_SAFE_INTEGER });
        const vault = createVault({ db, keys: fileMasterKeys(keyDir), ids, clock, outside });
        const check = new CheckObjects({ db, vault, random, pause: (ms) => pause(ms, never) });
        return check.run({ sample, after, perSecond });
      });
      print.show(report, () => reportText(report));
      if (report.bad.length > 0) process.exitCode = EXIT.no;
    });
}

/** The report as a person reads it. */
function reportText({ whole, erased, bad, last }: ObjectsReport): string {
  const head = `${whole} read and whole, ${erased} of erased owners, ${bad.length} not as sealed.`;
  if (bad.length === 0) return head;
  const table = tableOf(bad.slice(0, MOST_SHOWN), [
    { head: 'object', value: (row) => row.ref },
    { head: 'kind', value: (row) => row.kind },
    { head: 'what', value: (row) => row.code },
    { head: 'where', value: (row) => (row.isOutside ? 'OBJECT_DIR' : 'PostgreSQL') },
  ]);
  const cut = bad.length > MOST_SHOWN ? [`… and ${bad.length - MOST_SHOWN} more: --json names all.`] : [];
  return [head, table, ...cut, `Last one looked at: ${last ?? 'none'}`].join('\n\n');
}

function wholeOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a whole number from 1.');
  return Number(text);
}
