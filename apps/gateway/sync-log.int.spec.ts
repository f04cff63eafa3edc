import { createHash } from 'node:crypto';
import { sequenceBatch } from '#bus';
import { silentLog, uuidIds } from '#platform';
import { createSyncLog, fileLogKeys, leafHash, Sealer, type SyncLogEntryInput } from '#synclog';
import { parseCheckpoint } from '../../libs/synclog/tlog/checkpoint';
import { parseProofFile } from '../../libs/synclog/tlog/proof-file';
import { isIncluded } from '../../libs/synclog/tlog/proofs';
import { isSignedBy, parseNote, parseVerifierKey } from '../../libs/synclog/tlog/signed-note';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

/** Synthetic. */
const FILING = {
  dvcltCode: 'G22.99.08-260302-009101',
  oneStopCode: 'H99.001-260302-9101',
  procedureCode: '2.000986',
  module: 'KS',
  unit: '123',
  receivedAt: '2026-03-02T08:00:00+07:00',
  subject: { name: 'TRẺ MẪU MỘT', birthDate: '01.03.2026' },
  requester: { name: 'NGƯỜI MẪU HAI' },
  content: { nksHoTen: 'TRẺ MẪU MỘT', nycHoTen: 'NGƯỜI MẪU HAI' },
  attachments: [],
};

interface Item {
  index: number;
  entry: { kind: string; id: string; at: string; unit?: string; codes?: string[] };
  leafHash: string;
}
interface ListPage {
  items: Item[];
  next: string | null;
}

