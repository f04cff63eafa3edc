import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError, EXIT } from '../client/cli-error';
import { contextOf, examples } from './context';
import { planText, type Plan } from './replay-text';
import { dryRunOf } from './replay-follow';

interface LinkOptions {
  register: string;
  paper: string;
  reason: string;
}

/** Corrections from a file: personal data does not belong into a command line. @throws CliError (wrong use) */
export function editsOf(file: string): readonly unknown[] {
  const value = jsonOf('--edits', file);
  if (Array.isArray(value) && value.length > 0) return value;
  throw new CliError('--edits takes a file with a JSON list that is not empty.', EXIT.usage);
}

/** `lienthong replay link`: a registration that officers made outside. */
export function addLink(replay: Command): void {
  replay
    .command('link <delivery>')
    .description('plan to tie a registration made outside to the dossier that waits for it; another person approves it')
    .requiredOption(
      '--register <file>',
      'JSON: registrationNumber, bookNumber, registeredOn (YYYY-MM-DD), pageNumber, identityNumber (births)',
    )
    .requiredOption('--paper <file>', 'the result paper, PDF')
    .requiredOption('--reason <text>', 'who registered it, and why outside; no personal data')
    .addHelpText(
      'after',
      examples([
        'replay link 0199… --register register.json --paper paper.pdf --reason "registered on paper, ticket 12"',
      ]),
    )
    .action(async (delivery: string, { register, paper, reason }: LinkOptions, command: Command) => {
      const { api, print } = contextOf(command);
      const file = bytesOf('--paper', paper).toString('base64');
      const typed = jsonOf('--register', register) as object;
      const plan = await api.post<Plan>('/registration-links', { ...typed, delivery, reason, file });
      const looked = await dryRunOf(api, await api.post<Plan>(`/replays/${plan.id}/dry-run`, {}));
      print.show(looked, () => planText(looked));
    });
}

function jsonOf(option: string, file: string): unknown {
  const text = bytesOf(option, file).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says may quote the file, which holds personal data.
    throw new CliError(`${option}: ${file} is not JSON.`, EXIT.usage);
  }
}

function bytesOf(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new CliError(`${option}: ${file} cannot be read.`, EXIT.usage);
  }
}
