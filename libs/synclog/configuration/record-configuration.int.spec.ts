import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uuidIds } from '#platform';
import { createSyncLog, loadedConfiguration, recordConfiguration } from '#synclog';
import { fixedClock, temporaryDir, testDatabase, type TestDatabase } from '#testing';

describe('the configuration that was loaded', () => {
  let test: TestDatabase;
  let configDir: string;
  /** Outbox number of the last entry before a test. */
  let since: string;
  const syncLog = createSyncLog({ ids: uuidIds, clock: fixedClock() });
  const record = (part: 'gateway' | 'worker' = 'worker'): Promise<number> =>
    recordConfiguration(loadedConfiguration(part, configDir), { db: test.db, syncLog });
  const write = (path: string, text: string): void => writeFileSync(join(configDir, path), text);
  const logged = async (): Promise<{ actor: { id: string }; detail: { refs: string[]; count: number } }[]> =>
    (
      await test.db.query<{ text: string }>(
        `select convert_from(e.bytes, 'UTF8') as text from synclog_outbox o join synclog_entry e on e.id = o.entry_id
         where e.kind = 'configuration.loaded' and o.id > $1 order by o.id`,
        [since],
      )
    ).map(({ text }) => JSON.parse(text) as { actor: { id: string }; detail: { refs: string[]; count: number } });

  beforeAll(async () => void (test = await testDatabase()));
  afterAll(() => test.drop());
  beforeEach(async () => {
    configDir = temporaryDir('configuration');
    mkdirSync(join(configDir, 'partners'));
    write('units.yaml', 'one');
    write('partners/hotich.yaml', 'two');
    await test.db.execute('delete from configuration_file');
    [{ since }] = await test.db.query<{ since: string }>('select coalesce(max(id), 0) as since from synclog_outbox');
  });

  it('is an entry with the digest of each file, the first time', async () => {
    expect(await record()).toBe(2);
    const [entry, ...more] = await logged();
    expect(more).toEqual([]);
    expect(entry.actor.id).toBe('worker');
    expect(entry.detail.refs).toEqual([
      expect.stringMatching(/^partners\/hotich\.yaml:[0-9a-f]{64}$/),
      expect.stringMatching(/^units\.yaml:[0-9a-f]{64}$/),
    ]);
  });

  it('is no entry when nothing has changed since', async () => {
    await record();
    expect(await record()).toBe(0);
    expect(await logged()).toHaveLength(1);
  });

  it('names what was changed, added and taken away, and nothing else', async () => {
    await record();
    write('units.yaml', 'other');
    write('replay.yaml', 'new');
    rmSync(join(configDir, 'partners/hotich.yaml'));
    expect(await record()).toBe(3);
    const [, { detail }] = await logged();
    expect(detail.refs.map((ref) => ref.split(':')[0]).sort()).toEqual([
      'partners/hotich.yaml',
      'replay.yaml',
      'units.yaml',
    ]);
    expect(detail.refs).toContain('partners/hotich.yaml:gone');
    expect(await record()).toBe(0);
  });

  it('is told by each part of the product for itself', async () => {
    await record('worker');
    expect(await record('gateway')).toBe(2);
    expect((await logged()).map(({ actor }) => actor.id)).toEqual(['worker', 'gateway']);
  });

  it('is told once by many that start in the same moment', async () => {
    const counts = await Promise.all(Array.from({ length: 5 }, () => record()));
    expect(counts.filter((count) => count > 0)).toEqual([2]);
    expect(await logged()).toHaveLength(1);
  });

  it('fits into entries, however many files there are', async () => {
    const long = 'x'.repeat(100);
    for (let n = 0; n < 200; n += 1) write(`partners/${long}${n}.yaml`, 'x');
    expect(await record()).toBe(202);
    expect((await logged()).flatMap(({ detail }) => detail.refs)).toHaveLength(202);
  });

  it('follows links as whoever loads the files does, and not what stands behind a dot (a mounted ConfigMap)', async () => {
    mkdirSync(join(configDir, '..2026'));
    write('..2026/replay.yaml', 'linked');
    symlinkSync('..2026/replay.yaml', join(configDir, 'replay.yaml'));
    await record();
    expect((await logged())[0].detail.refs.map((ref) => ref.split(':')[0])).toEqual([
      'partners/hotich.yaml',
      'replay.yaml',
      'units.yaml',
    ]);
    write('..2026/replay.yaml', 'changed');
    expect(await record()).toBe(1);
  });

  it('keeps a file out of the log whose name is no code: the entry would be refused', async () => {
    write('partners/a name with spaces.yaml', 'x');
    await record();
    expect((await logged())[0].detail.refs).toContainEqual(expect.stringMatching(/^unreadable:[0-9a-f]{64}$/));
  });
});
