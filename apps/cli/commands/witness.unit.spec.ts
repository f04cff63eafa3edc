import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureWitnessKey, fileWitnessKey } from '#synclog';
import { temporaryDir } from '#testing';
import { addWitnessCommands } from './witness';

const VKEY = 'lienthong.example/synclog+75205df1+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea';

describe('lienthong witness', () => {
  const written: string[] = [];
  let dir: string;

  async function run(...args: string[]): Promise<unknown> {
    written.length = 0;
    const program = new Command('lienthong')
      .option('--data <dir>', '', '.lienthong')
      .option('--json', '', false)
      .exitOverride();
    addWitnessCommands(program);
    await program.parseAsync(['--json', 'witness', ...args], { from: 'user' });
    return JSON.parse(written.join(''));
  }

  beforeEach(() => {
    dir = join(temporaryDir('witness'), 'data');
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterEach(() => jest.restoreAllMocks());

  it('trusts a log, and says so again when it does already', async () => {
    for (let times = 0; times < 2; times += 1)
      expect(await run('add-log', '--data', dir, VKEY)).toEqual({ origin: 'lienthong.example/synclog' });
  });

  it('refuses what is no key of a log', async () => {
    await expect(run('add-log', '--data', dir, 'lienthong.example')).rejects.toMatchObject({ exitCode: 1 });
  });

  it('shows its key, once it has one', async () => {
    await expect(run('key', '--data', dir)).rejects.toMatchObject({ exitCode: 1 });
    ensureWitnessKey(dir, 'witness.example');
    expect(await run('key', '--data', dir)).toEqual({ vkey: fileWitnessKey(dir)!.vkey });
  });

  it('never stands in the folder of an installation by mistake', async () => {
    await expect(run('key')).rejects.toMatchObject({ exitCode: 2 });
    await expect(run('serve', '--port', '0', '--name', 'witness.example')).rejects.toMatchObject({ exitCode: 2 });
  });

  it.each([
    ['without a name at the first start', ['--port', '0']],
    ['under a name that no line could hold', ['--port', '0', '--name', 'my witness']],
  ])('does not serve %s', async (_what, options) => {
    await expect(run('serve', '--data', dir, ...options)).rejects.toMatchObject({ exitCode: 2 });
    expect(existsSync(join(dir, 'witness.json'))).toBe(false);
  });

  it('does not serve under another name, nor at a port that is none', async () => {
    ensureWitnessKey(dir, 'witness.example');
    for (const options of [
      ['--port', '0', '--name', 'other.example'],
      ['--port', 'http'],
      ['--port', '65536'],
    ])
      await expect(run('serve', '--data', dir, ...options)).rejects.toMatchObject({ exitCode: 2 });
  });
});
