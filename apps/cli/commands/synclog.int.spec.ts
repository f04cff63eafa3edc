import { Command } from 'commander';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sequenceBatch } from '#bus';
import { silentLog, systemClock } from '#platform';
import { ensureLogKey, fileLogKeys, Sealer } from '#synclog';
import { temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { addSyncLogCommands } from './synclog';

describe('lienthong synclog', () => {
  const written: string[] = [];
  let test: TestDatabase;
  let keys: string;
  beforeAll(async () => {
    test = await testDatabase();
    keys = join(temporaryDir('synclog-command'), 'keys');
    ensureLogKey(keys, 'http://gateway.test');
    await seal();
  });
  afterAll(() => test.drop());
  beforeEach(() => {
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterEach(() => jest.restoreAllMocks());

  async function seal(): Promise<void> {
    const doorbell = { wait: async () => false };
    await sequenceBatch(test.db, 100);
    const log = silentLog;
    await new Sealer({ db: test.db, keys: fileLogKeys(keys), places: [], doorbell, clock: systemClock, log }).round();
  }
  async function run(...args: string[]): Promise<unknown> {
    written.length = 0;
    const program = new Command('lienthong')
      .option('--data <dir>', '', '.lienthong')
      .option('--json', '', false)
      .exitOverride();
    addSyncLogCommands(program);
    await program.parseAsync(['--json', 'synclog', ...args], { from: 'user' });
    return JSON.parse(written.join(''));
  }

  it('gives the log a new key, in the name of an account, and destroys the old one when it is told to', async () => {
    const before = fileLogKeys(keys)().current.vkey;
    const said = await run('rotate-key', '--keys', keys, '--database', test.url, '--by', 'an.tran', '--overlap', '7d');
    const after = fileLogKeys(keys)();
    expect(said).toMatchObject({ oldKey: before, newKey: after.current.vkey, fromSize: 0, wasBrokenOff: false });
    await seal();
    const [entry] = await test.db.query<{ text: string }>(
      `select convert_from(bytes, 'UTF8') as text from synclog_entry where kind = 'log-key.rotated'`,
    );
    expect(JSON.parse(entry.text)).toMatchObject({ actor: { id: 'an.tran', type: 'person' } });
    expect(await run('drop-old-keys', '--keys', keys)).toEqual({ left: 1 });
    expect(await run('drop-old-keys', '--keys', keys, '--now')).toEqual({ left: 0 });
    expect(readFileSync(join(keys, 'synclog.json'), 'utf8')).toContain('"previous":[]');
  });

  it.each([
    ['a time that is none', ['--overlap', 'soon'], 2],
    ['a folder without a key', ['--keys', '/nowhere'], 1],
    ['a database that is not there', ['--database', 'postgresql://127.0.0.1:1/none'], 3],
  ])('refuses %s', async (_what, more, exitCode) => {
    const args = ['rotate-key', '--keys', keys, '--database', test.url, ...more];
    await expect(run(...args)).rejects.toMatchObject({ exitCode });
  });

  it('says what to do when the machine does not hold the key that the log has', async () => {
    const path = join(keys, 'synclog.json');
    const held = readFileSync(path);
    await run('rotate-key', '--keys', keys, '--database', test.url);
    writeFileSync(path, held);
    await expect(run('rotate-key', '--keys', keys, '--database', test.url)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('synclog-key-missing') as string,
    });
  });

  it('tells the months that there are, and archives none that is to stay', async () => {
    const { months } = (await run('months', '--database', test.url)) as { months: { month: string; bytes: number }[] };
    expect(months.length).toBeGreaterThan(3);
    expect(months[0]).toMatchObject({
      month: expect.stringMatching(/^\d{4}-\d\d$/) as string,
      entries: expect.any(Number) as number,
    });
    const archive = (...more: string[]): Promise<unknown> =>
      run('archive', '--keys', keys, '--database', test.ownerUrl, '--to', temporaryDir('archive-command'), ...more);
    await expect(archive('--before', months[1].month)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('synclog-months-kept') as string,
    });
    await expect(archive('--before', '2020-01')).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('synclog-nothing-to-archive') as string,
    });
  });
});
