import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LargeBody, PartnerAdapter, RenderedContent } from '#delivery';
import { PollDossierSource } from '#intake';
import { silentLog } from '#platform';
import { createLargeBody } from '../../libs/delivery/adapters/large-body';
import { PayloadOpener } from '../../libs/delivery/adapters/payload-opener';
import { createPayloadReader } from '../../libs/delivery/adapters/payload-reader';
import { keptBytes, keptParts } from '../../libs/delivery/domain/body-parts';
import { decodeMessage, storedMessage } from '../../libs/intake/app/decode-message';
import { createDvclt } from '../../libs/partners/dvclt/create-dvclt';
import { createHotichAdapter } from '../../libs/partners/hotich/hotich-adapter';
import { RegistryClient } from '../../libs/partners/hotich/registry-client';
import { createOneStop } from '../../libs/partners/onestop/create-onestop';
import { BUILT_THREAD } from '../../libs/partners/testing/built-thread';
import { depsOf } from '../../libs/partners/testing/deps-of';
import { sampleDetail } from '../../libs/partners/testing/sample-detail';
import { taskOf } from '../../libs/partners/testing/sample-dossier';
import { intakeWorld, type IntakeWorld } from './intake-world';

const CODE = 'G22.99.08-260301-0007';
const LISTING = {
  id: 7001,
  maDonVi: 123,
  maTTHC: '2.000986',
  module: 'KS',
  maHoSo: CODE,
  ngayTiepNhan: '02/03/2026 08:00:00',
  techId: null,
};
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A partner on a real socket: answers by path and remembers the digest of each body that it got. */
async function partner(
  answers: (path: string) => Buffer,
): Promise<{ url: string; bodies: Map<string, { sha256: string; json: unknown }>; close(): Promise<void> }> {
  const bodies = new Map<string, { sha256: string; json: unknown }>();
  const server: Server = createServer((request: IncomingMessage, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const path = request.url ?? '';
      bodies.set(path, {
        sha256: sha(body),
        json: body.length > 0 && body[0] === 0x7b ? JSON.parse(body.toString('utf8')) : undefined,
      });
      response.end(answers(path));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

describe('a dossier with large files', () => {
  let world: IntakeWorld;
  let dvclt: Awaited<ReturnType<typeof partner>>;
  let other: Awaited<ReturnType<typeof partner>>;
  const pools: { close(): void }[] = [];
  const files = [3_000_001, 700_000, 120_000, 900].map((size) => randomBytes(size));
  const detail = sampleDetail({
    files: files.map((bytes, at) => ({
      id: at + 1,
      loaiGiayTo: 3,
      tenGiayTo: 'Giấy tờ mẫu',
      tenTepDinhKem: `mau-${at}.pdf`,
      huyGiayTo: at === 1 ? 1 : 0,
      duLieuTepDinhKem: bytes.toString('base64'),
    })),
  });
  const forwarded = files.filter((_bytes, at) => at !== 1);

  const source = (): ReturnType<typeof createDvclt>['source'] => {
    const deps = depsOf('dvclt', world.clock, (config) => ({ ...config, baseUrl: dvclt.url }));
    pools.push(deps.http);
    return createDvclt(deps, BUILT_THREAD).source;
  };

  beforeAll(async () => {
    world = await intakeWorld();
    dvclt = await partner((path) => {
      if (path.endsWith('gettoken')) return json({ token: 'token' });
      return path.endsWith('/7001') ? detail : json({ data: [LISTING] });
    });
    other = await partner((path) => {
      if (path.includes('oken')) return json({ token: 'token', access_token: 'token', expires_in: 3_600 });
      return json({ status: '1', maHoSoMCDT: 'H99.101-260301-0001', statusDescription: 'Thành công' });
    });
    const poll = new PollDossierSource(source(), world.deps, { workerId: 'worker-1' });
    expect(await poll.pollOnce(new AbortController().signal)).toMatchObject({ accepted: 1, failed: 0 });
  }, 60_000);
  afterAll(async () => {
    for (const pool of pools) pool.close();
    await Promise.all([dvclt.close(), other.close()]);
    await world.end();
  });

  const payloads = () =>
    createPayloadReader({
      partner: 'onestop',
      opener: new PayloadOpener(world.deps.vault),
      vault: world.deps.vault,
      fileTokens: { issueFileToken: async (_tx, { ref }) => `http://gateway.test/files/${ref}` },
      db: world.test.db,
      clock: world.clock,
    });

  async function bytesOf(body: RenderedContent['body']): Promise<Buffer> {
    if (Buffer.isBuffer(body)) return body;
    const pieces: Buffer[] = [];
    for await (const piece of body.open()) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  it('lies in the vault as it came: message, content, each file, and nothing that belongs to nobody', async () => {
    const { contentRef, id } = await world.dossier(CODE);
    const content = await payloads().content(contentRef);
    expect(content.attachments.map(({ sizeBytes, withdrawn }) => [sizeBytes, withdrawn])).toEqual([
      [3_000_001, false],
      [700_000, true],
      [120_000, false],
      [900, false],
    ]);
    for (const [at, { ref }] of content.attachments.entries())
      expect(sha(await world.deps.vault.open(ref ?? ''))).toBe(sha(files[at]));
    const [message] = await world.test.db.query<{ raw_ref: string; disposition: string }>(
      `select raw_ref, disposition from intake_message where dossier_id = $1`,
      [id],
    );
    expect(message.disposition).toBe('accepted');
    expect(sha(await world.deps.vault.open(message.raw_ref))).toBe(sha(detail));
    expect(await world.test.db.query(`select id from vault_draft`)).toEqual([]);
    expect(
      await world.test.db.query(
        `select distinct object_id from vault_chunk c where not exists (select from vault_object o where o.id = c.object_id)`,
      ),
    ).toEqual([]);
  });

  it('can be decoded again from its stored bytes, with the same result', async () => {
    const { id } = await world.dossier(CODE);
    const [{ raw_ref: rawRef }] = await world.test.db.query<{ raw_ref: string }>(
      `select raw_ref from intake_message where dossier_id = $1 and raw_ref is not null`,
      [id],
    );
    const raw = await storedMessage(world.deps.vault, rawRef);
    if (Buffer.isBuffer(raw)) throw new Error('the message was stored whole');
    const again = await decodeMessage(raw, { source: source(), vault: world.deps.vault, log: silentLog });
    expect(sha(await gathered((await world.deps.vault.openStream(rawRef)).chunks()))).toBe(
      again.raw.sha256.toString('hex'),
    );
    expect(
      'dossier' in again.decoded && again.decoded.dossier.attachments.map(({ draft }) => draft?.sha256.toString('hex')),
    ).toEqual([sha(files[0]), sha(files[1]), sha(files[2]), undefined]);
  });

  it('listed again is a duplicate: acknowledged again, and its second copy is removed [Q10 Q11]', async () => {
    const chunks = async (): Promise<number> => (await world.test.db.query(`select 1 from vault_chunk`)).length;
    const { id } = await world.dossier(CODE);
    await world.test.db.execute(`update dossier set routed_seq = version where id = $1`, [id]);
    await world.deps.vault.sweepDrafts(new Date(world.clock.now().getTime() + 1));
    const before = await chunks();
    world.clock.advance(2_000);
    const poll = new PollDossierSource(source(), world.deps, { workerId: 'worker-1' });
    expect(await poll.pollOnce(new AbortController().signal)).toMatchObject({ duplicate: 1 });
    expect(await chunks()).toBe(before);
  });

  const adapters: readonly [string, 'onestop' | 'hotich', string, string][] = [
    ['the one-stop', 'onestop', 'hand-over-dossier', '/api/motcua/tiepNhanHoSo'],
    ['hộ tịch', 'hotich', 'submit-registration', '/apiLienThongKSKT/1.0/nhanHoSoDKHT'],
  ];
  it.each(adapters)(
    'reaches %s byte for byte, and a repeat from what was kept is the same body [Q21 Q22]',
    async (_name, id, operation, path) => {
      const deps = depsOf(id, world.clock, (config) => ({ ...config, baseUrl: other.url }));
      pools.push(deps.http);
      const adapter: PartnerAdapter =
        id === 'onestop' ? createOneStop(deps).adapter : createHotichAdapter(deps, new RegistryClient(deps));
      const { contentRef } = await world.dossier(CODE);
      const task = taskOf({
        partner: id,
        operation,
        dossier: { contentRef, codes: { dvclt: CODE, oneStop: 'H99.101-260301-0001', registry: [] } },
        facts: { contentRef },
      });
      const rendered = await adapter.render(task, payloads());
      const large = rendered.body as LargeBody;
      expect(large.parts.filter((part) => typeof part !== 'string')).toHaveLength(2);
      const kept = keptBytes(large);
      expect(kept.length).toBeLessThan(20_000);
      const again = createLargeBody(keptParts(kept) ?? [], world.deps.vault);
      const [first, repeat] = [await bytesOf(large), await bytesOf(again)];
      expect(first.length).toBe(large.sizeBytes);
      expect([repeat.length, sha(repeat)]).toEqual([again.sizeBytes, sha(first)]);
      const result = await adapter.send(task, { body: again }, AbortSignal.timeout(20_000), () => true);
      expect(result).toMatchObject({ wire: 'answered', httpStatus: 200 });
      const received = other.bodies.get(path);
      expect(received?.sha256).toBe(sha(first));
      const message = received?.json as { fileDinhKem: { duLieuTepDinhKem: string }[] };
      expect(message.fileDinhKem.map((file) => sha(Buffer.from(file.duLieuTepDinhKem, 'base64')))).toEqual(
        forwarded.map(sha),
      );
    },
  );
});

async function gathered(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
