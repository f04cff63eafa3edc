import type { Command } from 'commander';
import { join } from 'node:path';
import { codeOf } from '#platform';
import type { VerificationReport, Violation, ViolationKind } from '#verification';
import { CliError, EXIT } from '../client/cli-error';
import { simulatorsUrlOf } from '../client/connection';
import { localTime, printer } from '../output/print';
import { pairsOf, tableOf } from '../output/table';
import { examples, type GlobalOptions } from './context';
import { durationMs } from './duration';
import { databaseUrlOf } from './host-context';
import { addVerifyReceipt } from './verify-receipt';

interface VerifyOptions {
  database?: string;
  ledger?: boolean;
  settled?: boolean;
  grace: string;
  since?: string;
  show: string;
}

/** The project's folder: this file runs as dist/apps/cli/commands/verify.js. */
const ROOT = join(__dirname, '../../../..');

/** `lienthong verify state`: nothing lost, doubled, overtaken, stuck or invented? Exit code 1 when there is a violation. */
export function addVerifyCommands(program: Command): void {
  const verify = program.command('verify').description('check what is stored against what must hold');
  addVerifyReceipt(verify);
  verify
    .command('state')
    .description(
      'the invariants of the whole database: lost, doubled, out of order, stuck, unexplained; changes nothing',
    )
    .option('--database <url>', 'the database; else DATABASE_URL, else that of the installation in --data')
    .option('--ledger', "compare with the simulators' ledger of effects too")
    .option('--settled', 'nothing may be in motion (after a test): no grace time')
    .option('--grace <time>', 'what is younger is in motion, and no violation', '30s')
    .option('--since <time>', 'only what changed since then: RFC 3339, or how long ago (2h, 30m)')
    .option('--show <n>', 'print so many of each kind', '5')
    .addHelpText(
      'after',
      examples(['verify state', 'verify state --ledger --settled', 'verify state --since 2h --json']),
    )
    .action(async (given: VerifyOptions, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & VerifyOptions>();
      const report = await inspect(given, options);
      printer(options.json).show(report, () => reportText(report, countOf(given.show)));
      if (!report.isClean) process.exitCode = EXIT.no;
    });
}

async function inspect(given: VerifyOptions, { data }: GlobalOptions): Promise<VerificationReport> {
  // Loaded here: no other command needs it, and start-up is felt.
  const { inspectState } = await import('#verification');
  try {
    return await inspectState({
      databaseUrl: databaseUrlOf(given.database, data),
      ...(given.ledger ? { ledgerUrl: simulatorsUrlOf(data) } : {}),
      settled: given.settled ?? false,
      graceMs: timeOf('--grace', given.grace),
      ...(given.since === undefined ? {} : { since: sinceOf(given.since) }),
      configDir: process.env.CONFIG_DIR ?? join(ROOT, 'config'),
    });
  } catch (error) {
    const code = codeOf(error);
    if (!code.endsWith('-unreachable')) throw error;
    const what = code === 'ledger-unreachable' ? 'The ledger of the simulators' : 'The database';
    throw new CliError(
      `${what} cannot be read (${causeOf(error)}). Is it running? Start it with npm start.`,
      EXIT.unreachable,
    );
  }
}

function causeOf(error: unknown): string {
  return codeOf(error instanceof Error ? error.cause : undefined);
}

function timeOf(option: string, text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new CliError(`${option} is a time such as 500ms, 30s, 5m, 2h or 1d.`, EXIT.usage);
  return ms;
}

function sinceOf(text: string): Date {
  const ago = durationMs(text);
  const at = ago === undefined ? new Date(text) : new Date(Date.now() - ago);
  if (!Number.isNaN(at.getTime())) return at;
  throw new CliError('--since is a time such as 2026-11-25T09:00:00+07:00, or how long ago: 30m, 2h.', EXIT.usage);
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0) throw new CliError('--show is a whole number.', EXIT.usage);
  return count;
}

function reportText(report: VerificationReport, show: number): string {
  const dossiers = `${report.dossiers} dossier${report.dossiers === 1 ? '' : 's'}`;
  const archived =
    report.logArchived > 0
      ? ` ${report.logArchived} of them began in archived months of the sync log, and were not compared with it.`
      : '';
  const head = `Checked ${dossiers} as of ${localTime(report.at) ?? report.at}.${archived}`;
  if (report.isClean) return `${head} No violation.`;
  const counts = pairsOf(Object.entries(report.countsByKind).map(([kind, count]) => [kind, count]));
  const codes = tableOf(Object.entries(report.counts), [
    { head: 'violation', value: ([code]) => code },
    { head: 'found', value: ([, count]) => count, align: 'right' },
  ]);
  const kinds = Object.keys(report.countsByKind) as ViolationKind[];
  const shown = kinds.flatMap((kind) => report.violations.filter((one) => one.kind === kind).slice(0, show));
  const advice = 'What each code means and what to do: docs/reference/violations.md';
  return [head, counts, codes, ...(shown.length > 0 ? [shown.map(lineOf).join('\n')] : []), advice].join('\n\n');
}

function lineOf({ code, codes, dossierId, sentence }: Violation): string {
  const where = codes[0] ?? dossierId;
  return `${code}${where ? `  ${where}` : ''}\n  ${sentence}`;
}
