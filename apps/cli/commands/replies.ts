import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError, codeOf } from '#platform';
import { CliError, EXIT } from '../client/cli-error';
import { printer } from '../output/print';
import { tableOf } from '../output/table';
import { examples, type GlobalOptions } from './context';

interface Judged {
  line: number;
  partner: string;
  operation: string;
  outcome: string;
  reasonCode: string;
  rule: { id: string; version: number } | null;
  fields: readonly { field: string; problem: string }[];
  expected: string | null;
  isAsExpected: boolean;
}

/** The project's folder: this file runs as dist/apps/cli/commands/replies.js. */
const ROOT = join(__dirname, '../../../..');

/** `lienthong replies test FILE`. */
export function addRepliesCommands(program: Command): void {
  program
    .command('replies')
    .description('what the reply rules make of partners’ answers')
    .command('test <file>')
    .description(
      'run recorded answers through the rules, without sending anything; exit code 1 when one is not as expected',
    )
    .option('--config <dir>', 'folder with partners/ and replies/; else CONFIG_DIR, else the one that ships')
    .addHelpText('after', FORMAT)
    .addHelpText('after', examples(['replies test answers.jsonl', 'replies test answers.jsonl --config ./config-next']))
    .action(async (file: string, given: { config?: string }, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const judged = await judgeFile(file, resolve(given.config ?? process.env.CONFIG_DIR ?? join(ROOT, 'config')));
      printer(options.json).show(judged, () => textOf(judged));
      if (judged.some(({ isAsExpected }) => !isAsExpected)) process.exitCode = EXIT.no;
    });
}

const FORMAT = `
FILE holds one JSON object a line:
  {"partner":"hotich","operation":"submit-registration","httpStatus":200,"body":{"status":"0","errorDescription":"…"},"expected":"refused"}
body is JSON, or the text as it came. httpStatus (200), headers, status (of a status push), isCreate (of a synchronisation),
repush (of a changed registration) and expected (an outcome) may be left out.
`;

async function judgeFile(file: string, configDir: string): Promise<Judged[]> {
  // Loaded here: no other command needs it, and start-up is felt.
  const { recordedAnswerOf, recordedJudge } = await import('#partners');
  const judge = recordedJudge(configDir);
  const judged: Judged[] = [];
  for (const [line, text] of linesOf(file)) {
    try {
      const value: unknown = JSON.parse(text);
      const answer = recordedAnswerOf(value);
      const { outcome, reasonCode, rule = null, fields = [] } = await judge(answer);
      const expected = expectedOf(value);
      const isAsExpected = expected === null || expected === outcome;
      const { partner, operation } = answer;
      judged.push({ line, partner, operation, outcome, reasonCode, rule, fields, expected, isAsExpected });
    } catch (error) {
      const why = error instanceof AppError ? error.message : error instanceof SyntaxError ? 'no JSON' : codeOf(error);
      throw new CliError(`${file}, line ${line}: ${why}`, EXIT.usage);
    }
  }
  return judged;
}

function linesOf(file: string): [line: number, text: string][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((text, at): [number, string] => [at + 1, text.trim()])
      .filter(([, text]) => text !== '' && !text.startsWith('#'));
  } catch (error) {
    throw new CliError(`${file} cannot be read (${codeOf(error)}).`, EXIT.usage);
  }
}

function expectedOf(value: unknown): string | null {
  const { expected } = value as { expected?: unknown };
  return typeof expected === 'string' ? expected : null;
}

function textOf(judged: readonly Judged[]): string {
  if (judged.length === 0) return 'No answer in this file.';
  const table = tableOf(judged, [
    { head: 'line', value: (row) => row.line, align: 'right' },
    { head: 'to', value: (row) => `${row.partner} ${row.operation}` },
    { head: 'outcome', value: (row) => row.outcome },
    {
      head: 'why',
      value: (row) => [row.reasonCode, ...row.fields.map(({ field, problem }) => `${field} ${problem}`)].join(', '),
    },
    { head: 'rule', value: (row) => row.rule && `${row.rule.id} v${row.rule.version}` },
    { head: 'expected', value: (row) => (row.isAsExpected ? row.expected : `NOT ${row.expected}`) },
  ]);
  const wrong = judged.filter(({ isAsExpected }) => !isAsExpected).length;
  const unknown = judged.filter(({ outcome }) => outcome === 'unknown').length;
  return `${table}\n\n${judged.length} answers, ${unknown} for a person, ${wrong} not as expected.`;
}
