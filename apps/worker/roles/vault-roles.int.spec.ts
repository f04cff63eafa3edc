import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  createVault,
  ensureMasterKey,
  fileMasterKeys,
  objectPlaces,
  requireOwnStore,
  rotateMasterKey,
  type VaultOwner,
} from '#access';
import { silentLog, systemClock as clock, uuidIds as ids } from '#platform';
import { createSyncLog } from '#synclog';
import { temporaryDir, testDatabase, until, type TestDatabase } from '#testing';
import { vaultRoles } from './vault-roles';

const MIN_BYTES = 65_536;

describe('what a worker does for the vault', () => {
  const keyDir = temporaryDir('vault-keys-');
  const objectDir = temporaryDir('vault-objects-');
  let test: TestDatabase;
  beforeAll(async () => {
    ensureMasterKey(keyDir);
    test = await testDatabase();
  });
  afterAll(() => test.drop());

  it('moves owner keys to the new master key and tells of it, moves large objects outside, and removes erased ones', async () => {
    const { db } = test;
    const places = objectPlaces({ db, clock, objectDir, objectMinBytes: MIN_BYTES });
    if (places.outsideStore) await requireOwnStore(db, places.outsideStore);
    const masterKeys = fileMasterKeys(keyDir);
    const vault = createVault({ db, keys: masterKeys, ids, clock, outside: places.outside });
    const owners = [1, 2].map((): VaultOwner => ({ ownerKind: 'dossier', ownerId: ids.next() }));
    const refs: string[] = [];
    for (const owner of owners) {
      const object = { kind: 'result-file' as const, contentType: 'application/pdf', bytes: randomBytes(MIN_BYTES) };
      refs.push((await db.run((tx) => vault.seal(tx, owner, [object])))[0].ref);
    }
    const { id } = rotateMasterKey(keyDir, clock);
    const syncLog = createSyncLog({ ids, clock });
    const roles = vaultRoles({ vault, masterKeys, places, db, syncLog, clock, ids, log: silentLog });
    for (const role of roles) await role.start();
    try {
      await until(async () => {
        const left = await db.query(`select id from vault_key where wrapped is not null and master_key_id <> $1`, [id]);
        const inside = await db.query(`select id from vault_object where place is null`);
        const told = await db.query(`select id from synclog_entry where kind = 'key.rotated'`);
        return left.length === 0 && inside.length === 0 && told.length === 1;
      }, 20_000);
    } finally {
      for (const role of roles) await role.stop();
    }
    expect((await vault.openMany(refs)).map((bytes) => bytes.length)).toEqual([MIN_BYTES, MIN_BYTES]);
    await db.run((tx) => vault.eraseOwner(tx, owners[0]));
    const again = vaultRoles({ vault, masterKeys, places, db, syncLog, clock, ids, log: silentLog });
    for (const role of again) await role.start();
    try {
      await until(async () => (await db.query(`select object_id from vault_removal`)).length === 0, 20_000);
    } finally {
      for (const role of again) await role.stop();
    }
    const files = readdirSync(objectDir).flatMap((name) =>
      /^[0-9a-f]{2}$/.test(name) ? readdirSync(join(objectDir, name)) : [],
    );
    expect(files).toHaveLength(1);
  });
});
