import { sequenceBatch } from '#bus';
import { silentLog, uuidIds } from '#platform';
import { createSyncLog, fileLogKeys, leafHash, logKeyFiles, rotateLogKey, Sealer } from '#synclog';
import { parseCheckpoint } from '../../libs/synclog/tlog/checkpoint';
import { entriesOf } from '../../libs/synclog/tlog/entry-bundle';
import { followKeys, parseKeyChain } from '../../libs/synclog/tlog/key-chain';
import { parseProofFile } from '../../libs/synclog/tlog/proof-file';
import { isIncluded } from '../../libs/synclog/tlog/proofs';
import { isSignedBy, parseNote, parseVerifierKey } from '../../libs/synclog/tlog/signed-note';
import { hashesOf, tilePath, widthAt } from '../../libs/synclog/tlog/tiles';
import { rootOf } from '../../libs/synclog/tlog/tree-hash';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

/** Synthetic. */
const FILING = {
  dvcltCode: 'G22.99.08-260302-009001',
  oneStopCode: 'H99.001-260302-9001',
  procedureCode: '2.000986',
  module: 'KS',
  unit: '123',
  receivedAt: '2026-03-02T08:00:00+07:00',
  subject: { name: 'TRẺ MẪU MỘT', birthDate: '01.03.2026' },
  requester: { name: 'NGƯỜI MẪU HAI' },
  content: { nksHoTen: 'TRẺ MẪU MỘT', nycHoTen: 'NGƯỜI MẪU HAI' },
  attachments: [],
};

