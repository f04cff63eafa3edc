import type { Command } from 'commander';
import { localTime } from '../output/print';
import { pairsOf } from '../output/table';
import { contextOf, examples } from './context';

interface Group {
  key: string;
  cause: { id: string; label: string; explanation: string; responsible: string; fix: string } | null;
  source: string;
  stage: string;
  reasonCode: string;
  field: string | null;
  responsible: string;
  count: number;
  units: string[];
  firstSeen: string;
  lastSeen: string;
}

/** `lienthong quarantine groups`. */
export function addGroupCommands(quarantine: Command): void {
  quarantine
    .command('groups')
    .description('open items by cause: what is wrong, who must act, the known fix; largest first')
    .addHelpText('after', examples(['quarantine groups']))
    .action(async (_given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const groups = await api.list<Group>('/quarantine/groups', {}, 1_000);
      print.show(groups, () => (groups.length === 0 ? 'Nothing in quarantine.' : groups.map(groupText).join('\n\n')));
    });
}

function groupText(group: Group): string {
  const { cause } = group;
  return pairsOf([
    ['group', group.key],
    ['cause', cause === null ? `not described yet: ${group.reasonCode}` : `${cause.label} (${cause.id})`],
    ['what', cause?.explanation],
    ['from', `${group.source}, stage ${group.stage}, ${group.reasonCode}`],
    ['field', group.field],
    ['must act', group.responsible],
    ['fix', cause?.fix],
    ['how many', group.count],
    ['communes', group.units.join(', ')],
    ['seen', `${localTime(group.firstSeen)} to ${localTime(group.lastSeen)}`],
  ]);
}
