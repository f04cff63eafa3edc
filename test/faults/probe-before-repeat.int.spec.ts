import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Courier } from '#delivery';
import type { PartnerAdapter } from '#delivery';
import type { PartnerId } from '#dossier';
import { systemClock } from '#platform';
import { until } from '#testing';
import { DeliveryBench } from '../../libs/delivery/testing/delivery-bench';
import { createDvclt } from '../../libs/partners/dvclt/create-dvclt';
import { createDvcqgAdapter } from '../../libs/partners/dvcqg/dvcqg-adapter';
import { createHotichAdapter } from '../../libs/partners/hotich/hotich-adapter';
import { RegistryClient } from '../../libs/partners/hotich/registry-client';
import { createOneStop } from '../../libs/partners/onestop/create-onestop';
import { depsOf } from '../../libs/partners/testing/deps-of';

const CALL_MS = 400;
const ABSENT_AFTER_MS = 300;
const ONE_STOP_CODE = 'H99.101-260302-0001';

interface Seen {
  /** `write`, `poll` or `look-up`. */
  kind: string;
  body: string;
  atMs: number;
}
type Answer = object | 'cut' | 'silent' | 'html';

/** A partner at the socket: log-ins are answered, every other call is answered by script. */
class StubPartner {
  readonly seen: Seen[] = [];
  answer: (kind: string, nth: number) => Answer = () => 'cut';
  private readonly server: Server = createServer((request, response) => void this.serve(request, response));

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  of(kind: string): Seen[] {
    return this.seen.filter((call) => call.kind === kind);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    if (/token|login/i.test(String(request.url)))
      return void response.end(
        JSON.stringify({ token: 't', access_token: 't', expires_in: 3600, error_code: 0, session: 's' }),
      );
    const kind = /layKetQua/.test(String(request.url)) ? 'poll' : /"TraCuuHoSo"/.test(body) ? 'look-up' : 'write';
    this.seen.push({ kind, body, atMs: Date.now() });
    const answer = this.answer(kind, this.of(kind).length);
    if (answer === 'cut') request.socket.destroy();
    else if (answer === 'html') response.writeHead(502).end('<html>Bad Gateway</html>');
    else if (answer !== 'silent') response.end(JSON.stringify(answer));
  }
}

const ADAPTERS: Readonly<Record<PartnerId, (deps: ReturnType<typeof depsOf>) => PartnerAdapter>> = {
  dvclt: (deps) => createDvclt(deps).adapter,
  hotich: (deps) => createHotichAdapter(deps, new RegistryClient(deps)),
  dvcqg: createDvcqgAdapter,
  onestop: (deps) => createOneStop(deps).adapter,
};

const RECEIVED = { status: '1', statusDescription: 'Tiếp nhận hồ sơ thành công', errorCode: '', errorDescription: '' };
const NONE = { status: 0, statusDescription: 'Có lỗi xảy ra khi lấy dữ liệu', value: [] };
const row = (trangThai: unknown) => ({ status: 1, value: [{ maHoSoMCDT: ONE_STOP_CODE, trangThai }] });
const portalItem = { MaHoSo: ONE_STOP_CODE, TrangThaiHoSo: 2 };
const CREATE = { madonvi: 'x', service: 'DongBoHoSoMC', isUpdating: 'False', data: [portalItem] };
const PORTAL_DONE = { error_code: 0, message: 'Đồng bộ hồ sơ thành công' };

