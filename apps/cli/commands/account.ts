import type { Command } from 'commander';
import { localTime } from '../output/print';
import { tableOf } from '../output/table';
import { addAccountChanges } from './account-changes';
import { addOwnAccountCommands } from './account-own';
import { contextOf, examples } from './context';

interface Account {
  id: string;
  username: string | null;
  roles: string[];
  units: string[] | null;
  hasTotp: boolean;
  isLinked: boolean;
  lockedUntil: string | null;
  suspendedUntil: string | null;
  disabledAt: string | null;
  activeAt: string;
  reviewDueAt: string;
}

/** `lienthong account …`: accounts of people, and changes of any account's access. */
export function addAccountCommands(program: Command, input?: NodeJS.ReadableStream): void {
  const account = program
    .command('account')
    .description('accounts of people; a change takes effect when a second administrator confirms it within 24 h');
  account
    .command('list')
    .description('all accounts of people')
    .addHelpText('after', examples(['--as administrator account list']))
    .action(async (_given: object, command: Command) => {
      const { api, print } = contextOf(command);
      const found = await api.list<Account>('/accounts', {}, 10_000);
      print.show(found, () => (found.length === 0 ? 'There are no accounts of people.' : listText(found)));
    });
  account
    .command('review <id>')
    .description('says that the person still needs this account with these rights')
    .action(async (id: string, _given: object, command: Command) => {
      const { api, print } = contextOf(command);
      const reviewed = await api.post<{ reviewedAt: string }>(`/accounts/${encodeURIComponent(id)}/review`, {});
      print.show(reviewed, () => `${id} was reviewed.`);
    });
  addAccountChanges(account);
  addOwnAccountCommands(account, input);
}

function listText(accounts: readonly Account[]): string {
  return tableOf(accounts, [
    { head: 'account', value: ({ id }) => id },
    { head: 'user name', value: ({ username }) => username },
    { head: 'roles', value: ({ roles }) => roles.join(', ') },
    { head: 'communes', value: ({ units }) => units?.join(', ') ?? 'all' },
    { head: 'codes', value: ({ hasTotp }) => hasTotp },
    { head: 'provider', value: ({ isLinked }) => isLinked },
    { head: 'state', value: stateOf },
    { head: 'last log-in', value: ({ activeAt }) => localTime(activeAt) },
    { head: 'review until', value: ({ reviewDueAt }) => localTime(reviewDueAt) },
  ]);
}

function stateOf({ disabledAt, suspendedUntil, lockedUntil }: Account): string {
  if (disabledAt) return 'disabled';
  if (suspendedUntil) return `stopped until ${localTime(suspendedUntil)}`;
  return lockedUntil ? `locked until ${localTime(lockedUntil)}` : 'in use';
}
