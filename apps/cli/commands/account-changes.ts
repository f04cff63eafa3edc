import type { Command } from 'commander';
import { CliError, EXIT } from '../client/cli-error';
import { localTime } from '../output/print';
import { tableOf } from '../output/table';
import { contextOf, examples } from './context';

interface Change {
  id: string;
  kind: string;
  clientId: string;
  content: Record<string, string | string[] | null>;
  reason: string;
  state: string;
  proposedBy: string;
  expiresAt: string;
  decidedBy: string | null;
}

interface Proposed {
  change: Change;
  firstPasswordPart?: string;
}

interface Given {
  reason: string;
  username?: string;
  roles?: string;
  units?: string;
  addresses?: string;
  issuer?: string;
  subject?: string;
}

/** Those that say nothing but which account. */
const PLAIN: readonly (readonly [kind: string, about: string])[] = [
  ['disable', 'stops an account at once, but an administrator’s, and disables it for good when confirmed'],
  ['enable', 'lets a disabled account log in again'],
  ['reset-password', 'gives a first password, which has to be changed at the next log-in'],
  ['reset-totp', 'takes the one-time codes away; the next log-in sets up new ones'],
];

/** Proposing changes of access, confirming and declining them. */
export function addAccountChanges(account: Command): void {
  addCreate(account);
  addSetAccess(account);
  for (const [kind, about] of PLAIN)
    reasoned(account.command(`${kind} <id>`).description(about)).action((id: string, given: Given, command: Command) =>
      propose(command, { kind, clientId: id, reason: given.reason }),
    );
  reasoned(account.command('link <id>').description('links an account to a subject of the identity provider'))
    .requiredOption('--issuer <url>', 'iss of the provider')
    .requiredOption('--subject <text>', 'value of the claim that names the person there')
    .action((id: string, { reason, issuer, subject }: Given, command: Command) =>
      propose(command, { kind: 'link-oidc', clientId: id, reason, issuer, subject }),
    );
  addDecisions(account);
}

function reasoned(command: Command): Command {
  return command.requiredOption('--reason <text>', 'why; colleagues see it');
}

function addCreate(account: Command): void {
  reasoned(
    account.command('create <id>').description('an account for a person; its id stands in the sync log: no name'),
  )
    .requiredOption('--username <name>', 'what the person types')
    .requiredOption('--roles <list>', 'comma-separated')
    .option('--units <list>', 'communes it is limited to, comma-separated')
    .addHelpText(
      'after',
      examples([
        '--as administrator account create cb-0412 --username thu.nghiem --roles operator --reason "new colleague"',
      ]),
    )
    .action(async (id: string, { reason, username, roles, units }: Given, command: Command) => {
      const { api, print } = contextOf(command);
      const body = {
        id,
        username,
        roles: listOf(roles),
        ...(units === undefined ? {} : { units: listOf(units) }),
        reason,
      };
      const proposed = await api.post<Proposed>('/accounts', body);
      print.show(proposed, () => proposedText(proposed));
    });
}

function addSetAccess(account: Command): void {
  reasoned(account.command('set-access <id>').description('other roles, communes or addresses of a person or machine'))
    .option('--roles <list>', 'all that it has from then on, comma-separated')
    .option('--units <list>', 'communes it is limited to; "all" takes the limit away')
    .option('--addresses <list>', 'addresses or networks it may come from; "all" takes the limit away')
    .addHelpText(
      'after',
      examples(['--as administrator account set-access cb-0412 --roles operator,approver --reason "deputy"']),
    )
    .action((id: string, { reason, roles, units, addresses }: Given, command: Command) =>
      propose(command, {
        kind: 'set-access',
        clientId: id,
        reason,
        ...(roles === undefined ? {} : { roles: listOf(roles) }),
        ...(units === undefined ? {} : { units: limitOf(units) }),
        ...(addresses === undefined ? {} : { addresses: limitOf(addresses) }),
      }),
    );
}

function addDecisions(account: Command): void {
  account
    .command('changes')
    .description('changes that wait for a second administrator')
    .option('--all', 'those that are decided or expired too')
    .action(async (given: { all?: boolean }, command: Command) => {
      const { api, print } = contextOf(command);
      const found = await api.list<Change>('/access-changes', given.all ? {} : { state: 'open' }, 200);
      print.show(found, () => (found.length === 0 ? 'No change waits.' : changesText(found)));
    });
  for (const [name, about, past] of [
    ['confirm', 'a second administrator’s yes: the change takes effect', 'confirmed'],
    ['decline', 'an administrator’s no', 'declined'],
  ])
    account
      .command(`${name} <change>`)
      .description(about)
      .addHelpText('after', examples([`--as administrator2 account ${name} 0199…`]))
      .action(async (id: string, _given: object, command: Command) => {
        const { api, print } = contextOf(command);
        const path = `/access-changes/${encodeURIComponent(id)}/${name}`;
        const change = await api.post<Change & { firstPasswordPart?: string }>(path, {});
        print.show(change, () => decidedText(change, past));
      });
}

async function propose(command: Command, body: object): Promise<void> {
  const { api, print } = contextOf(command);
  const proposed = await api.post<Proposed>('/access-changes', body);
  print.show(proposed, () => proposedText(proposed));
}

function decidedText(
  { kind, clientId, firstPasswordPart }: Change & { firstPasswordPart?: string },
  past: string,
): string {
  const done = `${kind} of ${clientId} is ${past}.`;
  if (firstPasswordPart === undefined) return done;
  return `${done}\nSecond half of the first password, shown this once: ${firstPasswordPart}\nHand it over yourself; the proposer has the first half. It is typed behind it, without a space.`;
}

function proposedText({ change, firstPasswordPart }: Proposed): string {
  return [
    `Proposed as ${change.id}: ${change.kind} of ${change.clientId}.`,
    `A second administrator confirms it until ${localTime(change.expiresAt)}: lienthong account confirm ${change.id}`,
    ...(firstPasswordPart === undefined
      ? []
      : [
          `First half of the first password, shown this once: ${firstPasswordPart}`,
          'Who confirms is shown the second half.',
        ]),
  ].join('\n');
}

function changesText(changes: readonly Change[]): string {
  return tableOf(changes, [
    { head: 'change', value: ({ id }) => id },
    { head: 'what', value: ({ kind }) => kind },
    { head: 'account', value: ({ clientId }) => clientId },
    { head: 'to', value: ({ content }) => contentText(content) },
    { head: 'why', value: ({ reason }) => reason },
    { head: 'by', value: ({ proposedBy }) => proposedBy },
    { head: 'state', value: ({ state, decidedBy }) => (decidedBy ? `${state} by ${decidedBy}` : state) },
    { head: 'until', value: ({ expiresAt }) => localTime(expiresAt) },
  ]);
}

function contentText(content: Change['content']): string {
  return Object.entries(content)
    .map(([name, value]) => `${name}: ${value === null ? 'all' : [value].flat().join(', ')}`)
    .join('; ');
}

function listOf(text: string | undefined): string[] {
  const items = (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) throw new CliError('A list needs at least one item.', EXIT.usage);
  return items;
}

function limitOf(text: string): string[] | null {
  return text === 'all' ? null : listOf(text);
}
