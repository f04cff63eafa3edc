import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { silentLog, uuidIds, type Database, type Queryable } from '#platform';
import { fixedClock, temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { deleteDrafts } from './adapters/chunk-store';
import { databaseObjects } from './adapters/database-objects';
import { fileMasterKeys } from './adapters/file-master-keys';
import { folderObjects } from './adapters/folder-objects';
import { ensureMasterKey } from './adapters/master-key-file';
import { MoveOutside } from './app/move-outside';
import { removeErased } from './app/remove-erased';
import { requireOwnStore } from './app/require-own-store';
import { CHUNK_BYTES, SEALED_CHUNK_BYTES } from './domain/chunk-format';
import type { ObjectPlaces, OutsideStore, Vault, VaultDraft, VaultOwner } from './ports';
import { objectStoreContract } from './testing/object-store.contract';
import { createVault } from './vault';

const MIN_BYTES = 2 * CHUNK_BYTES;
const HOUR_MS = 3_600_000;

describe('stores of sealed chunks', () => {
  const clock = fixedClock(new Date());
  const keyDir = temporaryDir('vault-keys-');
  const dir = temporaryDir('vault-objects-');
  let test: TestDatabase;
  let places: ObjectPlaces;

  beforeAll(async () => {
    ensureMasterKey(keyDir);
    test = await testDatabase();
    const store = folderObjects(dir);
    await requireOwnStore(test.db, store);
    places = { inside: databaseObjects(test.db, clock), outside: { store, minBytes: MIN_BYTES } };
  });
  afterAll(() => test.drop());

  objectStoreContract('PostgreSQL', {
    open: () => databaseObjects(test.db, clock),
    forget: (ref) => deleteDrafts(test.db, [ref], clock.now()),
  });
  objectStoreContract('a folder', { open: () => folderObjects(dir) });

  const owner = (): VaultOwner => ({ ownerKind: 'dossier', ownerId: uuidIds.next() });
  const newVault = (outside = places.outside, db: Queryable = test.db): Vault =>
    createVault({ db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock, outside });
  async function draftOf(vault: Vault, bytes: Buffer): Promise<VaultDraft> {
    const writer = vault.beginDraft();
    for (let from = 0; from < bytes.length; from += 100_000) await writer.write(bytes.subarray(from, from + 100_000));
    return writer.finish();
  }
  async function give(vault: Vault, draft: VaultDraft, of = owner()): Promise<string> {
    const object = { kind: 'attachment' as const, contentType: 'application/pdf', draft };
    return (await test.db.run((tx) => vault.seal(tx, of, [object])))[0].ref;
  }
  const seal = async (bytes: Buffer, of = owner(), vault = newVault()): Promise<string> =>
    give(vault, await draftOf(vault, bytes), of);
  const removeAll = async (): Promise<void> => {
    while ((await removeErased({ db: test.db, places, clock })) > 0);
  };
  const fileOf = (ref: string): string => join(dir, ref.slice(-2), ref);
  const filesOf = (ref: string): string[] =>
    [join('drafts', ref), join(ref.slice(-2), ref)].filter((path) =>
      statSync(join(dir, path), { throwIfNoEntry: false }),
    );
  /** Files that have a place; those set aside are not counted. */
  const filesIn = (): number =>
    readdirSync(dir, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && basename(entry.parentPath) !== 'orphans',
    ).length;
  const chunksOf = async (ref: string): Promise<number> =>
    (await test.db.query(`select from vault_chunk where object_id = $1`, [ref])).length;

  describe('a vault with a folder for large objects', () => {
    it.each([
      [0, false],
      [MIN_BYTES - 1, false],
      [MIN_BYTES, true],
      [MIN_BYTES + 1, true],
      [5 * CHUNK_BYTES, true],
    ])('keeps %i bytes outside the database: %s, and gives them back to every process', async (size, isOutside) => {
      const bytes = randomBytes(size);
      const ref = await seal(bytes);
      expect([(await chunksOf(ref)) === 0, filesOf(ref).length === 1]).toEqual([isOutside, isOutside]);
      expect((await newVault().open(ref)).equals(bytes)).toBe(true);
      if (isOutside) expect(statSync(fileOf(ref)).mode & 0o777).toBe(0o600);
    });

    it('keeps nothing readable in the folder', async () => {
      const ref = await seal(Buffer.alloc(MIN_BYTES + 10, 'tell-tale '));
      const file = await open(fileOf(ref));
      const stored = await file.readFile();
      await file.close();
      expect(stored.length).toBe(MIN_BYTES + 10 + 3 * (SEALED_CHUNK_BYTES - CHUNK_BYTES));
      expect(stored.includes('tell-tale')).toBe(false);
    });

    it('opens what was sealed before there was a folder, and says so when the folder is not set any more', async () => {
      const bytes = randomBytes(MIN_BYTES);
      const without = createVault({ db: test.db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock });
      const [before, after] = [await seal(bytes, owner(), without), await seal(bytes)];
      expect((await newVault().open(before)).equals(bytes)).toBe(true);
      await expect(without.open(after)).rejects.toMatchObject({ code: 'vault-object-missing', disposition: 'person' });
    });

    it.each<[string, string, (path: string) => unknown]>([
      ['missing', 'vault-object-missing', (path) => unlinkSync(path)],
      ['cut at a chunk', 'vault-tampered', (path) => truncateSync(path, 2 * SEALED_CHUNK_BYTES)],
      ['cut within a chunk', 'vault-tampered', (path) => truncateSync(path, SEALED_CHUNK_BYTES + 5)],
      ['emptied', 'vault-tampered', (path) => truncateSync(path, 0)],
      ['replaced', 'vault-tampered', (path) => writeFileSync(path, randomBytes(3 * SEALED_CHUNK_BYTES))],
    ])('refuses an object whose file is %s: a person has to look', async (_what, code, harm) => {
      const ref = await seal(randomBytes(3 * CHUNK_BYTES));
      harm(fileOf(ref));
      await expect(newVault().open(ref)).rejects.toMatchObject({ code, disposition: 'person' });
    });

    it('gives no byte of a piece that was changed, and those before it', async () => {
      const ref = await seal(randomBytes(3 * CHUNK_BYTES));
      const file = await open(fileOf(ref), 'r+');
      await file.write(Buffer.of(1, 2, 3), 0, 3, SEALED_CHUNK_BYTES + 9);
      await file.close();
      const given: number[] = [];
      const reading = await newVault().openStream(ref);
      await expect(
        (async () => {
          for await (const piece of reading.chunks()) given.push(piece.length);
        })(),
      ).rejects.toMatchObject({ code: 'vault-tampered' });
      expect(given).toEqual([CHUNK_BYTES]);
    });

    it('erases an owner: unreadable at once, and the bytes go with the next round, inside and outside', async () => {
      const of = owner();
      const vault = newVault();
      const [large, middle] = [await seal(randomBytes(MIN_BYTES), of), await seal(randomBytes(10), of)];
      const other = await seal(randomBytes(MIN_BYTES));
      expect(await test.db.run((tx) => vault.eraseOwner(tx, of))).toEqual({ isNew: true, objects: 2 });
      expect(await test.db.run((tx) => vault.eraseOwner(tx, of))).toEqual({ isNew: false, objects: 0 });
      await expect(vault.open(large)).rejects.toMatchObject({ code: 'vault-erased' });
      await removeAll();
      expect([filesOf(large), await chunksOf(middle)]).toEqual([[], 0]);
      expect(await newVault().open(other)).toHaveLength(MIN_BYTES);
      expect(await vault.facts(large)).toMatchObject({ sizeBytes: MIN_BYTES });
    });

    it('erases nothing when the erasure is rolled back', async () => {
      const of = owner();
      const vault = newVault();
      const ref = await seal(randomBytes(MIN_BYTES), of);
      const erasing = test.db.run(async (tx) => {
        await vault.eraseOwner(tx, of);
        throw new Error('roll back');
      });
      await expect(erasing).rejects.toThrow('roll back');
      await removeAll();
      expect(await vault.open(ref)).toHaveLength(MIN_BYTES);
    });

    it('seals nothing for an owner that was erased before it had a key', async () => {
      const of = owner();
      const vault = newVault();
      expect(await test.db.run((tx) => vault.eraseOwner(tx, of))).toEqual({ isNew: true, objects: 0 });
      await expect(seal(randomBytes(5), of)).rejects.toMatchObject({ code: 'vault-erased' });
    });
  });

  describe('a process that is killed', () => {
    /** A store that stops for good at its n-th step: nothing after it happens, as in a killed process. */
    function dyingAt(step: number): { outside: NonNullable<ObjectPlaces['outside']>; db: Queryable } {
      let steps = 0;
      const alive = async <T>(work: () => Promise<T>): Promise<T> => {
        steps += 1;
        if (steps > step) throw new Error('killed');
        return work();
      };
      const store = folderObjects(dir);
      const dying: OutsideStore = {
        ...store,
        append: (...given) => alive(() => store.append(...given)),
        finish: (ref) => alive(() => store.finish(ref)),
      };
      const db: Queryable = {
        query: (...given) => alive(() => test.db.query(...given)),
        execute: (...given) => alive(() => test.db.execute(...given)),
      };
      return { outside: { store: dying, minBytes: MIN_BYTES }, db };
    }

    // The draft's row, three chunks, the finish: five steps before the draft has an owner.
    it.each([0, 1, 2, 3, 4])(
      'after step %i of writing leaves nothing that has an owner, and all of it is swept',
      async (step) => {
        const { outside, db } = dyingAt(step);
        const vault = newVault(outside, db);
        const writer = vault.beginDraft();
        const writing = (async () => {
          await writer.write(randomBytes(2 * CHUNK_BYTES + 9));
          await writer.finish();
        })();
        await expect(writing).rejects.toThrow('killed');
        await expect(newVault().open(writer.ref)).rejects.toMatchObject({ code: 'vault-object-unknown' });
        expect(filesOf(writer.ref).length).toBe(step > 1 ? 1 : 0);
        clock.advance(2 * HOUR_MS);
        await newVault().sweepDrafts(new Date(clock.now().getTime() - HOUR_MS));
        await removeAll();
        expect(filesOf(writer.ref)).toEqual([]);
      },
    );

    it('between file and owner leaves a draft that is swept; before, its owner can still take it', async () => {
      const vault = newVault();
      const [taken, left] = [
        await draftOf(vault, randomBytes(MIN_BYTES)),
        await draftOf(vault, randomBytes(MIN_BYTES)),
      ];
      await give(vault, taken);
      clock.advance(2 * HOUR_MS);
      expect(await vault.sweepDrafts(new Date(clock.now().getTime() - HOUR_MS))).toBe(1);
      await removeAll();
      expect([filesOf(taken.ref).length, filesOf(left.ref).length]).toEqual([1, 0]);
      await expect(give(vault, left)).rejects.toMatchObject({ code: 'vault-draft-lost' });
      expect(await newVault().open(taken.ref)).toHaveLength(MIN_BYTES);
    });

    it('between the removal of a file and of the row that asked for it is carried on by the next round', async () => {
      const of = owner();
      const ref = await seal(randomBytes(MIN_BYTES), of);
      await test.db.run((tx) => newVault().eraseOwner(tx, of));
      const dying: Queryable = {
        query: (...given) => test.db.query(...given),
        execute: async () => {
          throw new Error('killed');
        },
      };
      await expect(removeErased({ db: dying, places, clock })).rejects.toThrow('killed');
      expect(filesOf(ref)).toEqual([]);
      expect(await removeErased({ db: test.db, places, clock })).toBeGreaterThan(0);
      expect(await removeErased({ db: test.db, places, clock })).toBe(0);
    });
  });

  describe('objects that are inside and too large for it', () => {
    const whole = async (bytes: Buffer, of = owner()): Promise<string> => {
      const object = { kind: 'result-file' as const, contentType: 'application/pdf', bytes };
      return (await test.db.run((tx) => newVault().seal(tx, of, [object])))[0].ref;
    };
    const chunked = (bytes: Buffer): Promise<string> =>
      seal(bytes, owner(), createVault({ db: test.db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock }));
    const mover = (db: Database = test.db): MoveOutside =>
      new MoveOutside({
        db,
        places: { inside: places.inside, outside: outsideOf() },
        ids: uuidIds,
        clock,
        log: silentLog,
      });
    const outsideOf = (): NonNullable<ObjectPlaces['outside']> => ({ store: folderObjects(dir), minBytes: MIN_BYTES });
    const moveAll = async (by = mover()): Promise<void> => {
      while ((await by.round()) > 0);
    };
    const placeOf = async (ref: string): Promise<string | null> =>
      (await test.db.query<{ place: string | null }>(`select place from vault_object where id = $1`, [ref]))[0].place;

    it.each([
      ['sealed whole', whole, MIN_BYTES],
      ['sealed whole, of many pieces', whole, 4 * CHUNK_BYTES + 11],
      ['sealed in chunks before there was a folder', chunked, 3 * CHUNK_BYTES + 5],
    ])('are moved when %s, and stay what they are', async (_how, sealed, size) => {
      const bytes = randomBytes(size);
      const [ref, small] = [await sealed(bytes), await whole(randomBytes(MIN_BYTES - 1))];
      const reading = await newVault().openStream(ref);
      await moveAll();
      expect([(await placeOf(ref)) === null, await placeOf(small)]).toEqual([false, null]);
      expect((await newVault().open(ref)).equals(bytes)).toBe(true);
      // Somebody was reading while it was moved, and goes on while the worker clears away what it can.
      await removeAll();
      const pieces: Buffer[] = [];
      for await (const piece of reading.chunks()) pieces.push(piece);
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      clock.advance(2 * HOUR_MS);
      await removeAll();
      const [{ inside }] = await test.db.query<{ inside: number }>(
        `select (length(ciphertext) + (select count(*) from vault_chunk where object_id = id))::integer as inside from vault_object where id = $1`,
        [ref],
      );
      expect(inside).toBeLessThan(100);
      expect((await newVault().open(ref)).equals(bytes)).toBe(true);
    });

    it('are moved by one of two workers, and what the other wrote is swept', async () => {
      await moveAll();
      while ((await newVault().sweepDrafts(clock.now())) > 0);
      await removeAll();
      const before = filesIn();
      const refs = [await whole(randomBytes(MIN_BYTES)), await chunked(randomBytes(MIN_BYTES))];
      await Promise.all([moveAll(), moveAll()]);
      clock.advance(2 * HOUR_MS);
      while ((await newVault().sweepDrafts(new Date(clock.now().getTime() - HOUR_MS))) > 0);
      await removeAll();
      for (const ref of refs) expect(await newVault().open(ref)).toHaveLength(MIN_BYTES);
      expect(filesIn() - before).toBe(refs.length);
    });

    it('stay readable when a worker is killed at any step of the move, and the next one carries it on', async () => {
      const bytes = randomBytes(2 * CHUNK_BYTES + 3);
      const ref = await chunked(bytes);
      // Read, draft's row, three chunks read, transaction: steps of the database; the files' steps lie between.
      for (let step = 1; step <= 5; step += 1) {
        let steps = 0;
        const alive = <T>(work: () => Promise<T>): Promise<T> =>
          (steps += 1) > step ? Promise.reject(new Error('killed')) : work();
        const dying = {
          query: (...given: Parameters<Database['query']>) => alive(() => test.db.query(...given)),
          execute: (...given: Parameters<Database['execute']>) => alive(() => test.db.execute(...given)),
          run: () => Promise.reject(new Error('killed')),
        } as unknown as Database;
        const inside = databaseObjects(dying, clock);
        const by = new MoveOutside({
          db: dying,
          places: { inside, outside: outsideOf() },
          ids: uuidIds,
          clock,
          log: silentLog,
        });
        await expect(moveAll(by)).rejects.toThrow('killed');
        expect([await placeOf(ref), (await newVault().open(ref)).equals(bytes)]).toEqual([null, true]);
      }
      await moveAll();
      expect([(await placeOf(ref)) === null, (await newVault().open(ref)).equals(bytes)]).toEqual([false, true]);
    });

    it('go with their owner, wherever they lie', async () => {
      const of = owner();
      const ref = await whole(randomBytes(MIN_BYTES), of);
      await moveAll();
      const place = (await placeOf(ref)) ?? '';
      expect(filesOf(place)).toHaveLength(1);
      await test.db.run((tx) => newVault().eraseOwner(tx, of));
      await removeAll();
      expect(filesOf(place)).toEqual([]);
      await expect(newVault().open(ref)).rejects.toMatchObject({ code: 'vault-erased' });
    });

    it('pass over one whose chunks are not all there', async () => {
      const [bad, good] = [await chunked(randomBytes(MIN_BYTES)), await chunked(randomBytes(MIN_BYTES))];
      await test.db.execute(`delete from vault_chunk where object_id = $1 and number = 1`, [bad]);
      await moveAll();
      expect([await placeOf(bad), (await placeOf(good)) === null]).toEqual([null, false]);
      await expect(newVault().open(bad)).rejects.toMatchObject({ code: 'vault-tampered' });
    });
  });
});
