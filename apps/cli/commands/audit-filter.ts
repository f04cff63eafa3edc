import type { Command } from 'commander';
import { CliError, EXIT } from '../client/cli-error';
import { contextOf, type CommandContext } from './context';
import { durationMs } from './duration';

/** Parameters of the API that are given as they stand, each with its option. */
const OPTIONS = {
  code: ['--code <code>', 'any code of a dossier, a registry code too'],
  dossierId: ['--dossier-id <id>', 'our id of a dossier'],
  unit: ['--unit <code>', 'commune'],
  partner: ['--partner <partner>', 'dvclt, onestop, hotich or dvcqg'],
  operation: ['--operation <operation>', 'e.g. push-status'],
  procedure: ['--procedure <procedure>', 'e.g. birth-group'],
  outcome: ['--outcome <outcome>', 'e.g. accepted, refused, unknown'],
  kind: ['--kind <kind>', 'e.g. delivery.dead-lettered'],
  actor: ['--actor <id>', 'who acted: an account, or a part of the product'],
  receipt: ['--receipt <id>', 'the entry that a receipt speaks of'],
  cause: ['--cause <code>', 'reason code'],
  delivery: ['--delivery <id>', 'a delivery'],
  plan: ['--plan <id>', 'a replay plan'],
  item: ['--item <id>', 'an item of quarantine'],
} as const;

type Plain = keyof typeof OPTIONS;

export type FilterOptions = Partial<Record<Plain | 'since' | 'until', string>>;

/** Gives a command the options by which the sync log is searched. */
export function withFilter(command: Command): Command {
  for (const [flags, about] of Object.values(OPTIONS)) command.option(flags, about);
  return command
    .option('--since <time>', 'at or after: RFC 3339, or how long ago (30m, 2h, 7d)')
    .option('--until <time>', 'before: RFC 3339, or how long ago');
}

/** The same as parameters of the API. @throws CliError for a time that is none */
export function filterQuery(given: FilterOptions): Record<string, string | undefined> {
  const names = Object.keys(OPTIONS) as Plain[];
  return {
    ...Object.fromEntries(names.map((name) => [name, given[name]])),
    since: instantOf('--since', given.since),
    until: instantOf('--until', given.until),
  };
}

function instantOf(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ago = durationMs(text);
  const at = ago === undefined ? new Date(text) : new Date(Date.now() - ago);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new CliError(
    `${option} is a time such as 2026-11-25T09:00:00+07:00, or how long ago: 30m, 2h, 7d.`,
    EXIT.usage,
  );
}

/** What a command of an auditor needs: acts as `auditor` unless `--as` names another account. */
export function auditorContext(command: Command): CommandContext {
  const root = rootOf(command);
  if (root.getOptionValueSource('as') === 'default') root.setOptionValueWithSource('as', 'auditor', 'implied');
  return contextOf(command);
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