/** A reader that knows the format and nothing of our database. */
describe('the sync log on the wire', () => {
  let gateway: TestGateway;
  let token: string;
  let sealer: Sealer;
  beforeAll(async () => {
    gateway = await testGateway();
    await gateway.addClient({ id: 'other-one-stop', roles: ['integrator'] });
    token = await gateway.token('auditor');
    const { db, clock, settings } = gateway.parts;
    const doorbell = { wait: async () => false };
    sealer = new Sealer({ db, keys: fileLogKeys(settings.keyDir), places: [], doorbell, clock, log: silentLog });
  }, 60_000);
  afterAll(() => gateway.stop());

  async function read(path: string): Promise<{ status: number; type: string | undefined; bytes: Buffer }> {
    const { statusCode, headers, rawPayload } = await gateway.app.inject({
      method: 'GET',
      url: `/synclog/${path}`,
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: statusCode, type: headers['content-type']?.toString(), bytes: rawPayload };
  }
  async function grow(count: number): Promise<number> {
    const { db, clock } = gateway.parts;
    const log = createSyncLog({ ids: uuidIds, clock });
    await db.run((tx) =>
      log.append(
        tx,
        Array.from({ length: count }, () => ({
          kind: 'dossier.received' as const,
          actor: { id: 'worker', type: 'system' as const },
        })),
      ),
    );
    await sequenceBatch(db, 100_000);
    await sealer.round();
    return (await checkpoint()).size;
  }
  async function checkpoint() {
    const { status, type, bytes } = await read('checkpoint');
    expect([status, type]).toEqual([200, 'text/plain; charset=utf-8']);
    const { bytes: key } = await read('key');
    const note = parseNote(bytes.toString('utf8'));
    expect(isSignedBy(note, parseVerifierKey(key.toString('utf8')))).toBe(true);
    return parseCheckpoint(note.text);
  }

  it('gives every entry and every tile of its checkpoint, and they come to its root', async () => {
    await grow(300);
    const size = await grow(400);
    const { root } = await checkpoint();
    const leaves: Buffer[] = [];
    for (let index = 0; widthAt({ level: 0, index }, size) > 0; index += 1) {
      const width = widthAt({ level: 0, index }, size);
      const [bundle, tile] = [
        await read(tilePath({ level: 'entries', index, width })),
        await read(tilePath({ level: 0, index, width })),
      ];
      expect([bundle.status, bundle.type, tile.status, tile.type]).toEqual([
        200,
        'application/octet-stream',
        200,
        'application/octet-stream',
      ]);
      leaves.push(...entriesOf(bundle.bytes).map((entry) => leafHash(entry)));
      expect(hashesOf(tile.bytes)).toEqual(leaves.slice(index * 256));
    }
    expect(leaves).toHaveLength(size);
    expect(rootOf(leaves)).toEqual(root);
    const upper = await read(tilePath({ level: 1, index: 0, width: widthAt({ level: 1, index: 0 }, size) }));
    expect(hashesOf(upper.bytes)[1]).toEqual(rootOf(leaves.slice(256, 512)));
  });

  it('goes on answering for a partial tile after its full one is there, with the same bytes', async () => {
    const size = await grow(1);
    const name = { index: Math.floor(size / 256), width: size % 256 };
    const before = [await read(tilePath({ level: 0, ...name })), await read(tilePath({ level: 'entries', ...name }))];
    await grow(300);
    expect([await read(tilePath({ level: 0, ...name })), await read(tilePath({ level: 'entries', ...name }))]).toEqual(
      before,
    );
    expect((await read(tilePath({ level: 0, index: name.index, width: 256 }))).status).toBe(200);
  });

  it('writes down who reads entries: once for all that an account reads in an hour', async () => {
    const size = await grow(1);
    const name = { index: 0, width: Math.min(size, 256) };
    const before = await readersOf('auditor');
    await read(tilePath({ level: 'entries', ...name }));
    await read(tilePath({ level: 'entries', ...name }));
    expect((await readersOf('auditor')) - before).toBe(before === 0 ? 1 : 0);
    expect(await readersOf('auditor')).toBe(1);
  });

  const readersOf = async (id: string): Promise<number> =>
    (
      await gateway.parts.db.query<{ text: string }>(
        `select convert_from(bytes, 'UTF8') as text from synclog_entry where kind = 'sync-log.exported'`,
      )
    )
      .map(({ text }) => JSON.parse(text) as { actor: { id: string }; detail: { format: string } })
      .filter(({ actor, detail }) => actor.id === id && detail.format === 'tiles').length;

  it('keeps entries of other communes from an account that is limited to some; hashes tell nothing', async () => {
    const size = await grow(1);
    await gateway.addClient({ id: 'auditor-of-a-commune', roles: ['auditor'], units: ['00004'] });
    const limited = await gateway.token('auditor-of-a-commune');
    const statusOf = async (path: string) =>
      (await gateway.app.inject({ url: `/synclog/${path}`, headers: { authorization: `Bearer ${limited}` } }))
        .statusCode;
    const name = { index: 0, width: Math.min(size, 256) };
    expect(await statusOf(tilePath({ level: 'entries', ...name }))).toBe(403);
    expect(await statusOf(tilePath({ level: 0, ...name }))).toBe(200);
    expect(await statusOf('checkpoint')).toBe(200);
  });

  it.each(['tile/0/999', 'tile/0/000.p/0', 'tile/9/000', 'tile/entries/x001/000', 'tile/', 'nothing'])(
    'answers 404 for %s',
    async (path) => expect((await read(path)).status).toBe(404),
  );

  it('proves to the one-stop, with its newest checkpoint, what it gave a receipt for', async () => {
    const integrator = { authorization: `Bearer ${await gateway.token('integrator')}` };
    const filed = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/dossiers',
      headers: { ...integrator, 'idempotency-key': 'sealed-1' },
      payload: FILING,
    });
    expect(filed.statusCode).toBe(202);
    const { id, leafHash: leaf } = filed.json<{ id: string; leafHash: string }>();
    const url = `/api/v1/receipts/${id}/proof`;
    const early = await gateway.app.inject({ url, headers: integrator });
    expect([early.statusCode, early.json<{ code: string }>().code]).toEqual([409, 'receipt-not-sealed']);
    await grow(500);
    const [kind, place, ...rest] = (await gateway.app.inject({ url, headers: integrator })).body.split('\n');
    expect(kind).toBe('c2sp.org/tlog-proof@v1');
    const proof = rest.slice(0, rest.indexOf('')).map((hash) => Buffer.from(hash, 'base64'));
    const { size, root } = parseCheckpoint(parseNote(rest.slice(rest.indexOf('') + 1).join('\n')).text);
    const index = Number(place.slice('index '.length));
    expect(isIncluded(Buffer.from(leaf, 'base64'), { index, size, proof }, root)).toBe(true);
    expect({ size, root }).toMatchObject(await checkpoint().then(({ size, root }) => ({ size, root })));
    const other = { authorization: `Bearer ${await gateway.token('other-one-stop')}` };
    expect((await gateway.app.inject({ url, headers: other })).statusCode).toBe(404);
  });

  it('gives the keys that the log has had, and proofs that lead from the first one on, after its key was replaced', async () => {
    const { db, clock, settings, syncLog } = gateway.parts;
    const first = (await read('key')).bytes.toString('utf8');
    const files = logKeyFiles(settings.keyDir, () => clock.now());
    const actor = { id: 'host', type: 'system' } as const;
    const { newKey, at, until } = await rotateLogKey({ db, files, syncLog, clock, actor, overlapMs: 0 });
    const size = await grow(1);
    expect((await read('key')).bytes.toString('utf8')).toBe(`${newKey}\n`);
    const keys = await read('keys');
    expect([keys.status, keys.type]).toEqual([200, 'application/json; charset=utf-8']);
    const chain = parseKeyChain(keys.bytes.toString('utf8'));
    const followed = followKeys(parseVerifierKey(first), chain);
    expect(followed.breaks).toEqual([]);
    expect(followed.keys).toEqual([
      { verifier: parseVerifierKey(first), fromSize: 0, replaced: { at, until } },
      { verifier: parseVerifierKey(newKey), fromSize: expect.any(Number) as number },
    ]);
    const url = `/api/v1/sync-log/entries/${size - 1}/proof`;
    const proof = await gateway.app.inject({ url, headers: { authorization: `Bearer ${token}` } });
    expect(parseProofFile(proof.body).extra).toEqual(keys.bytes);
  });

  it('is for auditors', async () => {
    const url = '/synclog/checkpoint';
    expect((await gateway.app.inject({ method: 'GET', url })).statusCode).toBe(401);
    const authorization = `Bearer ${await gateway.token('operator')}`;
    expect((await gateway.app.inject({ method: 'GET', url, headers: { authorization } })).statusCode).toBe(403);
  });
});
