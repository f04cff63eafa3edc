import { randomBytes } from 'node:crypto';
import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { OwnerKeyRewrap, rotateMasterKey } from '#access';
import { silentLog } from '#platform';
import { temporaryDir } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

/** The gateway while its master key is changed, and with large objects outside the database. */
describe('the vault of a running gateway', () => {
  const objectDir = temporaryDir('vault-objects-');
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway({ env: { OBJECT_DIR: objectDir, OBJECT_MIN_BYTES: '100000' } });
  }, 60_000);
  afterAll(() => gateway.stop());

  async function sealedFile(bytes: Buffer): Promise<string> {
    const { db, vault, ids } = gateway.parts;
    const writer = vault.beginDraft();
    await writer.write(bytes);
    const object = { kind: 'attachment' as const, contentType: 'application/pdf', draft: await writer.finish() };
    const [{ ref }] = await db.run((tx) => vault.seal(tx, { ownerKind: 'dossier', ownerId: ids.next() }, [object]));
    return ref;
  }
  const link = (ref: string): Promise<string> =>
    gateway.parts.fileTokens.issueFileToken(gateway.parts.db, {
      ref,
      partner: 'dvcqg',
      fileName: 'a.pdf',
      contentType: 'application/pdf',
    });
  const fetch = (url: string) => gateway.app.inject(url.replace('http://gateway.test', ''));
  const toRewrap = async (): Promise<string | undefined> =>
    /^lienthong_vault_owner_keys_to_rewrap (\d+)$/m.exec((await gateway.parts.metrics.render()).text)?.[1];

  it('serves the same links and files over a change of the master key, and says how far the owner keys have followed', async () => {
    const bytes = randomBytes(50_000);
    const ref = await sealedFile(bytes);
    const before = await link(ref);
    expect(await toRewrap()).toBe('0');
    rotateMasterKey(gateway.parts.settings.keyDir, gateway.parts.clock);
    expect(await link(ref)).toBe(before);
    expect((await fetch(before)).rawPayload.equals(bytes)).toBe(true);
    expect(await toRewrap()).toBe('1');
    const { db, masterKeys: keys } = gateway.parts;
    const rewrap = new OwnerKeyRewrap({ db, keys, log: silentLog });
    while ((await rewrap.round()) > 0);
    expect(await toRewrap()).toBe('0');
    expect((await fetch(before)).rawPayload.equals(bytes)).toBe(true);
  });

  it('streams a large file out of its folder, and does not pass over one that is missing', async () => {
    const bytes = randomBytes(900_000);
    const ref = await sealedFile(bytes);
    const url = await link(ref);
    expect(readdirSync(join(objectDir, ref.slice(-2)))).toEqual([ref]);
    const answer = await fetch(url);
    expect([answer.statusCode, answer.rawPayload.equals(bytes)]).toEqual([200, true]);
    unlinkSync(join(objectDir, ref.slice(-2), ref));
    expect((await fetch(url)).statusCode).toBe(500);
    expect(gateway.lines.some(({ fields }) => fields.code === 'vault-object-missing')).toBe(true);
  });
});
