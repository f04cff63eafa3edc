import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { uuidIds } from '#platform';
import { fixedClock, seededRandom, temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { fileMasterKeys } from './adapters/file-master-keys';
import { ensureMasterKey } from './adapters/master-key-file';
import { objectPlaces } from './adapters/object-places';
import { CheckObjects, type ObjectsReport } from './app/check-objects';
import { readVaultStatus } from './app/read-vault-status';
import { prepareMasterKey, rotateMasterKey } from './app/rotate-master-key';
import { CHUNK_BYTES } from './domain/chunk-format';
import type { Vault, VaultOwner } from './ports';
import { createVault } from './vault';

describe('a check of what the vault holds', () => {
  const clock = fixedClock();
  const keyDir = temporaryDir('vault-keys-');
  const objectDir = temporaryDir('vault-objects-');
  let test: TestDatabase;
  let admin: Client;
  let vault: Vault;
  const refs: string[] = [];
  const erased: VaultOwner = { ownerKind: 'message', ownerId: uuidIds.next() };

  beforeAll(async () => {
    ensureMasterKey(keyDir);
    test = await testDatabase();
    admin = new Client({ connectionString: test.ownerUrl });
    await admin.connect();
    const { outside } = objectPlaces({ db: test.db, clock, objectDir, objectMinBytes: CHUNK_BYTES });
    vault = createVault({ db: test.db, keys: fileMasterKeys(keyDir, { clock }), ids: uuidIds, clock, outside });
    for (let n = 0; n < 120; n += 1) refs.push(await seal(`small ${n}`));
    refs.push(await sealLarge(CHUNK_BYTES + 5), await sealLarge(CHUNK_BYTES + 5), await sealLarge(50));
    await seal('to be forgotten', erased);
    await test.db.run((tx) => vault.eraseOwner(tx, erased));
  });
  afterAll(async () => {
    await admin.end();
    await test.drop();
  });

  const owner = (): VaultOwner => ({ ownerKind: 'dossier', ownerId: uuidIds.next() });
  async function seal(text: string, of = owner()): Promise<string> {
    const object = { kind: 'content' as const, contentType: 'text/plain', bytes: Buffer.from(text) };
    return (await test.db.run((tx) => vault.seal(tx, of, [object])))[0].ref;
  }
  async function sealLarge(size: number): Promise<string> {
    const writer = vault.beginDraft();
    await writer.write(randomBytes(size));
    const object = { kind: 'attachment' as const, contentType: 'application/pdf', draft: await writer.finish() };
    return (await test.db.run((tx) => vault.seal(tx, owner(), [object])))[0].ref;
  }
  const check = (options: Parameters<CheckObjects['run']>[0] = {}): Promise<ObjectsReport> =>
    new CheckObjects({ db: test.db, vault, random: seededRandom(7), pause: () => Promise.resolve() }).run(options);

  it('reads everything to its end, over several pages, and counts what was erased apart', async () => {
    const told: number[] = [];
    const report = await check({ onProgress: ({ whole }) => told.push(whole) });
    expect(report).toMatchObject({ whole: refs.length, erased: 1, bad: [] });
    expect(told).toHaveLength(2);
  });

  it('goes on where it was ended', async () => {
    const report = await check({ after: refs[109] });
    expect(report).toMatchObject({ whole: refs.length - 110, erased: 1 });
  });

  it('looks at a bounded number of objects when it is asked for a sample', async () => {
    const { whole, erased: gone, bad } = await check({ sample: 30 });
    expect(bad).toEqual([]);
    expect(whole + gone).toBeGreaterThan(0);
    expect(whole + gone).toBeLessThanOrEqual(30);
  });

  it('names what was changed or is missing, wherever it lies, and nothing of its content', async () => {
    const [changed, large, missing, inside] = [refs[3], refs[120], refs[121], refs[122]];
    await admin.query(`update vault_object set digest = sha256('x') where id = $1`, [changed]);
    await admin.query(`update vault_object set chunk_count = 1 where id = $1`, [large]);
    await admin.query(`delete from vault_chunk where object_id = $1`, [inside]);
    unlinkSync(join(objectDir, missing.slice(-2), missing));
    const { bad, whole } = await check();
    expect(bad).toEqual([
      { ref: changed, kind: 'content', code: 'vault-tampered', isOutside: false },
      { ref: large, kind: 'attachment', code: 'vault-tampered', isOutside: true },
      { ref: missing, kind: 'attachment', code: 'vault-object-missing', isOutside: true },
      { ref: inside, kind: 'attachment', code: 'vault-tampered', isOutside: false },
    ]);
    expect(whole).toBe(refs.length - 4);
  });

  it('shows which master keys there are and what hangs on them', async () => {
    const first = fileMasterKeys(keyDir).currentId;
    const { id } = rotateMasterKey(keyDir, clock);
    const { id: prepared } = prepareMasterKey(keyDir, clock);
    clock.advance(1_000);
    await seal('after');
    expect(await readVaultStatus(test.db, keyDir)).toMatchObject({
      masterKeys: [
        { id: first, state: 'old', madeAt: null, ownerKeys: 123 },
        { id, state: 'current', ownerKeys: 1 },
        { id: prepared, state: 'prepared', ownerKeys: 0 },
      ],
      toRewrap: 123,
      retired: [],
    });
  });
});
