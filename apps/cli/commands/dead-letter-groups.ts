import type { Command } from 'commander';
import { localTime } from '../output/print';
import { pairsOf } from '../output/table';
import { contextOf, examples } from './context';

interface Group {
  key: string;
  cause: { id: string; label: string; explanation: string; responsible: string; fix: string } | null;
  partner: string;
  operation: string;
  reasonCodes: string[];
  field: string | null;
  problem: string | null;
  count: number;
  dossiers: number;
  units: string[];
  firstSeen: string;
  lastSeen: string;
}

/** `lienthong dead-letter groups`. */
export function addGroupsCommand(deadLetter: Command): void {
  deadLetter
    .command('groups')
    .description('dead letters by cause: which field, whose rule, who must act, the known fix')
    .option('--partner <id>', 'dvclt, hotich, dvcqg or onestop')
    .addHelpText('after', examples(['dead-letter groups', 'dead-letter groups --partner hotich']))
    .action(async (given: { partner?: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const groups = await api.list<Group>('/dead-letters/groups', { partner: given.partner }, 1_000);
      print.show(groups, () => (groups.length === 0 ? 'No dead letter.' : groups.map(groupText).join('\n\n')));
    });
}

function groupText(group: Group): string {
  const { cause, count, dossiers } = group;
  return pairsOf([
    ['group', group.key],
    ['cause', cause === null ? `not described yet: ${group.reasonCodes.join(', ')}` : `${cause.label} (${cause.id})`],
    ['what', cause?.explanation],
    ['to', `${group.partner} ${group.operation}`],
    ['field', group.field && `${group.field}${group.problem === null ? '' : ` ${group.problem}`}`],
    ['must act', cause?.responsible],
    ['fix', cause?.fix],
    ['how many', `${count} deliveries of ${dossiers} dossiers`],
    ['communes', group.units.join(', ')],
    ['seen', `${localTime(group.firstSeen)} to ${localTime(group.lastSeen)}`],
  ]);
}
