import type { Command } from 'commander';
import type { ApiClient } from '../client/api-client';
import { CliError, EXIT } from '../client/cli-error';
import { localTime, shortType } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { contextOf, examples, limitOf } from './context';
import { addContentCommands } from './personal-data';
import { dossierDifferences, type Difference } from './reconcile-text';

interface Dossier {
  id: string;
  procedure: string;
  codes: { dvclt: string | null; oneStop: string | null; registry: string[] };
  unit: string;
  state: string;
  attention: boolean;
  statuses: { oneStop: number | null; dvclt: number | null; registry: number | null; portal: number | null };
  legs: { leg: string; authority: string; state: string; since: string; dueAt: string | null }[];
  pendingDeliveries: number;
  allowedDecisions: string[];
  version: number;
  receivedAt: string;
  updatedAt: string;
}

interface TimelineEvent {
  sequence: number;
  type: string;
  at: string;
  actor: { id: string };
  data: Record<string, unknown>;
}

interface ListOptions {
  state?: string;
  procedure?: string;
  unit?: string;
  attention?: boolean;
  limit: string;
}

/** `lienthong dossier …`. */
export function addDossierCommands(program: Command): void {
  const dossier = program.command('dossier').description('dossiers: list, show one, tell its story, show its content');
  dossier
    .command('list')
    .description('newest first')
    .option('--state <state>', 'only this state, e.g. with-registry')
    .option('--procedure <procedure>', 'birth-group or death-group')
    .option('--unit <code>', 'only this commune')
    .option('--attention', 'only those that a person has to look at')
    .option('--limit <n>', 'at most so many', '20')
    .addHelpText('after', examples(['dossier list --attention', 'dossier list --state with-registry --limit 50']))
    .action(async (given: ListOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const query = {
        state: given.state,
        procedure: given.procedure,
        unit: given.unit,
        attention: given.attention ? 'true' : undefined,
      };
      const dossiers = await api.list<Dossier>('/dossiers', query, limitOf(given.limit));
      print.show(dossiers, () => listText(dossiers));
    });
  dossier
    .command('show <code>')
    .description('one dossier, by any of its codes')
    .addHelpText('after', examples(['dossier show G22.99.08-261125-000001']))
    .action(async (code: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const found = await api.get<Dossier>(`/dossiers/${encodeURIComponent(code)}`);
      const discrepancies = await differencesOf(api, found.id);
      print.show({ ...found, discrepancies }, () => showText(found, discrepancies ?? []));
    });
  dossier
    .command('timeline <code>')
    .description('what happened, in order')
    .addHelpText('after', examples(['dossier timeline H99.101-261125-0001']))
    .action(async (code: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const events = await api.list<TimelineEvent>(`/dossiers/${encodeURIComponent(code)}/timeline`, {}, 10_000);
      print.show(events, () => timelineText(events));
    });
  addContentCommands(dossier);
}

function listText(dossiers: readonly Dossier[]): string {
  if (dossiers.length === 0) return 'No dossier.';
  return tableOf(dossiers, [
    { head: 'code', value: (row) => row.codes.dvclt ?? row.id },
    { head: 'one-stop', value: (row) => row.codes.oneStop },
    { head: 'unit', value: (row) => row.unit },
    { head: 'state', value: (row) => `${row.state}${row.attention ? ' !' : ''}` },
    { head: 'pending', value: (row) => row.pendingDeliveries, align: 'right' },
    { head: 'updated', value: (row) => localTime(row.updatedAt) },
  ]);
}

/** What is different at partners now; null for an account that may not read it. */
async function differencesOf(api: ApiClient, dossier: string): Promise<readonly Difference[] | null> {
  try {
    return await api.list<Difference>('/discrepancies', { dossier, state: 'open' }, 50);
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.notAllowed) return null;
    throw error;
  }
}

function showText(dossier: Dossier, discrepancies: readonly Difference[]): string {
  const { statuses, codes } = dossier;
  const head = pairsOf([
    ['dossier', dossier.id],
    ['procedure', dossier.procedure],
    ['DVCLT code', codes.dvclt],
    ['one-stop code', codes.oneStop],
    ['registry codes', codes.registry.join(', ')],
    ['unit', dossier.unit],
    ['state', dossier.state],
    ['needs a person', dossier.attention],
    ['allowed decisions', dossier.allowedDecisions.join(', ')],
    ['deliveries pending', dossier.pendingDeliveries],
    ['received', localTime(dossier.receivedAt)],
    ['updated', localTime(dossier.updatedAt)],
    [
      'confirmed statuses',
      `one-stop ${statuses.oneStop ?? '–'}, DVCLT ${statuses.dvclt ?? '–'}, hộ tịch ${statuses.registry ?? '–'}, portal ${statuses.portal ?? '–'}`,
    ],
  ]);
  const legs = tableOf(dossier.legs, [
    { head: 'leg', value: (leg) => leg.leg },
    { head: 'authority', value: (leg) => leg.authority },
    { head: 'state', value: (leg) => leg.state },
    { head: 'since', value: (leg) => localTime(leg.since) },
    { head: 'due', value: (leg) => localTime(leg.dueAt) },
  ]);
  return [head, legs, ...(discrepancies.length === 0 ? [] : [dossierDifferences(discrepancies)])].join('\n\n');
}

function timelineText(events: readonly TimelineEvent[]): string {
  return tableOf(events, [
    { head: '#', value: (event) => event.sequence, align: 'right' },
    { head: 'at', value: (event) => localTime(event.at) },
    { head: 'what', value: (event) => shortType(event.type) },
    { head: 'by', value: (event) => event.actor.id },
    { head: 'detail', value: (event) => detailOf(event.data) },
  ]);
}

/** The few facts of an event that a person reads first. */
function detailOf(facts: Readonly<Record<string, unknown>>): string {
  const shown = [
    'partner',
    'operation',
    'status',
    'outcome',
    'oneStopCode',
    'registryCode',
    'by',
    'deadline',
    'class',
    'reason',
    'reasonCode',
  ];
  return shown
    .flatMap((name) => (typeof facts[name] === 'string' || typeof facts[name] === 'number' ? [`${facts[name]}`] : []))
    .join(' ');
}
