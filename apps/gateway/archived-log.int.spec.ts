import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { sequenceBatch } from '#bus';
import { silentLog, uuidIds } from '#platform';
import { createSyncLog, fileLogKeys, Sealer } from '#synclog';
import { temporaryDir } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const BUNDLE = 'tile/entries/000';
/** Synthetic. */
const CODE = 'G22.99.08-260302-009100';
const EXPORTS = [
  '/api/v1/sync-log/export?format=jsonl&unit=99007',
  '/api/v1/sync-log/export?format=csv&unit=99007',
  `/api/v1/sync-log/evidence?code=${CODE}`,
];

/** The months themselves, and how they get there: libs/synclog/archive. */
describe('a log whose oldest entries are in the archive', () => {
  const archiveDir = temporaryDir('archived-log');
  let near: TestGateway;
  let sealed: Buffer;
  /** What each export gave while all entries were in the database. */
  let exported: Buffer[];
  beforeAll(async () => {
    near = await testGateway({ env: { ARCHIVE_DIR: archiveDir } });
    const { db, clock, settings } = near.parts;
    const log = createSyncLog({ ids: uuidIds, clock });
    const entry = {
      kind: 'dossier.received',
      actor: { id: 'worker', type: 'system' },
      unit: '99007',
      codes: [CODE],
    } as const;
    await db.run((tx) => log.append(tx, [...Array.from({ length: 260 }, () => entry)]));
    await sequenceBatch(db, 1_000);
    const doorbell = { wait: async () => false };
    await new Sealer({ db, keys: fileLogKeys(settings.keyDir), places: [], doorbell, clock, log: silentLog }).round();
    sealed = (await read(near, `/synclog/${BUNDLE}`)).rawPayload;
    exported = await exports();
    await takeOut();
  }, 60_000);
  afterAll(() => near.stop());

  /** As an archive run leaves it. */
  async function takeOut(): Promise<void> {
    const owner = new Client({ connectionString: near.ownerUrl });
    await owner.connect();
    await owner.query(
      `delete from synclog_entry where id in (select entry_id from synclog_leaf where leaf_index < 256)`,
    );
    await owner.query(`insert into synclog_archive values ('2020-01', 256, now(), now(), gen_random_uuid())`);
    await owner.end();
  }
  function fill(bytes: Buffer): void {
    mkdirSync(dirname(join(archiveDir, BUNDLE)), { recursive: true });
    writeFileSync(join(archiveDir, BUNDLE), bytes);
  }
  async function read(gateway: TestGateway, url: string) {
    return gateway.app.inject({
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${await gateway.token('auditor')}` },
    });
  }
  const exports = async (): Promise<Buffer[]> => {
    const bodies: Buffer[] = [];
    for (const url of EXPORTS) {
      const answer = await read(near, url);
      expect([url, answer.statusCode]).toEqual([url, 200]);
      bodies.push(answer.rawPayload);
    }
    return bodies;
  };
  const exportsOnRecord = async (): Promise<number> =>
    (await near.parts.db.query(`select id from synclog_entry where kind = 'sync-log.exported'`)).length;
  const ROUTES = [
    `/synclog/${BUNDLE}`,
    '/api/v1/sync-log/entries/3',
    '/api/v1/sync-log/entries?unit=99007&order=oldest',
    '/api/v1/sync-log/entries?unit=99007&limit=200',
  ];

  it('is given out from there, byte for byte', async () => {
    fill(sealed);
    for (const url of ROUTES) expect([url, (await read(near, url)).statusCode]).toEqual([url, 200]);
    expect((await read(near, ROUTES[0])).rawPayload).toEqual(sealed);
    const { items } = (await read(near, ROUTES[2])).json<{ items: { index: number; entry: { unit: string } }[] }>();
    expect(items[0]).toMatchObject({ index: 0, entry: { unit: '99007' } });
  });

  it('says what is missing while the archive is away or changed, and gives what it has', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from(sealed).fill(0, sealed.length - 1)]) {
      fill(bytes);
      for (const url of ROUTES) {
        const answer = await read(near, url);
        expect([url, answer.statusCode]).toEqual([url, 410]);
        expect(answer.json()).toMatchObject({
          code: 'sync-log-archived',
          detail: expect.stringContaining('2020-01') as string,
        });
      }
    }
    const fresh = await read(near, '/api/v1/sync-log/entries?unit=99007&limit=3');
    expect(fresh.json<{ items: unknown[] }>().items).toHaveLength(3);
    expect((await read(near, '/synclog/tile/0/000')).statusCode).toBe(200);
  });

  it('is exported whole from there, and each export is on record', async () => {
    fill(sealed);
    const before = await exportsOnRecord();
    expect(await exports()).toEqual(exported);
    expect(exported.map((body) => body.toString('utf8').split(CODE).length - 1)).toEqual([260, 260, 261]);
    expect(await exportsOnRecord()).toBe(before + EXPORTS.length);
  });

  it('is not exported in part: it is refused before anything is answered, and nobody is said to have it', async () => {
    fill(Buffer.alloc(0));
    const before = await exportsOnRecord();
    for (const url of EXPORTS) {
      const answer = await read(near, url);
      expect([url, answer.statusCode]).toEqual([url, 410]);
      expect(answer.json()).toMatchObject({ code: 'sync-log-archived' });
    }
    expect(await exportsOnRecord()).toBe(before);
  });

  it('is exported as nothing where there is nothing of it, and that is on record', async () => {
    fill(Buffer.alloc(0));
    const before = await exportsOnRecord();
    const bodies = [];
    for (const format of ['jsonl', 'csv'])
      bodies.push((await read(near, `/api/v1/sync-log/export?format=${format}&unit=99008`)).body);
    expect(bodies).toEqual(['', expect.stringMatching(/^[^\n]+\n$/) as string]);
    expect(await exportsOnRecord()).toBe(before + 2);
  });
});
