import { createHash, randomBytes } from 'node:crypto';
import { fixedClock } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const PDF = Buffer.from('%PDF-1.4 MẪU - KHÔNG CÓ GIÁ TRỊ', 'utf8');
const FILE = { fileName: 'Giay khai sinh Nguyen Van Thu.PDF', contentType: 'application/pdf' };

describe('files for a partner', () => {
  const clock = fixedClock();
  let gateway: TestGateway;
  let dossierId: string;
  beforeAll(async () => {
    gateway = await testGateway({ clock, env: { FILE_LINK_DAYS: '2' } });
    dossierId = gateway.parts.ids.next();
  }, 60_000);
  afterAll(() => gateway.stop());

  async function seal(): Promise<string> {
    const { db, vault } = gateway.parts;
    const [object] = await db.run((tx) =>
      vault.seal(tx, { ownerKind: 'dossier', ownerId: dossierId }, [
        { kind: 'result-file', contentType: 'application/pdf', bytes: PDF },
      ]),
    );
    return object.ref;
  }
  const issue = (ref: string, partner = 'dvcqg'): Promise<string> =>
    gateway.parts.fileTokens.issueFileToken(gateway.parts.db, { ref, partner, ...FILE });
  const fetch = (url: string) => gateway.app.inject(url.replace('http://gateway.test', ''));

  it('gives the bytes with type, length and digest [Q20]', async () => {
    const ref = await seal();
    const answer = await fetch(await issue(ref));
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.equals(PDF)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(PDF.length),
      digest: `sha-256=${createHash('sha256').update(PDF).digest('base64')}`,
      'content-disposition': `attachment; filename="${ref}.pdf"`,
      'cache-control': 'private, no-store',
    });
  });

  it('gives a large file piece by piece, the same bytes with length and digest [Q21]', async () => {
    const { db, vault } = gateway.parts;
    const bytes = randomBytes(2_000_003);
    const writer = vault.beginDraft();
    await writer.write(bytes);
    const draft = await writer.finish();
    await db.run((tx) =>
      vault.seal(tx, { ownerKind: 'dossier', ownerId: dossierId }, [
        { kind: 'attachment', contentType: 'application/pdf', draft },
      ]),
    );
    const link = await issue(draft.ref);
    const answer = await fetch(link);
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.equals(bytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-length': String(bytes.length),
      digest: `sha-256=${createHash('sha256').update(bytes).digest('base64')}`,
    });
    await db.execute(`delete from vault_chunk where object_id = $1 and number = 0`, [draft.ref]);
    expect((await fetch(link)).statusCode).toBe(500);
  });

  it('ends the connection in the middle when a later piece is not what was sealed', async () => {
    const { db, vault } = gateway.parts;
    const writer = vault.beginDraft();
    await writer.write(randomBytes(3_000_000));
    const draft = await writer.finish();
    await db.run((tx) =>
      vault.seal(tx, { ownerKind: 'dossier', ownerId: dossierId }, [
        { kind: 'attachment', contentType: 'application/pdf', draft },
      ]),
    );
    await db.execute(`delete from vault_chunk where object_id = $1 and number = 4`, [draft.ref]);
    await gateway.app.listen(0, '127.0.0.1');
    const path = new URL(await issue(draft.ref)).pathname;
    const answer = await globalThis.fetch(`${await gateway.app.getUrl()}${path}`);
    await expect(answer.arrayBuffer()).rejects.toThrow();
  });

  it('gives one link per object and partner while it is valid, of 256 bits, and keeps neither it nor the file’s name', async () => {
    const ref = await seal();
    const [first, again, other] = [await issue(ref), await issue(ref), await issue(ref, 'onestop')];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(first).toMatch(/^http:\/\/gateway\.test\/files\/[\w-]{43}$/);
    const rows = await gateway.parts.db.query('select * from file_token');
    expect(JSON.stringify(rows)).not.toContain(first.slice(-43));
    expect(JSON.stringify(rows)).not.toMatch(/Nguyen/);
  });

  it('makes one link when two ask at once', async () => {
    const ref = await seal();
    const links = await Promise.all(Array.from({ length: 8 }, () => issue(ref)));
    expect(new Set(links).size).toBe(1);
  });

  it('ends with its time, is prolonged by asking again before, and is a new one after [Q20]', async () => {
    const ref = await seal();
    const link = await issue(ref);
    clock.advance(86_400_000);
    expect(await issue(ref)).toBe(link);
    clock.advance(2 * 86_400_000 - 1_000);
    expect((await fetch(link)).statusCode).toBe(200);
    clock.advance(1_000);
    expect((await fetch(link)).json()).toMatchObject({ status: 404, code: 'file-unknown' });
    const renewed = await issue(ref);
    expect(renewed).not.toBe(link);
    expect((await fetch(renewed)).statusCode).toBe(200);
    expect((await fetch(link)).statusCode).toBe(404);
  });

  it('ends when it is revoked', async () => {
    const ref = await seal();
    const link = await issue(ref);
    expect(await gateway.parts.fileTokens.revokeFileTokens(gateway.parts.db, ref)).toBe(1);
    expect((await fetch(link)).json()).toMatchObject({ status: 404, code: 'file-unknown' });
    expect(await issue(ref)).not.toBe(link);
  });

  it('is limited per link, and not per address: another link of the same caller is served', async () => {
    const [one, other] = [await issue(await seal()), await issue(await seal())];
    const statuses: number[] = [];
    for (let n = 0; n < 31; n += 1) statuses.push((await fetch(one)).statusCode);
    expect(statuses.slice(0, 30).every((status) => status === 200)).toBe(true);
    expect(statuses[30]).toBe(429);
    expect((await fetch(other)).statusCode).toBe(200);
    clock.advance(60_000);
    expect((await fetch(one)).statusCode).toBe(200);
  });

  it('writes down the first refusals of a dead link, and not each of a flood', async () => {
    const ref = await seal();
    const link = await issue(ref);
    await gateway.parts.fileTokens.revokeFileTokens(gateway.parts.db, ref);
    for (let n = 0; n < 10; n += 1) expect((await fetch(link)).statusCode).toBe(404);
    const [{ n }] = await gateway.parts.db.query<{ n: number }>(
      `select count(*)::integer as n from synclog_entry where kind = 'file.refused' and convert_from(bytes, 'UTF8') like '%' || $1 || '%'`,
      [ref],
    );
    expect(n).toBe(3);
  });

  it('limits guessing, and serves a real link meanwhile', async () => {
    const link = await issue(await seal());
    for (let n = 0; n < 120; n += 1)
      expect((await fetch(`/files/${String(n).padStart(43, 'a')}`)).statusCode).toBe(404);
    const guess = await fetch(`/files/${'b'.repeat(43)}`);
    expect(guess.json()).toMatchObject({ status: 429, code: 'too-many-unknown-files' });
    expect(Number(guess.headers['retry-after'])).toBeGreaterThan(0);
    expect((await fetch(link)).statusCode).toBe(200);
    clock.advance(60_000);
    expect((await fetch(`/files/${'b'.repeat(43)}`)).statusCode).toBe(404);
  });

  it('leaves a sync log entry and a line for each fetch, without the link', async () => {
    const ref = await seal();
    const link = await issue(ref);
    await fetch(link);
    const [row] = await gateway.parts.db.query<{ entry: string }>(
      `select convert_from(bytes, 'UTF8') as entry from synclog_entry where kind = 'file.fetched' order by id desc limit 1`,
    );
    expect(JSON.parse(row.entry)).toMatchObject({
      kind: 'file.fetched',
      actor: { id: 'dvcqg', type: 'machine' },
      partner: 'dvcqg',
      dossierId,
      outcome: 'served',
      detail: { refs: [ref], sizeBytes: PDF.length },
    });
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({
        event: 'file.handled',
        fields: expect.objectContaining({ ref, outcome: 'served', uses: 1 }),
      }),
    );
    expect(JSON.stringify(gateway.lines)).not.toContain(link.slice(-43));
  });
});
