import type { Command } from 'commander';
import { EXIT } from '../client/cli-error';
import { localTime } from '../output/print';
import { tableOf } from '../output/table';
import { contextOf, examples, limitOf } from './context';
import { dryRunOf, followed } from './replay-follow';
import { addLink, editsOf } from './replay-typed';
import { addWatchCommands } from './replay-watch';
import { numberOf, planText, type Plan, type PlanItem } from './replay-text';

interface PlanOptions {
  action?: string;
  history?: boolean;
  partner?: string;
  operation?: string;
  group?: string;
  answered?: string;
  unit?: string;
  procedure?: string;
  from?: string;
  to?: string;
  dossier?: string[];
  id?: string[];
  why: string;
  reason: string;
  rate?: string;
  maxErrors?: string;
  edits?: string;
  wait: boolean;
}

/** `lienthong replay …`. */
export function addReplayCommands(program: Command): void {
  const replay = program
    .command('replay')
    .description('send again what was given up, or what a partner lost: looked at first, approved, in waves');
  addPlan(replay);
  addLink(replay);
  addReads(replay);
  addFollow(replay);
  addWatchCommands(replay);
  addApprove(replay);
  addStep(replay, 'dry-run', 'look at every item again: what would become of it now');
  addStep(replay, 'start', 'begin with the first wave: one item, then ten, then a hundred');
  addStep(replay, 'pause', 'release nothing more; what is under way ends');
  addStep(replay, 'resume', 'go on exactly where it was, with one item first');
  addStep(replay, 'cancel', 'release nothing more, for good');
}

function addPlan(replay: Command): void {
  replay
    .command('plan')
    .description('freeze a selection and look at every item; nothing is sent')
    .requiredOption('--why <code>', 'reason code, such as partner-recovered (config/replay.yaml)')
    .requiredOption('--reason <text>', 'why, and the evidence; colleagues and auditors see it')
    .option('--action <name>', 'replay, mark-done, give-up')
    .option('--history', 'what was settled, for a partner that lost its data; else dead letters')
    .option('--partner <id>', 'dvclt, hotich, dvcqg or onestop')
    .option('--operation <name>', 'only this operation')
    .option('--group <key>', 'only this group of dead letters (dead-letter groups)')
    .option('--answered <code>', 'only those with this reason code')
    .option('--unit <commune>', 'only this commune')
    .option('--procedure <id>', 'only this procedure')
    .option('--from <time>', 'RFC 3339: last tried, or settled, from then on')
    .option('--to <time>', 'RFC 3339, not included')
    .option('--dossier <code...>', 'only these dossiers')
    .option('--id <delivery...>', 'only these deliveries')
    .option('--rate <n>', 'items a second')
    .option('--max-errors <share>', 'stop above this share of failures, such as 0.05')
    .option('--edits <file>', 'corrections, as JSON: [{"field": "…", "value": "…", "delivery": "…", "again": "…"}]')
    .option('--no-wait', 'do not wait for the dry run')
    .addHelpText(
      'after',
      examples([
        'replay plan --group 0f3c9a1b2c3d4e5f --why configuration-fixed --reason "unit 99001 mapped"',
        'replay plan --history --partner dvcqg --from 2026-11-26T10:00:00+07:00 --to 2026-11-26T12:00:00+07:00 --why partner-lost-data --reason "ticket 4711"',
      ]),
    )
    .action(async (given: PlanOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const plan = await api.post<Plan>('/replays', bodyOf(given));
      const looking = await api.post<Plan>(`/replays/${plan.id}/dry-run`, {});
      const looked = given.wait ? await dryRunOf(api, looking) : looking;
      print.show(looked, () => planText(looked));
    });
}

function bodyOf(given: PlanOptions): object {
  const { partner, operation, group, answered, unit, procedure, from, to, dossier, id, action, history } = given;
  const selection = {
    partner,
    operation,
    group,
    reasonCode: answered,
    unit,
    procedure,
    from,
    to,
    dossiers: dossier,
    ids: id,
  };
  return {
    selection: Object.fromEntries(Object.entries(selection).filter(([, value]) => value !== undefined)),
    reasonCode: given.why,
    reason: given.reason,
    ...(action === undefined ? {} : { action }),
    ...(history === true ? { source: 'history' } : {}),
    ...(given.rate === undefined ? {} : { ratePerSecond: numberOf('--rate', given.rate) }),
    ...(given.edits === undefined ? {} : { edits: editsOf(given.edits) }),
    ...(given.maxErrors === undefined ? {} : { maxErrorShare: numberOf('--max-errors', given.maxErrors) }),
  };
}

