import type { Command } from 'commander';
import { contextOf, examples, limitOf } from './context';
import { addGiveUpCommands } from './quarantine-give-up';
import { addGroupCommands } from './quarantine-groups';
import { itemsText, itemText, type QuarantineItem } from './quarantine-item';
import { addRerunCommand } from './quarantine-rerun';

/** `lienthong quarantine …`. */
export function addQuarantineCommands(program: Command): void {
  const quarantine = program.command('quarantine').description('inbound messages that were not understood');
  quarantine
    .command('list')
    .option('--state <state>', 'open, rerun, resolved or given-up')
    .option('--group <key>', 'the open items of this group (quarantine groups)')
    .option('--limit <n>', 'at most so many', '20')
    .addHelpText('after', examples(['quarantine list --state open', 'quarantine list --group 3f0c9a51d2e87b46']))
    .action(async (given: { state?: string; group?: string; limit: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const items = await api.list<QuarantineItem>(
        '/quarantine',
        { state: given.state, group: given.group },
        limitOf(given.limit),
      );
      print.show(items, () => (items.length === 0 ? 'Nothing in quarantine.' : itemsText(items)));
    });
  quarantine.command('show <id>').action(async (id: string, _given: unknown, command: Command) => {
    const { api, print } = contextOf(command);
    const item = await api.get<QuarantineItem>(`/quarantine/${encodeURIComponent(id)}`);
    print.show(item, () => itemText(item));
  });
  addGroupCommands(quarantine);
  addRerunCommand(quarantine);
  addGiveUpCommands(quarantine);
}