describe('the sync log for auditors', () => {
  let gateway: TestGateway;
  let sealer: Sealer;
  let filed: { id: string; leafHash: string };
  beforeAll(async () => {
    gateway = await testGateway();
    await gateway.addClient({ id: 'auditor-of-99001', roles: ['auditor'], units: ['99001'] });
    const { db, clock, settings } = gateway.parts;
    const doorbell = { wait: async () => false };
    sealer = new Sealer({ db, keys: fileLogKeys(settings.keyDir), places: [], doorbell, clock, log: silentLog });
    await grow(many(300, { unit: '99001', partner: 'hotich', operation: 'submit-registration', outcome: 'accepted' }));
    await grow([
      ...many(20, { unit: '99002', codes: ['=1+1', 'G22.99.08-260302-009900'], outcome: 'refused' }),
      { kind: 'item.quarantined', actor: SYSTEM, partner: 'dvclt', codes: [FILING.dvcltCode] },
    ]);
    const answer = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/dossiers',
      headers: { authorization: `Bearer ${await gateway.token('integrator')}`, 'idempotency-key': 'searched-1' },
      payload: FILING,
    });
    expect(answer.statusCode).toBe(202);
    filed = answer.json();
    await grow([]);
  }, 60_000);
  afterAll(() => gateway.stop());

  const SYSTEM = { id: 'worker', type: 'system' } as const;
  const many = (count: number, more: Partial<SyncLogEntryInput>): SyncLogEntryInput[] =>
    Array.from({ length: count }, () => ({ kind: 'attempt.settled', actor: SYSTEM, ...more }));
  async function append(entries: readonly SyncLogEntryInput[]): Promise<void> {
    const { db, clock } = gateway.parts;
    await db.run((tx) => createSyncLog({ ids: uuidIds, clock }).append(tx, entries));
    await sequenceBatch(db, 10_000);
  }
  async function grow(entries: readonly SyncLogEntryInput[]): Promise<void> {
    await append(entries);
    await sealer.round();
  }
  const get = async (path: string, as = 'auditor') =>
    gateway.app.inject({
      url: `/api/v1/sync-log/${path}`,
      headers: { authorization: `Bearer ${await gateway.token(as)}` },
    });
  const page = async (query: string, as?: string): Promise<ListPage> => {
    const answer = await get(`entries?${query}`, as);
    expect([query, answer.statusCode]).toEqual([query, 200]);
    return answer.json();
  };
  const newest = async (): Promise<Item> => (await page('limit=1')).items[0];

  describe('searching', () => {
    it('shows entries newest first, whose leaf hash is that of their bytes', async () => {
      const { items } = await page('limit=3');
      expect(items[0].index).toBeGreaterThan(items[1].index);
      expect(items[0].entry).toMatchObject({ v: 1 });
      const [line] = (await get(`export?format=jsonl&from=${items[0].index}`)).body.split('\n');
      expect(leafHash(Buffer.from((JSON.parse(line) as { entry: string }).entry)).toString('base64')).toBe(
        items[0].leafHash,
      );
    });

    it('gives pages in both orders that are together the whole list', async () => {
      for (const order of ['newest', 'oldest']) {
        const whole: number[] = [];
        for (let after = ''; ;) {
          const { items, next } = await page(`order=${order}&unit=99001&limit=120${after}`);
          whole.push(...items.map(({ index }) => index));
          if (next === null) break;
          after = `&after=${next}`;
        }
        const sorted = [...new Set(whole)].sort((a, b) => (order === 'oldest' ? a - b : b - a));
        expect([order, whole.length, whole]).toEqual([order, 300, sorted]);
      }
    });

    it('finds by conditions that hold together', async () => {
      expect((await page('unit=99002&outcome=refused')).items).toHaveLength(20);
      expect((await page('unit=99002&outcome=accepted')).items).toEqual([]);
      expect((await page('partner=hotich&operation=submit-registration&unit=99002')).items).toEqual([]);
      expect((await page('kind=log-in.succeeded&actor=integrator')).items).toHaveLength(1);
      expect((await page('since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z')).items).toEqual([]);
    });

    it('finds all entries of a dossier by any of its codes, those from before it was one too', async () => {
      const byCode = await Promise.all(
        [FILING.dvcltCode, FILING.oneStopCode].map((code) => page(`order=oldest&code=${code}`)),
      );
      expect(byCode[1]).toEqual(byCode[0]);
      expect(byCode[0].items.map(({ entry }) => entry.kind).slice(0, 2)).toEqual([
        'item.quarantined',
        'dossier.received',
      ]);
      expect((await page('code=nobody-has-this')).items).toEqual([]);
    });

    it('finds the entry that a receipt speaks of', async () => {
      const { items } = await page(`receipt=${filed.id}`);
      expect(items.map((item) => item.leafHash)).toEqual([filed.leafHash]);
      expect((await page(`receipt=${uuidIds.next()}`)).items).toEqual([]);
    });

    it('shows an auditor of some communes what names one of them and nothing else', async () => {
      expect((await page('limit=200', 'auditor-of-99001')).items.every(({ entry }) => entry.unit === '99001')).toBe(
        true,
      );
      expect((await page('unit=99002', 'auditor-of-99001')).items).toEqual([]);
      expect((await page(`code=${FILING.dvcltCode}`, 'auditor-of-99001')).items).toEqual([]);
      const { index } = (await page('unit=99002&limit=1')).items[0];
      for (const path of [`entries/${index}`, `entries/${index}/proof`])
        expect([path, (await get(path, 'auditor-of-99001')).statusCode]).toEqual([path, 404]);
    });

    it.each([
      'kind=dossier.painted',
      'dossierId=1',
      'since=2026-03-02',
      'order=random',
      'limit=201',
      'after=x',
      'dossier=G22',
    ])('refuses %s', async (query) => expect((await get(`entries?${query}`)).statusCode).toBe(400));
  });

  describe('one entry', () => {
    it('is shown by its index, with a proof that holds under the newest checkpoint', async () => {
      const item = await newest();
      expect((await get(`entries/${item.index}`)).json()).toEqual(item);
      const { index, proof, note } = parseProofFile((await get(`entries/${item.index}/proof`)).body);
      const parsed = parseNote(note);
      const { size, root } = parseCheckpoint(parsed.text);
      expect(index).toBe(item.index);
      expect(isSignedBy(parsed, parseVerifierKey(gateway.parts.logKeys().current.vkey))).toBe(true);
      expect(isIncluded(Buffer.from(item.leafHash, 'base64'), { index, size, proof }, root)).toBe(true);
    });

    it('is answered with 409 while it is not sealed, and with 404 when there is none', async () => {
      await sealer.round();
      const next = (await newest()).index + 1;
      await append(many(1, { unit: '99001' }));
      for (const path of [`entries/${next}`, `entries/${next}/proof`]) {
        const answer = await get(path);
        expect([path, answer.statusCode, answer.json<{ code: string }>().code]).toEqual([
          path,
          409,
          'entry-not-sealed',
        ]);
      }
      await sealer.round();
      expect((await get(`entries/${next}`)).statusCode).toBe(200);
      for (const index of ['999999', '-1', 'x', '1e3']) expect((await get(`entries/${index}`)).statusCode).toBe(404);
    });
  });

  describe('an export', () => {
    it('holds all entries that are asked for, and goes on from any of them', async () => {
      const whole = await get('export?format=jsonl&unit=99001');
      expect(whole.headers['content-type']).toBe('application/jsonl; charset=utf-8');
      const lines = whole.body.trimEnd().split('\n');
      const { items } = await page('unit=99001&order=oldest&limit=200');
      expect(lines.slice(0, 200).map((line) => (JSON.parse(line) as { index: number }).index)).toEqual(
        items.map(({ index }) => index),
      );
      const rest = await get(`export?format=jsonl&unit=99001&from=${items[100].index}`);
      expect(rest.body.trimEnd().split('\n')).toEqual(lines.slice(100));
      expect(Number(whole.headers['lienthong-log-size'])).toBeGreaterThan(items[199].index);
    });

    it('is a CSV that a spreadsheet opens without running anything, without a head where it goes on', async () => {
      const { body, headers } = await get('export?format=csv&unit=99002');
      expect(headers['content-type']).toBe('text/csv; charset=utf-8');
      const [head, first, ...more] = body.split('\r\n');
      expect(head.startsWith('\u{feff}index,id,')).toBe(true);
      expect(first.split(',')[7]).toBe("'=1+1 G22.99.08-260302-009900");
      const rest = await get(`export?format=csv&unit=99002&from=${first.split(',')[0]}`);
      expect(rest.body).toBe([first, ...more].join('\r\n'));
    });

    it('is itself an entry, which says who took what for what, and nothing that could be a person’s', async () => {
      await get(`export?format=csv&unit=99002&purpose=inspection&code=${encodeURIComponent('Trần Văn Mẫu')}`);
      await get('export?format=jsonl&code=999000000001');
      await grow([]);
      const { items } = await page('kind=sync-log.exported&limit=2');
      expect(items.map(({ entry }) => entry)).toMatchObject([
        { actor: { id: 'auditor' }, codes: ['unreadable'], detail: { format: 'jsonl', filters: ['code=unreadable'] } },
        { purpose: 'inspection', detail: { format: 'csv', filters: ['code=unreadable', 'unit=99002'], fromIndex: 0 } },
      ]);
    });

    it('takes a condition of any length that a search takes', async () => {
      expect((await get(`export?format=jsonl&actor=${'a'.repeat(200)}`)).statusCode).toBe(200);
    });

    it('finds an id however its letters are written', async () => {
      const { items } = await page(`code=${FILING.oneStopCode}&limit=1`);
      const { dossierId } = items[0].entry as unknown as { dossierId: string };
      const [small, capital] = [dossierId, dossierId.toUpperCase()].map((id) => page(`dossierId=${id}`));
      expect((await capital).items.length).toBeGreaterThan(0);
      expect(await capital).toEqual(await small);
    });

    it('holds for an auditor of some communes only their entries', async () => {
      const { body } = await get('export?format=jsonl', 'auditor-of-99001');
      const units = body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse((JSON.parse(line) as { entry: string }).entry) as { unit?: string });
      expect(new Set(units.map(({ unit }) => unit))).toEqual(new Set(['99001']));
    });

    it.each([
      '',
      'format=xml',
      'format=csv&from=x',
      'format=csv&limit=5',
      'format=csv&purpose=a b',
      'format=csv&purpose=0912345678',
      'format=csv&since=2026-W48-3T10:00:00Z',
    ])('refuses %j', async (query) => expect((await get(`export?${query}`)).statusCode).toBe(400));
  });

  describe('the evidence file of a dossier', () => {
    it('proves each of its entries under one signed checkpoint', async () => {
      const answer = await get(`evidence?code=${FILING.oneStopCode}&purpose=complaint`);
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
      const file = answer.json<{
        format: string;
        origin: string;
        logKey: string;
        checkpoint: string;
        subject: object;
        entries: { index: number; entry: string; proof: string[] }[];
      }>();
      expect(file).toMatchObject({ format: 'lienthong-evidence/1', subject: { code: FILING.oneStopCode } });
      const note = parseNote(file.checkpoint);
      const { origin, size, root } = parseCheckpoint(note.text);
      expect(isSignedBy(note, parseVerifierKey(file.logKey))).toBe(true);
      expect(file.origin).toBe(origin);
      const { items } = await page(`code=${FILING.oneStopCode}&order=oldest&limit=200`);
      expect(file.entries.map(({ index }) => index)).toEqual(items.map(({ index }) => index));
      for (const { index, entry, proof } of file.entries) {
        const leaf = createHash('sha256').update('\0').update(entry, 'utf8').digest();
        const path = proof.map((hash) => Buffer.from(hash, 'base64'));
        expect([index, isIncluded(leaf, { index, size, proof: path }, root)]).toEqual([index, true]);
      }
    });

    it('is an entry of the dossier’s own story', async () => {
      await grow([]);
      const { items } = await page(`code=${FILING.oneStopCode}&kind=sync-log.exported`);
      expect(items[0].entry).toMatchObject({ purpose: 'complaint', detail: { format: 'evidence' } });
    });

    it('is not there for a code that no sealed entry names, or none of the caller’s communes', async () => {
      expect((await get('evidence?code=nobody-has-this')).json()).toMatchObject({
        status: 404,
        code: 'dossier-unknown',
      });
      expect((await get(`evidence?code=${FILING.oneStopCode}`, 'auditor-of-99001')).statusCode).toBe(404);
      expect((await get('evidence')).statusCode).toBe(400);
    });
  });
});
