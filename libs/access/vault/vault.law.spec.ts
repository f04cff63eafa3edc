import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { AppError, silentLog, uuidIds, type Database } from '#platform';
import { createSyncLog } from '#synclog';
import { assertLaw, fixedClock, LAW_SEED, lawRun, temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { databaseObjects } from './adapters/database-objects';
import { fileMasterKeys } from './adapters/file-master-keys';
import { folderObjects } from './adapters/folder-objects';
import { readInstallation } from './adapters/removal-store';
import { ensureMasterKey, readMasterKeyFile } from './adapters/master-key-file';
import { MoveOutside } from './app/move-outside';
import { noteCurrentMasterKey } from './app/note-master-key';
import { removeErased } from './app/remove-erased';
import { retireMasterKey } from './app/retire-master-key';
import { OwnerKeyRewrap } from './app/rewrap-owner-keys';
import { rotateMasterKey } from './app/rotate-master-key';
import { OrphanSweep } from './app/sweep-orphans';
import type { VaultOwner } from './ports';
import { createVault } from './vault';

const OWNERS = 4;
const PROCESSES = 3;
const MIN_BYTES = 65_536;
const HOUR_MS = 3_600_000;

type Step =
  | { act: 'seal' | 'draft'; process: number; owner: number; size: number }
  | { act: 'erase'; process: number; owner: number }
  | { act: 'rewrap' | 'move' | 'note'; process: number }
  | { act: 'rotate' | 'retire' | 'remove' | 'sweep' | 'wait' };

const process = fc.nat({ max: PROCESSES - 1 });
const owner = fc.nat({ max: OWNERS - 1 });
const size = fc.constantFrom(0, 10, MIN_BYTES - 1, MIN_BYTES, 300_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ act: fc.constantFrom('seal' as const, 'draft' as const), process, owner, size }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('erase' as const), process, owner }) },
  {
    weight: 5,
    arbitrary: fc.record({ act: fc.constantFrom('rewrap' as const, 'move' as const, 'note' as const), process }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constantFrom('rotate' as const, 'retire' as const, 'remove' as const, 'sweep' as const, 'wait' as const),
    }),
  },
);
/** Steps of one moment run at once. */
const moments = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 8, maxLength: 20 });

/** An installation with several processes, of which each sees a changed key file at a moment of its own. */
class World {
  private readonly clock = fixedClock(new Date());
  private readonly keyDir = temporaryDir('vault-keys-');
  private readonly store = folderObjects(temporaryDir('vault-objects-'));
  private readonly journal = createSyncLog({ ids: uuidIds, clock: this.clock });
  private readonly owners: VaultOwner[] = Array.from({ length: OWNERS }, () => ({
    ownerKind: 'dossier',
    ownerId: uuidIds.next(),
  }));
  private readonly places;
  private readonly processes;
  private readonly digest: Buffer;
  readonly sealed: { ref: string; owner: number; bytes: Buffer }[] = [];
  readonly erased = new Set<number>();

  constructor(private readonly db: Database) {
    ensureMasterKey(this.keyDir);
    const outside = { store: this.store, minBytes: MIN_BYTES };
    this.places = { inside: databaseObjects(db, this.clock), outside };
    this.processes = Array.from({ length: PROCESSES }, () => this.process());
    this.digest = this.processes[0].vault.dedupDigest(Buffer.from('x'));
  }

  private process() {
    const { clock, db, places } = this;
    const keys = fileMasterKeys(this.keyDir, { clock });
    return {
      keys,
      vault: createVault({ db, keys, ids: uuidIds, clock, outside: places.outside }),
      rewrap: new OwnerKeyRewrap({ db, keys, log: silentLog }),
      move: new MoveOutside({ db, places, ids: uuidIds, clock, log: silentLog }),
      orphans: new OrphanSweep({ db, store: this.store, clock, log: silentLog }),
    };
  }

  /** Takes the store for this database, in which stories before it have left rows. */
  async open(): Promise<void> {
    expect(await this.store.belongsTo(await readInstallation(this.db))).toBe(true);
  }

  /** What is refused for a while, or to an erased owner, is refused; anything else is the law's failure. */
  async take(step: Step): Promise<void> {
    try {
      await this.act(step);
    } catch (error) {
      const isExpected = error instanceof AppError && (error.disposition === 'retry' || error.code === 'vault-erased');
      if (!isExpected) throw error;
    }
  }

