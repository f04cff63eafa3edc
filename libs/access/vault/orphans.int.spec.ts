import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { silentLog, uuidIds } from '#platform';
import { fixedClock, temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { databaseObjects } from './adapters/database-objects';
import { fileMasterKeys } from './adapters/file-master-keys';
import { folderObjects } from './adapters/folder-objects';
import { ensureMasterKey } from './adapters/master-key-file';
import { MoveOutside } from './app/move-outside';
import { removeErased } from './app/remove-erased';
import { requireOwnStore } from './app/require-own-store';
import { OrphanSweep } from './app/sweep-orphans';
import { CHUNK_BYTES } from './domain/chunk-format';
import type { Vault, VaultDraft, VaultOwner } from './ports';
import { createVault } from './vault';

const MIN_BYTES = 2 * CHUNK_BYTES;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('files that the database knows nothing of', () => {
  const clock = fixedClock(new Date());
  const keyDir = temporaryDir('vault-keys-');
  const dir = temporaryDir('vault-objects-');
  const store = folderObjects(dir);
  const outside = { store, minBytes: MIN_BYTES };
  let test: TestDatabase;
  let owned: Client;
  let vault: Vault;

  beforeAll(async () => {
    ensureMasterKey(keyDir);
    test = await testDatabase();
    owned = new Client({ connectionString: test.ownerUrl });
    await owned.connect();
    await requireOwnStore(test.db, store);
    vault = createVault({ db: test.db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock, outside });
  });
  afterAll(async () => {
    await owned.end();
    await test.drop();
  });

  const owner = (): VaultOwner => ({ ownerKind: 'dossier', ownerId: uuidIds.next() });
  async function draftOf(bytes: Buffer): Promise<VaultDraft> {
    const writer = vault.beginDraft();
    await writer.write(bytes);
    return writer.finish();
  }
  async function give(draft: VaultDraft, of = owner()): Promise<string> {
    const object = { kind: 'attachment' as const, contentType: 'application/pdf', draft };
    return (await test.db.run((tx) => vault.seal(tx, of, [object])))[0].ref;
  }
  const seal = async (of = owner()): Promise<string> => give(await draftOf(randomBytes(MIN_BYTES)), of);
  const placesOf = (ref: string): string[] =>
    ['drafts', ref.slice(-2), 'orphans'].filter((folder) =>
      statSync(join(dir, folder, ref), { throwIfNoEntry: false }),
    );
  /** One look at everything, by a worker that has just started. */
  const sweep = async (): Promise<number> => {
    const orphans = new OrphanSweep({ db: test.db, store, clock, log: silentLog });
    let removed = 0;
    for (let part = 0; part < store.parts; part += 1) removed += await orphans.round();
    return removed;
  };
  const age = (folder: string, name: string, ms: number): void => {
    const at = new Date(clock.now().getTime() - ms);
    utimesSync(join(dir, folder, name), at, at);
  };
  /** An older database: it has not heard of this object. Gives back the one that has. */
  async function restoreOlder(ref: string): Promise<() => Promise<void>> {
    await owned.query(`create table newer as select * from vault_object where id = '${ref}'`);
    await owned.query(`delete from vault_object where id = '${ref}'`);
    return async () => {
      await owned.query(`insert into vault_object select * from newer`);
      await owned.query(`drop table newer`);
    };
  }

  it('are set aside first and go a day later, and never one that has an owner, is a draft, or is no object', async () => {
    const kept = await seal();
    const moved = await movedObject();
    const draft = await draftOf(randomBytes(MIN_BYTES));
    const [old, young, begun] = [uuidIds.next(), uuidIds.next(), uuidIds.next()];
    for (const ref of [old, young, begun]) await store.append(ref, 0, Buffer.from('sealed'));
    for (const ref of [old, young]) await store.finish(ref);
    writeFileSync(join(dir, old.slice(-2), 'notes.txt'), 'not ours');
    for (const name of [kept, moved.place, draft.ref, old]) age(name.slice(-2), name, 9 * DAY_MS);
    age(old.slice(-2), 'notes.txt', 9 * DAY_MS);
    age('drafts', begun, 9 * DAY_MS);
    age(young.slice(-2), young, DAY_MS - 60_000);
    expect(await sweep()).toBe(0);
    expect([old, begun, young].map(placesOf)).toEqual([['orphans'], [], [young.slice(-2)]]);
    clock.advance(DAY_MS - 1_000);
    expect([await sweep(), placesOf(old)]).toEqual([0, ['orphans']]);
    clock.advance(2_000);
    expect([await sweep(), placesOf(old)]).toEqual([1, []]);
    expect(placesOf(young)).toEqual(['orphans']);
    expect(readdirSync(join(dir, old.slice(-2)))).toContain('notes.txt');
    await give(draft);
    for (const ref of [kept, moved.ref, draft.ref]) expect(await vault.open(ref)).toHaveLength(MIN_BYTES);
  });

  /** An object whose file is not called as itself. */
  async function movedObject(): Promise<{ ref: string; place: string }> {
    const object = { kind: 'result-file' as const, contentType: 'application/pdf', bytes: randomBytes(MIN_BYTES) };
    const [{ ref }] = await test.db.run((tx) => vault.seal(tx, owner(), [object]));
    const places = { inside: databaseObjects(test.db, clock), outside };
    const mover = new MoveOutside({ db: test.db, places, ids: uuidIds, clock, log: silentLog });
    while ((await mover.round()) > 0);
    const [{ place }] = await test.db.query<{ place: string }>(`select place from vault_object where id = $1`, [ref]);
    return { ref, place };
  }

  it('are all there when an older database was restored by mistake, and then the right one', async () => {
    const of = owner();
    const ref = await seal(of);
    age(ref.slice(-2), ref, 3 * DAY_MS);
    const restoreRight = await restoreOlder(ref);
    await sweep();
    clock.advance(DAY_MS - HOUR_MS);
    await sweep();
    await restoreRight();
    expect(placesOf(ref)).toEqual(['orphans']);
    expect(await vault.open(ref)).toHaveLength(MIN_BYTES);
    clock.advance(9 * DAY_MS);
    await sweep();
    expect(placesOf(ref)).toEqual([ref.slice(-2)]);
    expect(await vault.open(ref)).toHaveLength(MIN_BYTES);
    await test.db.run((tx) => vault.eraseOwner(tx, of));
    await removeErased({ db: test.db, places: { inside: databaseObjects(test.db, clock), outside }, clock });
    expect(placesOf(ref)).toEqual([]);
  });

  it('are all there when the older database takes an object for a draft that nobody took', async () => {
    const ref = await seal();
    const restoreRight = await restoreOlder(ref);
    await test.db.execute(`insert into vault_draft (id, begun_at, outside) values ($1, $2, true)`, [ref, clock.now()]);
    clock.advance(2 * HOUR_MS);
    expect(await vault.sweepDrafts(new Date(clock.now().getTime() - HOUR_MS))).toBeGreaterThan(0);
    const places = { inside: databaseObjects(test.db, clock), outside };
    while ((await removeErased({ db: test.db, places, clock })) > 0);
    await sweep();
    await restoreRight();
    expect(await vault.open(ref)).toHaveLength(MIN_BYTES);
    await sweep();
    expect(placesOf(ref)).toEqual([ref.slice(-2)]);
  });

  it('are erased where they lie aside', async () => {
    const of = owner();
    const ref = await seal(of);
    await store.setAside([ref], clock.now());
    await test.db.run((tx) => vault.eraseOwner(tx, of));
    await removeErased({ db: test.db, places: { inside: databaseObjects(test.db, clock), outside }, clock });
    expect(placesOf(ref)).toEqual([]);
  });

  describe('a folder that is not ours', () => {
    it('is refused when it belongs to another installation, and nothing is removed there', async () => {
      const foreign = temporaryDir('vault-objects-');
      writeFileSync(join(foreign, 'installation'), `${uuidIds.next()}\n`);
      const other = folderObjects(foreign);
      const ref = uuidIds.next();
      await other.append(ref, 0, Buffer.from('sealed'));
      const at = new Date(clock.now().getTime() - 2 * DAY_MS);
      utimesSync(join(foreign, 'drafts', ref), at, at);
      const refused = { code: 'object-store-foreign', disposition: 'person' };
      await expect(requireOwnStore(test.db, other)).rejects.toMatchObject(refused);
      const orphans = new OrphanSweep({ db: test.db, store: other, clock, log: silentLog });
      await expect(orphans.round()).rejects.toMatchObject(refused);
      expect(readdirSync(join(foreign, 'drafts'))).toEqual([ref]);
    });

    it('is refused when it is empty though objects lie outside: a mount that is missing', async () => {
      await seal();
      const empty = temporaryDir('vault-objects-');
      const refused = { code: 'object-store-absent', disposition: 'person' };
      await expect(requireOwnStore(test.db, folderObjects(empty))).rejects.toMatchObject(refused);
      expect(readdirSync(empty)).not.toContain('installation');
      await requireOwnStore(test.db, store);
    });

    it('becomes ours when it is empty and nothing lies outside yet', async () => {
      const [first, second] = [await testDatabase(), await testDatabase()];
      try {
        const fresh = folderObjects(temporaryDir('vault-objects-'));
        await requireOwnStore(first.db, fresh);
        await requireOwnStore(first.db, fresh);
        // Databases of tests are copies of one template; an installation is not.
        const renamed = new Client({ connectionString: second.ownerUrl });
        await renamed.connect();
        await renamed.query(`update vault_installation set id = gen_random_uuid()`);
        await renamed.end();
        await expect(requireOwnStore(second.db, fresh)).rejects.toMatchObject({ code: 'object-store-foreign' });
      } finally {
        await first.drop();
        await second.drop();
      }
    });
  });
});
