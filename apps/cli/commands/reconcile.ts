import type { Command } from 'commander';
import type { ApiClient } from '../client/api-client';
import { CliError, EXIT } from '../client/cli-error';
import { contextOf, examples, limitOf } from './context';
import { countsText, differencesText, isOver, runsText, runText, type Difference, type Run } from './reconcile-text';
import { dryRunOf } from './replay-follow';
import { numberOf, planText, type Plan } from './replay-text';

const LOOK_EVERY_MS = 500;
const PARTNERS = 'dvclt, hotich, dvcqg or onestop';

interface StartOptions {
  partner: string;
  from?: string;
  to?: string;
  follow?: boolean;
}

interface DifferenceOptions {
  partner?: string;
  class?: string;
  unit?: string;
  dossier?: string;
  run?: string;
  all?: boolean;
  limit: string;
}

interface ReplayOptions {
  why: string;
  reason: string;
  class?: string[];
  rate?: string;
  wait: boolean;
}

/** `lienthong reconcile …`. */
export function addReconcileCommands(program: Command): void {
  const reconcile = program
    .command('reconcile')
    .description('compare what a partner has with what we have; nothing is changed by it');
  addStart(reconcile);
  addReads(reconcile);
  addStop(reconcile);
  addDifferences(reconcile);
  addReplay(reconcile);
}