  private async act(step: Step): Promise<unknown> {
    if ('size' in step) return this.seal(step);
    if ('owner' in step) return this.erase(step);
    if ('process' in step) return this.upkeep(step.act, this.processes[step.process]);
    return this.byAdministrator(step.act);
  }

  private async erase({ process, owner }: { process: number; owner: number }): Promise<void> {
    await this.db.run((tx) => this.processes[process].vault.eraseOwner(tx, this.owners[owner]));
    this.erased.add(owner);
  }

  private upkeep(act: 'rewrap' | 'move' | 'note', { rewrap, move, keys }: (typeof this.processes)[number]) {
    if (act === 'rewrap') return rewrap.round();
    if (act === 'move') return move.round();
    return noteCurrentMasterKey({ db: this.db, journal: this.journal, clock: this.clock, keys });
  }

  private async byAdministrator(act: 'rotate' | 'retire' | 'remove' | 'sweep' | 'wait'): Promise<unknown> {
    const { db, clock, keyDir, journal } = this;
    switch (act) {
      case 'rotate':
        return rotateMasterKey(keyDir, clock);
      case 'retire': {
        const [oldest, next] = readMasterKeyFile(keyDir).keys;
        return next === undefined ? undefined : retireMasterKey({ db, keyDir, journal, clock }, oldest.id);
      }
      case 'remove':
        return removeErased({ db, places: this.places, clock });
      case 'sweep':
        await this.processes[0].vault.sweepDrafts(new Date(clock.now().getTime() - HOUR_MS));
        for (let part = 0; part < this.store.parts; part += 1) await this.processes[0].orphans.round();
        return undefined;
      case 'wait':
        return clock.advance(HOUR_MS / 2);
    }
  }

  private async seal({ act, process, owner, size }: Step & { act: 'seal' | 'draft' }): Promise<void> {
    const { vault } = this.processes[process];
    const bytes = Buffer.alloc(size, createHash('sha256').update(String(this.sealed.length)).digest());
    const named = { kind: 'content' as const, contentType: 'text/plain' };
    const object =
      act === 'seal' ? { ...named, bytes } : { ...named, draft: await this.draft(vault.beginDraft(), bytes) };
    const [{ ref }] = await this.db.run((tx) => vault.seal(tx, this.owners[owner], [object]));
    this.sealed.push({ ref, owner, bytes });
  }

  private async draft(writer: ReturnType<ReturnType<typeof createVault>['beginDraft']>, bytes: Buffer) {
    await writer.write(bytes);
    return writer.finish();
  }

  /** Whatever was acknowledged can be read by a new process, and by none what was erased. */
  async check(): Promise<void> {
    const { vault } = this.process();
    for (const { ref, owner, bytes } of this.sealed) {
      const opening = vault.open(ref);
      if (this.erased.has(owner)) await expect(opening).rejects.toMatchObject({ code: 'vault-erased' });
      else expect((await opening).equals(bytes)).toBe(true);
    }
    expect(vault.dedupDigest(Buffer.from('x'))).toEqual(this.digest);
    const known = readMasterKeyFile(this.keyDir).keys.map(({ id }) => id);
    const mine = await this.db.query<{ id: string }>(
      `select distinct master_key_id as id from vault_key where wrapped is not null and owner_id = any($1::uuid[])`,
      [this.owners.map(({ ownerId }) => ownerId)],
    );
    for (const { id } of mine) expect(known).toContain(id);
  }
}

describe(`the vault under changes of keys and places (seed ${LAW_SEED})`, () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.drop());

  it('loses nothing that was acknowledged, and gives nothing back that was erased', async () => {
    const law = fc.asyncProperty(moments, async (story) => {
      // Each story is an installation of its own: keys of others would count as missing.
      await test.db.execute(`delete from vault_removal`);
      await test.db.execute(`update vault_key set wrapped = null where wrapped is not null`);
      const world = new World(test.db);
      await world.open();
      for (const moment of story) await Promise.all(moment.map((step) => world.take(step)));
      await world.check();
    });
    await assertLaw('vault-keys', law, lawRun(15, 500));
  }, 300_000);
});
