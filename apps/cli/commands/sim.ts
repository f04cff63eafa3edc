import type { Command } from 'commander';
import { callJson } from '../client/api-client';
import { CliError, EXIT } from '../client/cli-error';
import { simulatorsUrlOf } from '../client/connection';
import { printer } from '../output/print';
import { tableOf } from '../output/table';
import { examples, type GlobalOptions } from './context';

interface LedgerRow {
  system: string;
  kind: string;
  code: string;
  count: number;
  order: (string | number)[];
}

/** `lienthong sim …`: cases for the simulated outside systems, and what came of them. */
export function addSimCommands(program: Command): void {
  const sim = program.command('sim').description('the simulated outside systems');
  for (const kind of ['birth', 'death'] as const) {
    sim
      .command(kind)
      .description(`file ${kind} cases at the simulated DVCLT`)
      .option('--count <n>', 'how many', '1')
      .option('--scenario <name>', 'how they go', 'happy-path')
      .option('--seed <n>', 'the same seed gives the same persons')
      .addHelpText('after', examples([`sim ${kind} --count 10`, `sim ${kind} --scenario supplement`]))
      .action(async (given: { count: string; scenario: string; seed?: string }, command: Command) => {
        const options = command.optsWithGlobals<GlobalOptions>();
        const body = {
          kind,
          count: countOf(given.count),
          scenario: given.scenario,
          seed: given.seed === undefined ? Date.now() % 1_000_000_000 : Number(given.seed),
        };
        const codes = await fileCases(simulatorsUrlOf(options.data), body);
        printer(options.json).show(
          codes,
          () =>
            `Filed ${codes.length} ${kind} case${codes.length === 1 ? '' : 's'}: ${codes.slice(0, 3).join(', ')}${codes.length > 3 ? ', …' : ''}`,
        );
      });
  }
  sim
    .command('ledger')
    .description('the business effects that the outside systems counted')
    .option('--system <id>', 'dvclt, hotich, dvcqg or onestop')
    .addHelpText('after', examples(['sim ledger --system hotich']))
    .action(async (given: { system?: string }, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const query = given.system ? `?system=${encodeURIComponent(given.system)}` : '';
      const { value } = await callJson<LedgerRow[]>(`${simulatorsUrlOf(options.data)}/_sim/ledger${query}`);
      printer(options.json).show(value, () => (value.length === 0 ? 'No effect yet.' : ledgerText(value)));
    });
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    throw new CliError('--count is a number from 1 to 100000.', EXIT.usage);
  return count;
}

async function fileCases(url: string, body: object): Promise<string[]> {
  const answer = await callJson<{ codes?: string[]; error?: string }>(`${url}/_sim/cases`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.value.codes)
    throw new CliError(`The simulators refused: ${answer.value.error ?? `status ${answer.status}`}`, EXIT.usage);
  return answer.value.codes;
}

function ledgerText(rows: readonly LedgerRow[]): string {
  return tableOf(rows, [
    { head: 'system', value: (row) => row.system },
    { head: 'effect', value: (row) => row.kind },
    { head: 'code', value: (row) => row.code },
    { head: 'count', value: (row) => row.count, align: 'right' },
    { head: 'order', value: (row) => row.order.join(' ') },
  ]);
}