function addStart(reconcile: Command): void {
  reconcile
    .command('start')
    .description('compare now; exit code 1 with --follow unless everything was looked at and agrees')
    .requiredOption('--partner <id>', PARTNERS)
    .option('--from <time>', 'RFC 3339: dossiers that we stored from then on; else as config/reconciliation.yaml says')
    .option('--to <time>', 'RFC 3339, not included; else now')
    .option('--follow', 'wait for the end')
    .addHelpText(
      'after',
      examples([
        'reconcile start --partner onestop --follow',
        'reconcile start --partner dvcqg --from 2026-11-01T00:00:00+07:00 --to 2026-12-01T00:00:00+07:00',
      ]),
    )
    .action(async ({ partner, from, to, follow }: StartOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const body = { partner, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const started = await begun(api, body);
      const run = follow === true ? await followed(api, started.id) : started;
      print.show(run, () => runText(run));
      if (follow === true && !run.isClean) process.exitCode = EXIT.no;
    });
}

/** Says where the one is that is in the way. */
async function begun(api: ApiClient, body: { partner: string }): Promise<Run> {
  try {
    return await api.post<Run>('/reconciliations', body);
  } catch (error) {
    if (!(error instanceof CliError) || !error.message.includes('(reconciliation-running)')) throw error;
    const hint = `npx lienthong reconcile list --partner ${body.partner}`;
    throw new CliError(`${error.message}\nWhich one: ${hint}`, error.exitCode);
  }
}

function addReads(reconcile: Command): void {
  reconcile
    .command('list')
    .description('newest first; those that were skipped, too')
    .option('--partner <id>', PARTNERS)
    .option('--state <name>', 'queued, running, finished, stopped, skipped')
    .option('--limit <n>', 'at most so many', '20')
    .addHelpText('after', examples(['reconcile list --partner onestop', 'reconcile list --state skipped']))
    .action(async (given: { partner?: string; state?: string; limit: string }, command: Command) => {
      const { api, print } = contextOf(command);
      const query = { partner: given.partner, state: given.state };
      const runs = await api.list<Run>('/reconciliations', query, limitOf(given.limit));
      print.show(runs, () => (runs.length === 0 ? 'Nothing was compared.' : runsText(runs)));
    });
  reconcile
    .command('show <run>')
    .description('what agrees, what differs, what was not looked at and why, and what to do next')
    .option('--follow', 'wait for the end; exit code 1 unless everything was looked at and agrees')
    .action(async (id: string, given: { follow?: boolean }, command: Command) => {
      const { api, print } = contextOf(command);
      const run = await (given.follow === true ? followed(api, id) : read(api, id));
      print.show(run, () => runText(run));
      if (given.follow === true && !run.isClean) process.exitCode = EXIT.no;
    });
}

function addStop(reconcile: Command): void {
  reconcile
    .command('stop <run>')
    .description('ask the partner nothing more; what is left counts as not looked at')
    .action(async (id: string, _given: unknown, command: Command) => {
      const { api, print } = contextOf(command);
      const run = await api.post<Run>(`/reconciliations/${encodeURIComponent(id)}/stop`, {});
      print.show(run, () => runText(run));
    });
}

function addDifferences(reconcile: Command): void {
  reconcile
    .command('discrepancies')
    .description('what differs, why, and who has to act; newest first')
    .option('--partner <id>', PARTNERS)
    .option(
      '--class <name>',
      'missing-there, missing-here, status-differs, result-missing, duplicate, late or unreadable',
    )
    .option('--unit <commune>', 'only this commune')
    .option('--dossier <code>', 'only this dossier, by any of its codes')
    .option('--run <id>', 'only those that this run saw last')
    .option('--all', 'those that are over, too')
    .option('--limit <n>', 'at most so many', '50')
    .addHelpText(
      'after',
      examples([
        'reconcile discrepancies --partner onestop',
        'reconcile discrepancies --class missing-there --unit 00123',
      ]),
    )
    .action(async (given: DifferenceOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const { partner, unit, dossier, run: reconciliation, all } = given;
      const state = all === true ? undefined : 'open';
      const query = { partner, class: given.class, unit, dossier, reconciliation, state };
      const found = await api.list<Difference>('/discrepancies', query, limitOf(given.limit));
      print.show(found, () => (found.length === 0 ? nothingFound(given) : differencesText(found)));
    });
}

/** An empty list is no proof: what was never compared has no differences either. */
function nothingFound({ all, run }: DifferenceOptions): string {
  if (run !== undefined)
    return 'No difference that this run saw last. What later runs saw: npx lienthong reconcile discrepancies';
  const what = all === true ? 'No difference was found.' : 'No difference is open.';
  return `${what} That holds only for what was compared: npx lienthong reconcile list`;
}

function addReplay(reconcile: Command): void {
  reconcile
    .command('replay <run>')
    .description('plan to tell the partner again what heals the open differences of a run; nothing is sent yet')
    .requiredOption('--why <code>', 'reason code, such as partner-lost-data (config/replay.yaml)')
    .requiredOption('--reason <text>', 'why, and the evidence; colleagues and auditors see it')
    .option('--class <name...>', 'only differences of these classes, such as missing-there')
    .option('--rate <n>', 'items a second')
    .option('--no-wait', 'do not wait for the dry run')
    .addHelpText(
      'after',
      examples(['reconcile replay 0199… --class missing-there --why partner-lost-data --reason "ticket 4711"']),
    )
    .action(async (id: string, given: ReplayOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const plan = await api.post<Plan>(`/reconciliations/${encodeURIComponent(id)}/replay`, {
        reasonCode: given.why,
        reason: given.reason,
        ...(given.class === undefined ? {} : { classes: given.class }),
        ...(given.rate === undefined ? {} : { ratePerSecond: numberOf('--rate', given.rate) }),
      });
      const looking = await api.post<Plan>(`/replays/${plan.id}/dry-run`, {});
      const looked = given.wait ? await dryRunOf(api, looking) : looking;
      print.show(looked, () => planText(looked));
    });
}

function read(api: ApiClient, id: string): Promise<Run> {
  return api.get<Run>(`/reconciliations/${encodeURIComponent(id)}`);
}

/** Follows a run until it is over; tells every change. */
async function followed(api: ApiClient, id: string): Promise<Run> {
  let told = '';
  for (;;) {
    const run = await read(api, id);
    const line = `${run.state}: ${countsText(run.counts)}, ${run.counts.calls} calls`;
    if (line !== told) process.stderr.write(`${(told = line)}\n`);
    if (isOver(run)) return run;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
