import { Command } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, testDatabase, type TestDatabase } from '#testing';
import { addVerifyCommands } from './verify';

describe('lienthong verify state', () => {
  let database: TestDatabase;
  let dataDir: string;
  const written: string[] = [];
  const run = async (...args: string[]): Promise<{ output: string; exitCode: typeof process.exitCode }> => {
    written.length = 0;
    process.exitCode = undefined;
    const program = new Command('lienthong').option('--data <dir>').option('--json', '', false).exitOverride();
    addVerifyCommands(program);
    try {
      await program.parseAsync(['--data', dataDir, 'verify', 'state', ...args], { from: 'user' });
      return { output: written.join(''), exitCode: process.exitCode };
    } finally {
      process.exitCode = undefined;
    }
  };

  beforeAll(async () => {
    database = await testDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'verify-cli-'));
    process.env.CONFIG_DIR = join(__dirname, '../../../config');
    delete process.env.DATABASE_URL;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  }, 60_000);
  afterAll(async () => {
    jest.restoreAllMocks();
    delete process.env.CONFIG_DIR;
    rmSync(dataDir, { recursive: true, force: true });
    await database.drop();
  });

  it('is not reachable where nothing runs', async () => {
    await expect(run()).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining(dataDir) as string });
  });

  it('is not reachable when the database does not answer', async () => {
    const url = `postgresql://nobody:x@127.0.0.1:${await freePort()}/none`;
    await expect(run('--database', url)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it.each([
    ['--grace', 'soon'],
    ['--since', 'yesterday'],
  ])('refuses %s %s', async (...args) => {
    await expect(run('--database', database.url, ...args)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('finds the database of the installation, and nothing wrong with it', async () => {
    writeFileSync(join(dataDir, 'stack.json'), JSON.stringify({ databaseUrl: database.url, pids: {} }));
    const { output, exitCode } = await run();
    expect(output).toMatch(/^Checked 0 dossiers as of .*\. No violation\.$/m);
    expect(exitCode).toBeUndefined();
  });

  it('is not reachable when only the ledger is missing', async () => {
    writeFileSync(
      join(dataDir, 'credentials.json'),
      JSON.stringify({ simulatorsUrl: `http://127.0.0.1:${await freePort()}` }),
    );
    await expect(run('--ledger')).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/ledger/) as string,
    });
  });

  it('names a violation and ends with 1, within the grace time it does not', async () => {
    await database.db.execute(
      `insert into event_outbox (event_id, type, at, data) values (gen_random_uuid(), 'vn.lienthong.item.quarantined.v1', now() - interval '10 minutes', '{}')`,
    );
    expect(await run('--grace', '1h')).toMatchObject({ exitCode: undefined });
    const { output, exitCode } = await run();
    expect(exitCode).toBe(1);
    expect(output).toMatch(/stuck\.event-not-sequenced +1/);
    expect(output).toMatch(/docs\/reference\/violations\.md/);
    const machine = await run('--json');
    expect(JSON.parse(machine.output)).toMatchObject({
      isClean: false,
      counts: { 'stuck.event-not-sequenced': 1 },
      countsByKind: { stuck: 1, lost: 0 },
      violations: [{ code: 'stuck.event-not-sequenced', dossierId: null }],
    });
  });
});