function addReads(replay: Command): void {
  replay
    .command('list')
    .option('--state <name>', 'draft, dry-run, approved, running, paused, stopped, done, cancelled')
    .option('--limit <n>', 'at most so many', '20')
    .action(async (given: { state?: string; limit: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const plans = await api.list<Plan>('/replays', { state: given.state }, limitOf(given.limit));
      print.show(plans, () => (plans.length === 0 ? 'No plan.' : listText(plans)));
    });
  replay
    .command('show <plan>')
    .description('dry run, approval, progress, and why it stopped')
    .action(async (id: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const plan = await api.get<Plan>(`/replays/${encodeURIComponent(id)}`);
      print.show(plan, () => planText(plan));
    });
  replay
    .command('items <plan>')
    .description('what was found of each item, and what became of it')
    .option(
      '--class <name>',
      'absent, applied, cannot-tell, cannot-ask, invalid, gone, moot, duplicate, overtakes, planned-elsewhere, behind-dead-letter',
    )
    .option('--state <name>', 'pending, released, done, failed, skipped')
    .option('--limit <n>', 'at most so many', '50')
    .action(async (id: string, given: { class?: string; state?: string; limit: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const query = { class: given.class, state: given.state };
      const items = await api.list<PlanItem>(`/replays/${encodeURIComponent(id)}/items`, query, limitOf(given.limit));
      print.show(items, () => (items.length === 0 ? 'No item.' : itemsText(items)));
    });
}

function addFollow(replay: Command): void {
  replay
    .command('follow <plan>')
    .description('follow a run until it ends or stops; exit code 1 unless every item ended well')
    .action(async (id: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const plan = await followed(api, encodeURIComponent(id), (line) => process.stderr.write(`${line}\n`));
      print.show(plan, () => planText(plan));
      if (plan.state !== 'done' || plan.counts.failed > 0) process.exitCode = EXIT.no;
    });
}

function addApprove(replay: Command): void {
  replay
    .command('approve <plan>')
    .description('agree as the second person, with exactly the plan that you saw')
    .requiredOption('--hash <hex>', 'the hash that `replay show` gave you')
    .addHelpText(
      'after',
      examples(['replay show 0199… --as approver', 'replay approve 0199… --hash 5f… --as approver']),
    )
    .action(async (id: string, given: { hash: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const plan = await api.post<Plan>(`/replays/${encodeURIComponent(id)}/approve`, { hash: given.hash });
      print.show(plan, () => planText(plan));
    });
}

function addStep(replay: Command, name: string, description: string): void {
  replay
    .command(`${name} <plan>`)
    .description(description)
    .action(async (id: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const plan = await api.post<Plan>(`/replays/${encodeURIComponent(id)}/${name}`, {});
      const shown = name === 'dry-run' ? await dryRunOf(api, plan) : plan;
      print.show(shown, () => planText(shown));
    });
}

function listText(plans: readonly Plan[]): string {
  return tableOf(plans, [
    { head: 'plan', value: (row) => row.id },
    { head: 'action', value: (row) => row.action },
    { head: 'state', value: (row) => (row.stop === null ? row.state : `${row.state}: ${row.stop.code}`) },
    { head: 'items', value: (row) => row.items, align: 'right' },
    { head: 'done', value: (row) => row.counts.done + row.counts.settled + row.counts.cancelled, align: 'right' },
    { head: 'failed', value: (row) => row.counts.failed, align: 'right' },
    { head: 'left', value: (row) => row.left, align: 'right' },
    { head: 'by', value: (row) => row.requestedBy },
    { head: 'made', value: (row) => localTime(row.createdAt) },
  ]);
}

function itemsText(items: readonly PlanItem[]): string {
  return tableOf(items, [
    { head: '#', value: (row) => row.number, align: 'right' },
    { head: 'dossier', value: (row) => row.codes[0] },
    { head: 'to', value: (row) => `${row.partner} ${row.operation}` },
    { head: 'found', value: (row) => row.class },
    { head: 'why', value: whyText },
    { head: 'does', value: (row) => row.action },
    { head: 'state', value: (row) => row.state },
    { head: 'delivery', value: (row) => row.sentId ?? row.deliveryId },
  ]);
}

/** What was seen, and the fields of which the partner would complain. */
function whyText({ found }: PlanItem): string | undefined {
  const fields = (found?.complaints ?? []).map(({ field, problem }) => `${field} ${problem}`).join(', ');
  return [found?.reasonCode, fields].filter(Boolean).join(': ');
}
