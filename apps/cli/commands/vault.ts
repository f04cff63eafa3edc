import type { Command } from 'commander';
import type { VaultStatus } from '#access';
import { localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { examples } from './context';
import { addVaultCheck } from './vault-check';
import { onVaultDatabase, vaultContextOf, withVaultOptions } from './vault-context';
import { addMasterKeyCommands } from './vault-keys';

/** `lienthong vault …`: the keys of what is stored, and what is stored. For whoever may read KEY_DIR and the database. */
export function addVaultCommands(program: Command): void {
  const vault = program
    .command('vault')
    .description('master keys of the vault, and whether what it holds can be read; works beside a running system')
    .addHelpText(
      'after',
      examples([
        'vault status',
        'vault rotate-master-key',
        'vault retire-master-key 1a2b3c4d',
        'vault check --sample 500',
      ]),
    );
  addStatus(vault);
  addMasterKeyCommands(vault);
  addVaultCheck(vault);
}

function addStatus(vault: Command): void {
  withVaultOptions(vault.command('status'))
    .description('which master keys there are, and how many owner keys hang on each')
    .action(async (_given: object, command: Command) => {
      const { keyDir, print } = vaultContextOf(command);
      const { readVaultStatus } = await import('#access');
      const status = await onVaultDatabase(command, (db) => readVaultStatus(db, keyDir));
      print.show(status, () => statusText(status));
    });
}

/** The status as a person reads it. */
function statusText({ masterKeys, toRewrap, retired, toRemove }: VaultStatus): string {
  const table = tableOf(masterKeys, [
    { head: 'master key', value: (key) => key.id },
    { head: 'state', value: (key) => key.state },
    { head: 'made', value: (key) => localTime(key.madeAt ?? undefined) ?? 'with the installation' },
    { head: 'owner keys', value: (key) => key.ownerKeys, align: 'right' },
  ]);
  const pairs = pairsOf([
    ['to be moved to the current key', toRewrap],
    ['large objects to be removed', toRemove],
    ['retired', retired.length === 0 ? 'none' : retired.map(({ id }) => id).join(', ')],
  ]);
  return [table, pairs, ...adviceOn(masterKeys)].join('\n\n');
}

function adviceOn(keys: VaultStatus['masterKeys']): string[] {
  const missing = keys.filter(({ state }) => state === 'missing').map(({ id }) => id);
  const free = keys.filter(({ state, ownerKeys }) => state === 'old' && ownerKeys === 0).map(({ id }) => id);
  return [
    ...(missing.length === 0
      ? []
      : [`Content hangs on ${missing.join(', ')}, which is not in the file: put back a file that holds it.`]),
    ...free.map((id) => `${id} can be retired: npx lienthong vault retire-master-key ${id}`),
  ];
}
