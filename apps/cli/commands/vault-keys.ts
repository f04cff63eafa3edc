import { Option, type Command } from 'commander';
import type { MasterKeyChange } from '#access';
import { CliError, EXIT } from '../client/cli-error';
import { examples } from './context';
import { orSay } from './host-context';
import { onVaultDatabase, vaultContextOf, withVaultOptions } from './vault-context';

interface RotateOptions {
  prepare?: boolean;
  to?: string;
}

/** `lienthong vault rotate-master-key` and `… retire-master-key ID`. */
export function addMasterKeyCommands(vault: Command): void {
  addRotate(vault);
  addRetire(vault);
}

function addRotate(vault: Command): void {
  vault
    .command('rotate-master-key')
    .description(
      'makes a new master key; gateways and workers follow by themselves, and the worker moves the owner keys',
    )
    .option('--keys <dir>', 'folder with master.key; else KEY_DIR, else that of the installation in --data')
    .addOption(
      new Option('--prepare', 'only adds the key: for several machines, each with a copy of the file').conflicts('to'),
    )
    .option('--to <id>', 'takes a prepared key into use, once every machine has the file that holds it')
    .addHelpText(
      'after',
      examples([
        'vault rotate-master-key',
        'vault rotate-master-key --prepare',
        'vault rotate-master-key --to 1a2b3c4d',
      ]),
    )
    .action(async (given: RotateOptions, command: Command) => {
      const { keyDir, print } = vaultContextOf(command);
      const change = await orSay(() => changeOf(keyDir, given));
      print.show(change, () => sentenceOf(change));
    });
}

async function changeOf(keyDir: string, { prepare, to }: RotateOptions): Promise<MasterKeyChange> {
  const { adoptMasterKey, prepareMasterKey, rotateMasterKey } = await import('#access');
  const { systemClock } = await import('#platform');
  if (to !== undefined) return adoptMasterKey(keyDir, to);
  return prepare ? prepareMasterKey(keyDir, systemClock) : rotateMasterKey(keyDir, systemClock);
}

function sentenceOf({ id, currentId }: MasterKeyChange): string {
  return id === currentId
    ? `${id} is the current master key. The worker moves what hangs on older ones: npx lienthong vault status. Back up the file now.`
    : `${id} is prepared. Copy the file to every machine, then: npx lienthong vault rotate-master-key --to ${id}`;
}

function addRetire(vault: Command): void {
  withVaultOptions(vault.command('retire-master-key <id>'))
    .description('takes an old master key out of use for good, once no owner key hangs on it')
    .option('--yes', 'really do it: backups of the database made before need a copy of the file as it is now')
    .addHelpText('after', examples(['vault retire-master-key 1a2b3c4d --yes']))
    .action(async (id: string, { yes }: { yes?: boolean }, command: Command) => {
      const { keyDir, print } = vaultContextOf(command);
      if (!yes)
        throw new CliError(
          `Without ${id} no backup of the database from before the change can be read. Keep a copy of the file with these backups, then say it again with --yes.`,
          EXIT.usage,
        );
      const { retireMasterKey } = await import('#access');
      const { systemClock: clock, uuidIds: ids } = await import('#platform');
      const { createSyncLog } = await import('#synclog');
      const journal = createSyncLog({ ids, clock });
      await onVaultDatabase(command, (db) => retireMasterKey({ db, keyDir, journal, clock }, id));
      print.show({ retired: id }, () => `${id} is retired.`);
    });
}
