import { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from '../../../test/support/temporary-dir';
import { CliError } from '../client/cli-error';
import { addRepliesCommands } from './replies';

const CONFIG = join(__dirname, '../../../config');

/** Recorded answers through the rules, as an administrator runs them before new rules go live. */
describe('lienthong replies test', () => {
  const written: string[] = [];
  beforeAll(() => {
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterAll(() => jest.restoreAllMocks());

  async function run(
    lines: readonly (object | string)[],
    ...args: string[]
  ): Promise<{ code: unknown; stdout: string; stderr: string }> {
    const file = join(temporaryDir('replies-'), 'answers.jsonl');
    writeFileSync(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
    written.length = 0;
    process.exitCode = undefined;
    const program = new Command('lienthong').option('--json', '', false).exitOverride();
    addRepliesCommands(program);
    try {
      await program.parseAsync([...args, 'replies', 'test', file, '--config', CONFIG], { from: 'user' });
      return { code: process.exitCode ?? 0, stdout: written.join(''), stderr: '' };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return { code: error.exitCode, stdout: written.join(''), stderr: error.message };
    } finally {
      process.exitCode = undefined;
    }
  }
  const hotich = (errorDescription: string, more: object = {}) => ({
    partner: 'hotich',
    operation: 'submit-registration',
    body: { status: '0', statusDescription: '', errorCode: '', errorDescription },
    ...more,
  });
  const dvclt = (status: number, text: string) => ({
    partner: 'dvclt',
    operation: 'push-status',
    status,
    body: { status: 400, title: 'One or more validation errors occurred.', errors: { soHoSoLT: [text] } },
  });

  it('says for each answer what becomes of it, by which rule and version', async () => {
    const { code, stdout } = await run(
      [
        hotich('Hồ sơ đã được tiếp nhận', { expected: 'refused', repush: true }),
        dvclt(1, 'Hồ sơ đã tồn tại trong một cửa điện tử'),
        {
          partner: 'dvcqg',
          operation: 'sync-dossier',
          isCreate: true,
          status: 2,
          body: { error_code: 0, message: 'Thành công' },
        },
        { partner: 'onestop', operation: 'report-status', httpStatus: 502, body: '<html>Bad Gateway</html>' },
        '# a remark',
        { partner: 'dvcqg', operation: 'append-progress', body: { error_code: 0, message: 'Hệ thống đang bảo trì' } },
      ],
      '--json',
    );
    const judged = JSON.parse(stdout) as { line: number; outcome: string; reasonCode: string; rule: unknown }[];
    expect(judged.map(({ line, outcome }) => [line, outcome])).toEqual([
      [1, 'refused'],
      [2, 'already-applied'],
      [3, 'accepted'],
      [4, 'unknown'],
      [6, 'unknown'],
    ]);
    expect(judged[1].rule).toMatchObject({ id: 'dvclt.already-received', version: expect.any(Number) });
    expect(judged[3].reasonCode).toBe('http.5xx');
    expect(judged[4].reasonCode).toBe('text.unmatched');
    expect(code).toBe(0);
  });

  it('ends with 1 when an answer is not as expected, and shows which', async () => {
    const { code, stdout } = await run([hotich('Độ dài nksHoTen quá dài', { expected: 'accepted' })]);
    expect(code).toBe(1);
    expect(stdout).toContain('NOT accepted');
    expect(stdout).toContain('1 not as expected');
  });

  it.each([
    ['what is no JSON', '{', 'line 1: no JSON'],
    ['a partner that nobody knows', { partner: 'x', operation: 'y', body: {} }, 'partner must be one of dvclt'],
    ['an answer without a body', { partner: 'dvclt', operation: 'push-status' }, 'body must be'],
  ])('refuses %s, naming line and field', async (_name, line, sentence) => {
    const { code, stderr } = await run([line]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
