import { randomBytes } from 'node:crypto';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog, uuidIds, type Queryable } from '#platform';
import { createSyncLog } from '#synclog';
import { fixedClock, temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { fileMasterKeys } from './adapters/file-master-keys';
import { ensureMasterKey, readMasterKeyFile } from './adapters/master-key-file';
import { countByMasterKey, replaceWrapped } from './adapters/rewrap-store';
import { noteCurrentMasterKey } from './app/note-master-key';
import { retireMasterKey } from './app/retire-master-key';
import { OwnerKeyRewrap } from './app/rewrap-owner-keys';
import { adoptMasterKey, prepareMasterKey, rotateMasterKey } from './app/rotate-master-key';
import type { MasterKeys, Vault, VaultOwner } from './ports';
import { createVault } from './vault';

const clock = fixedClock();
const journal = createSyncLog({ ids: uuidIds, clock });

/** An installation's database and keys, with processes that come and go. */
interface World {
  test: TestDatabase;
  keyDir: string;
  /** A process: its own keys in memory, from a folder of its own if one is named. */
  process(dir?: string): { vault: Vault; keys: MasterKeys };
  entries(): Promise<unknown[]>;
}

describe('a change of the master key', () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await testDatabase();
  });
  afterEach(() => test.drop());

  function world(): World {
    const keyDir = temporaryDir('vault-keys-');
    ensureMasterKey(keyDir);
    return {
      test,
      keyDir,
      process: (dir = keyDir) => {
        const keys = fileMasterKeys(dir, { clock });
        return { keys, vault: createVault({ db: test.db, keys, ids: uuidIds, clock, maxCachedKeys: 0 }) };
      },
      entries: async () => {
        const rows = await test.db.query<{ bytes: Buffer }>(
          `select bytes from synclog_entry where kind like 'key.%' order by at, id`,
        );
        return rows.map(({ bytes }) => {
          const { kind, detail } = JSON.parse(bytes.toString('utf8')) as { kind: string; detail: object };
          return { kind, detail };
        });
      },
    };
  }

  const owner = (): VaultOwner => ({ ownerKind: 'dossier', ownerId: uuidIds.next() });
  async function seal(vault: Vault, text: string, of = owner()): Promise<string> {
    const object = { kind: 'content' as const, contentType: 'text/plain', bytes: Buffer.from(text) };
    return (await test.db.run((tx) => vault.seal(tx, of, [object])))[0].ref;
  }
  async function rewrapAll(keys: MasterKeys): Promise<number> {
    let all = 0;
    const rewrap = new OwnerKeyRewrap({ db: test.db, keys, log: silentLog });
    for (let found = -1; found !== 0; all += found) found = await rewrap.round();
    return all;
  }

  it('goes unnoticed by processes that run, and leaves nothing on the old key that could not be moved', async () => {
    const { process, keyDir } = world();
    const [gateway, worker] = [process(), process()];
    const first = gateway.keys.currentId;
    const refs = [await seal(gateway.vault, 'before')];
    const digest = gateway.vault.dedupDigest(Buffer.from('same'));
    const { id } = rotateMasterKey(keyDir, clock);
    clock.advance(1_000);
    refs.push(await seal(gateway.vault, 'after'));
    expect((await worker.vault.openMany(refs)).map(String)).toEqual(['before', 'after']);
    expect(await countByMasterKey(test.db)).toEqual(
      [first, id].sort().map((masterKeyId) => ({ masterKeyId, ownerKeys: 1 })),
    );
    expect(await rewrapAll(worker.keys)).toBe(1);
    expect(await countByMasterKey(test.db)).toEqual([{ masterKeyId: id, ownerKeys: 2 }]);
    expect((await gateway.vault.openMany(refs)).map(String)).toEqual(['before', 'after']);
    expect(process().vault.dedupDigest(Buffer.from('same'))).toEqual(digest);
  });

  it('moves many owner keys in bounded rounds, also by two workers at once', async () => {
    const { process, keyDir } = world();
    const { vault, keys } = process();
    const items = Array.from({ length: 1_200 }, (_, n) => ({
      ...owner(),
      objects: [{ kind: 'content' as const, contentType: 'text/plain', bytes: Buffer.from(String(n)) }],
    }));
    const refs = (await test.db.run((tx) => vault.sealMany(tx, items))).flat().map(({ ref }) => ref);
    const { id } = rotateMasterKey(keyDir, clock);
    expect(await new OwnerKeyRewrap({ db: test.db, keys, log: silentLog }).round()).toBe(500);
    await Promise.all([rewrapAll(keys), rewrapAll(process().keys)]);
    expect(await countByMasterKey(test.db)).toEqual([{ masterKeyId: id, ownerKeys: 1_200 }]);
    expect((await process().vault.openMany(refs)).map(String)).toEqual(items.map((_, n) => String(n)));
  });

  it('does not bring back an owner who is erased while its key is being moved', async () => {
    const { process, keyDir } = world();
    const { vault, keys } = process();
    const of = owner();
    const ref = await seal(vault, 'to be forgotten', of);
    rotateMasterKey(keyDir, clock);
    const wrap = keys.wrap.bind(keys);
    const slow: MasterKeys = {
      currentId: '',
      ids: [],
      derive: (purpose) => keys.derive(purpose),
      unwrap: (...given) => keys.unwrap(...given),
      refresh: () => keys.refresh(),
      wrap: async (...given) => {
        await test.db.run((tx) => vault.eraseOwner(tx, of));
        return wrap(...given);
      },
    };
    Object.defineProperties(slow, { currentId: { get: () => keys.currentId }, ids: { get: () => keys.ids } });
    await rewrapAll(slow);
    await expect(vault.open(ref)).rejects.toMatchObject({ code: 'vault-erased' });
    await expect(seal(vault, 'more', of)).rejects.toMatchObject({ code: 'vault-erased' });
  });

  it('is told once, by whichever process sees it first, and the first key is no change', async () => {
    const { process, keyDir, entries } = world();
    const { keys } = process();
    const deps = () => ({ db: test.db, journal, clock, keys: process().keys });
    const first = keys.currentId;
    await noteCurrentMasterKey(deps());
    expect(await entries()).toEqual([]);
    const { id } = rotateMasterKey(keyDir, clock);
    await Promise.all([noteCurrentMasterKey(deps()), noteCurrentMasterKey(deps()), noteCurrentMasterKey(deps())]);
    expect(await entries()).toEqual([{ kind: 'key.rotated', detail: { keyId: id, previousKeyId: first } }]);
  });

  it('lets an old key be retired once nothing hangs on it, and not before', async () => {
    const { process, keyDir, entries } = world();
    const { vault, keys } = process();
    const deps = { db: test.db, keyDir, journal, clock };
    const first = keys.currentId;
    const ref = await seal(vault, 'kept');
    await expect(retireMasterKey(deps, first)).rejects.toMatchObject({ code: 'master-key-current' });
    await expect(retireMasterKey(deps, '00000000')).rejects.toMatchObject({ code: 'master-key-unknown' });
    rotateMasterKey(keyDir, clock);
    await expect(retireMasterKey(deps, first)).rejects.toMatchObject({
      code: 'master-key-in-use',
      disposition: 'retry',
    });
    await rewrapAll(keys);
    await retireMasterKey(deps, first);
    expect(readMasterKeyFile(keyDir).keys).toHaveLength(1);
    expect((await process().vault.open(ref)).toString()).toBe('kept');
    expect(process().vault.dedupDigest(Buffer.from('x'))).toEqual(vault.dedupDigest(Buffer.from('x')));
    expect(await entries()).toEqual([{ kind: 'key.retired', detail: { keyId: first } }]);
  });

  it('finishes a retirement that was killed between database and file, and tells it once', async () => {
    const { process, keyDir, entries } = world();
    const first = process().keys.currentId;
    rotateMasterKey(keyDir, clock);
    const draft = join(keyDir, 'master.key.new');
    writeFileSync(draft, '');
    const deps = { db: test.db, keyDir, journal, clock };
    await expect(retireMasterKey(deps, first)).rejects.toMatchObject({ code: 'master-key-busy' });
    rmSync(draft);
    await retireMasterKey(deps, first);
    expect(readMasterKeyFile(keyDir).keys.map(({ id }) => id)).not.toContain(first);
    expect(await entries()).toHaveLength(1);
  });

  it('retires a key for two who ask at once', async () => {
    const { process, keyDir, entries } = world();
    const first = process().keys.currentId;
    rotateMasterKey(keyDir, clock);
    const retire = (): Promise<void> => retireMasterKey({ db: test.db, keyDir, journal, clock }, first);
    await Promise.all([retire(), retire(), retire()]);
    expect(readMasterKeyFile(keyDir).keys.map(({ id }) => id)).not.toContain(first);
    expect(await entries()).toHaveLength(1);
  });

  it('makes no owner key under a retired key, also in a machine whose file is behind', async () => {
    const { process, keyDir } = world();
    const oldDir = temporaryDir('vault-keys-');
    copyFileSync(join(keyDir, 'master.key'), join(oldDir, 'master.key'));
    const behind = process(oldDir);
    rotateMasterKey(keyDir, clock);
    await retireMasterKey({ db: test.db, keyDir, journal, clock }, behind.keys.currentId);
    await expect(seal(behind.vault, 'lost')).rejects.toMatchObject({
      code: 'vault-key-contended',
      disposition: 'retry',
    });
    copyFileSync(join(keyDir, 'master.key'), join(oldDir, 'master.key'));
    const ref = await seal(behind.vault, 'kept');
    expect((await process().vault.open(ref)).toString()).toBe('kept');
  });

  it('waits with a retirement for a transaction that makes an owner key, and then refuses', async () => {
    const { process, keyDir } = world();
    const { vault, keys } = process();
    const first = keys.currentId;
    let retiring: Promise<void> | undefined;
    await test.db.run(async (tx) => {
      await vault.seal(tx, owner(), [{ kind: 'content', contentType: 'text/plain', bytes: randomBytes(5) }]);
      rotateMasterKey(keyDir, clock);
      retiring = retireMasterKey({ db: test.db, keyDir, journal, clock }, first);
      retiring.catch(() => undefined);
      // The retirement has its place in the queue when somebody waits for a lock.
      for (let waits = 0; waits === 0;)
        [{ waits }] = await test.db.query<{ waits: number }>(
          `select count(*)::integer as waits from pg_locks where not granted and relation = 'vault_key'::regclass`,
        );
    });
    await expect(retiring).rejects.toMatchObject({ code: 'master-key-in-use' });
  });

  it('takes nothing back from another machine that uses a prepared key already', async () => {
    const { process, keyDir } = world();
    const { id } = prepareMasterKey(keyDir, clock);
    const otherDir = temporaryDir('vault-keys-');
    copyFileSync(join(keyDir, 'master.key'), join(otherDir, 'master.key'));
    adoptMasterKey(otherDir, id);
    const ref = await seal(process(otherDir).vault, 'newer');
    expect(await rewrapAll(process().keys)).toBe(0);
    expect(await countByMasterKey(test.db)).toEqual([{ masterKeyId: id, ownerKeys: 1 }]);
    expect((await process().vault.open(ref)).toString()).toBe('newer');
  });

  it('does not retire a prepared key, which another machine may use already', async () => {
    const { process, keyDir, entries } = world();
    const { id } = prepareMasterKey(keyDir, clock);
    const deps = { db: test.db, keyDir, journal, clock };
    await expect(retireMasterKey(deps, id)).rejects.toMatchObject({
      code: 'master-key-prepared',
      disposition: 'refuse',
    });
    expect(readMasterKeyFile(keyDir).keys.map((key) => key.id)).toContain(id);
    const otherDir = temporaryDir('vault-keys-');
    copyFileSync(join(keyDir, 'master.key'), join(otherDir, 'master.key'));
    adoptMasterKey(otherDir, id);
    const ref = await seal(process(otherDir).vault, 'newer');
    expect((await process().vault.open(ref)).toString()).toBe('newer');
    expect(await entries()).toEqual([]);
  });

  it('moves owner keys in one order with whoever locks several of them, in whatever order it has them', async () => {
    // The higher id comes first in the table and in what is to be replaced.
    const [high, low] = ['ffffffff-ffff-7fff-8fff-ffffffffffff', '00000000-0000-7000-8000-000000000001'].map((id) => ({
      id,
      before: randomBytes(60),
      masterKeyId: 'newer',
      wrapped: randomBytes(60),
    }));
    for (const { id, before } of [high, low])
      await test.db.execute(
        `insert into vault_key (id, owner_kind, owner_id, master_key_id, wrapped, created_at) values ($1, 'dossier', $1, 'older', $2, $3)`,
        [id, before, clock.now()],
      );
    const lock = (tx: Queryable, id: string) => tx.query(`select id from vault_key where id = $1 for update`, [id]);
    let moving: Promise<number> | undefined;
    await test.db.run(async (tx) => {
      await lock(tx, low.id);
      const [{ mine }] = await tx.query<{ mine: number }>(`select pg_backend_pid() as mine`);
      moving = replaceWrapped(test.db, [high, low]);
      moving.catch(() => undefined);
      for (let waits = 0; waits === 0;)
        [{ waits }] = await test.db.query<{ waits: number }>(
          `select count(*)::integer as waits from pg_locks where not granted and $1 = any(pg_blocking_pids(pid))`,
          [mine],
        );
      // It waits for the lower id and holds nothing above it.
      await tx.query(`set local lock_timeout = '2s'`);
      await lock(tx, high.id);
    });
    expect(await moving).toBe(2);
  });
});