/** CONTRACTS §1.3, quirks.md §4: what each write does after its answer was lost, with the worker's own courier and adapters. */
describe('after an answer that was lost', () => {
  let bench: DeliveryBench;
  let partner: StubPartner;
  let url: string;
  const running: { stop(): Promise<void> }[] = [];
  beforeAll(async () => {
    bench = await DeliveryBench.open(systemClock);
  });
  beforeEach(async () => {
    partner = new StubPartner();
    url = await partner.open();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await partner.close();
    await bench.clear();
  });
  afterAll(() => bench.close());

  /** One delivery with its kept content, and a courier that carries it. */
  const send = async (id: PartnerId, operation: string, content: object, facts: object = {}): Promise<string> => {
    const dossierId = await bench.newDossier();
    await bench.db.execute(
      `update dossier set projection = jsonb_set(projection, '{codes,oneStop}', to_jsonb($2::text)) where id = $1`,
      [dossierId, ONE_STOP_CODE],
    );
    const factAt = '2026-03-02T09:00:00+07:00';
    await bench.enqueue(dossierId, [1], { partner: id, operation, facts: { factAt, ...facts } });
    const owner = { ownerKind: 'dossier', ownerId: dossierId } as const;
    const bytes = Buffer.from(JSON.stringify(content));
    await bench.db.run(async (tx) => {
      const [kept] = await bench.vault.seal(tx, owner, [{ kind: 'rendered', contentType: 'application/json', bytes }]);
      await tx.execute('update delivery set content_ref = $2, content_digest = $3 where dossier_id = $1', [
        dossierId,
        kept.ref,
        kept.digest,
      ]);
    });
    const deps = depsOf(id, systemClock, (config) => ({
      ...config,
      baseUrl: url,
      deadlines: { ...config.deadlines, callMs: CALL_MS },
      absentAfterMs: ABSENT_AFTER_MS,
      retry: { ...config.retry, firstMs: 60, maxMs: 120 },
    }));
    const courier = new Courier(bench.deps(ADAPTERS[id](deps), 'w'), { pollMs: 10 });
    courier.start();
    running.push(courier, { stop: async () => deps.http.close() });
    return dossierId;
  };
  const settled = (dossierId: string) =>
    until(
      async () => (await bench.statuses(dossierId)).every((status) => status === 'settled'),
      15_000,
      async () => JSON.stringify([await bench.deliveries(dossierId), partner.seen]),
    );
  const withoutSession = (body: string): string => body.replace('"session":"s",', '');

  it.each([
    ['DVCLT acknowledgement', 'dvclt', 'acknowledge-receipt', { status: 200, title: 'Cập nhật thành công' }],
    ['DVCLT status', 'dvclt', 'push-status', { status: 200, title: 'Cập nhật trạng thái thành công' }],
    ['portal progress row', 'dvcqg', 'append-progress', PORTAL_DONE],
    ['portal update', 'dvcqg', 'sync-dossier', PORTAL_DONE],
    [
      'one-stop hand-over',
      'onestop',
      'hand-over-dossier',
      { status: '1', statusDescription: '', maHoSoMCDT: ONE_STOP_CODE },
    ],
    ['one-stop report', 'onestop', 'report-status', { status: '1', statusDescription: '' }],
  ] as const)(
    '%s is repeated with the same bytes, and nothing else is asked [Q10 Q13]',
    async (_name, id, operation, done) => {
      partner.answer = (_kind, nth) => (nth === 1 ? 'cut' : nth === 2 ? 'html' : done);
      const content = operation === 'sync-dossier' ? { ...CREATE, isUpdating: 'True' } : { mau: 'một', trangThai: 3 };
      await settled(await send(id, operation, content, { status: 3 }));
      expect(partner.seen.map((call) => call.kind)).toEqual(['write', 'write', 'write']);
      expect(new Set(partner.seen.map((call) => withoutSession(call.body)))).toEqual(
        new Set([JSON.stringify(content)]),
      );
    },
  );

  describe.each<{
    name: string;
    id: PartnerId;
    operation: string;
    content: object;
    asking: string;
    absent: object;
    found: object;
    done: object;
  }>([
    {
      name: 'push to hộ tịch',
      id: 'hotich',
      operation: 'submit-registration',
      content: { maHoSoMCDT: ONE_STOP_CODE },
      asking: 'poll',
      absent: NONE,
      found: row(1),
      done: RECEIVED,
    },
    {
      name: 'portal create',
      id: 'dvcqg',
      operation: 'sync-dossier',
      content: CREATE,
      asking: 'look-up',
      absent: { error_code: 0, message: 'Thành công', result: [] },
      found: { error_code: 0, message: 'Thành công', result: [portalItem] },
      done: PORTAL_DONE,
    },
  ])('$name', ({ id, operation, content, asking, absent, found, done }) => {
    it.each(['cut', 'html', 'silent'] as const)(
      'is asked for first, and not sent again when it is there: %s [Q13]',
      async (lost) => {
        partner.answer = (kind) => (kind === 'write' ? lost : found);
        const dossierId = await send(id, operation, content);
        await settled(dossierId);
        expect(partner.of('write')).toHaveLength(1);
        expect(partner.of(asking)).toHaveLength(1);
        expect((await bench.deliveries(dossierId))[0]).toMatchObject({ outcome: 'already-applied' });
      },
    );

    it('is sent again, unchanged, only when it was absent later than start + deadline + absentAfterMs [Q13 Q16]', async () => {
      partner.answer = (kind, nth) => (kind !== 'write' ? absent : nth === 1 ? 'cut' : done);
      const dossierId = await send(id, operation, content);
      await settled(dossierId);
      const [first, again, ...more] = partner.of('write');
      // The portal's accepted create is followed by the same content as an update (Q38).
      expect(more.map(({ body }) => body)).toEqual(id === 'dvcqg' ? [again.body.replace('"False"', '"True"')] : []);
      expect(again.body).toBe(first.body);
      const [{ startedAt }] = await bench.db.query<{ startedAt: Date }>(
        `select started_at as "startedAt" from attempt where kind = 'call' order by started_at limit 1`,
      );
      const countsFrom = startedAt.getTime() + CALL_MS + ABSENT_AFTER_MS;
      const asked = partner.of(asking).filter((call) => call.atMs <= again.atMs);
      expect(asked.length).toBeGreaterThanOrEqual(2);
      expect(asked[0].atMs).toBeLessThan(countsFrom);
      expect(asked.at(-1)?.atMs).toBeGreaterThanOrEqual(countsFrom);
    });

    it('is not sent twice while its first request still runs: what was absent too early proves nothing [Q13]', async () => {
      partner.answer = (kind, nth) => (kind === 'write' ? 'silent' : nth === 1 ? absent : found);
      await settled(await send(id, operation, content));
      expect(partner.of('write')).toHaveLength(1);
      expect(partner.of(asking)).toHaveLength(2);
    });

    it('is not sent again while nobody can tell [Q01 Q30]', async () => {
      partner.answer = (kind, nth) => {
        if (kind === 'write') return 'cut';
        if (nth <= 4) return nth % 2 === 0 ? 'html' : { lạ: true };
        return found;
      };
      await settled(await send(id, operation, content));
      expect(partner.of('write')).toHaveLength(1);
      expect(partner.of(asking)).toHaveLength(5);
    });
  });

  it('a re-push that hộ tịch shows in no known status is not sent again [Q16]', async () => {
    partner.answer = (kind, nth) => (kind === 'write' ? 'cut' : nth <= 12 ? row(9) : row(1));
    await settled(
      await send('hotich', 'submit-registration', { maHoSoMCDT: ONE_STOP_CODE }, { repush: true, round: 1 }),
    );
    expect(partner.of('write')).toHaveLength(1);
  });
});
