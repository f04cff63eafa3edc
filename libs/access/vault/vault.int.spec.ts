import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { uuidIds } from '#platform';
import { fixedClock, temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { fileMasterKeys } from './adapters/file-master-keys';
import { ensureMasterKey } from './adapters/master-key-file';
import type { PlainObject, Vault, VaultOwner } from './ports';
import { createVault } from './vault';

const clock = fixedClock();
const owner = (): VaultOwner => ({ ownerKind: 'dossier', ownerId: uuidIds.next() });
const object = (text: string, kind: PlainObject['kind'] = 'content'): PlainObject => ({
  kind,
  contentType: 'application/json',
  bytes: Buffer.from(text),
});

describe('vault', () => {
  let test: TestDatabase;
  let admin: Client;
  let vault: Vault;
  const keyDir = temporaryDir('vault-keys-');
  const newVault = () => createVault({ db: test.db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock });

  beforeAll(async () => {
    ensureMasterKey(keyDir);
    test = await testDatabase();
    admin = new Client({ connectionString: test.ownerUrl });
    await admin.connect();
    vault = newVault();
  });
  afterAll(async () => {
    await admin.end();
    await test.drop();
  });

  it('gives back byte for byte what was sealed, in order, over many owners, also to a process that sealed nothing', async () => {
    const bytes = randomBytes(100_000);
    const items = [
      {
        ...owner(),
        objects: [object('a'), { kind: 'attachment' as const, contentType: 'application/pdf', bytes }, object('')],
      },
      { ...owner(), objects: [] },
      { ...owner(), ownerKind: 'message' as const, objects: [object('Ngày 02/03, chữ có dấu', 'raw')] },
    ];
    const sealed = await test.db.run((tx) => vault.sealMany(tx, items));
    expect(sealed.map((list) => list.length)).toEqual([3, 0, 1]);
    const refs = sealed.flat().map((one) => one.ref);
    for (const reader of [vault, newVault()]) {
      expect(await reader.openMany(refs)).toEqual(
        items.flatMap((item) => item.objects.map((one) => Buffer.from(one.bytes))),
      );
    }
    expect(await vault.facts(refs[1])).toEqual({
      ref: refs[1],
      kind: 'attachment',
      contentType: 'application/pdf',
      sizeBytes: 100_000,
    });
  });

  it('keeps nothing readable in the database', async () => {
    const [{ ref }] = await test.db.run((tx) => vault.seal(tx, owner(), [object('tell-tale text')]));
    const { rows } = await admin.query(
      `select o.*, k.wrapped from vault_object o join vault_key k on k.id = o.key_id where o.id = $1`,
      [ref],
    );
    const stored = Buffer.concat(
      Object.values(rows[0] as object).map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value)))),
    );
    expect(stored.includes('tell-tale')).toBe(false);
  });

  it('seals the same bytes differently each time, with a digest that only the salt explains', async () => {
    const [one, two] = await test.db.run((tx) => vault.seal(tx, owner(), [object('same'), object('same')]));
    expect(one.digest).not.toEqual(two.digest);
    expect(vault.dedupDigest(Buffer.from('same'))).toEqual(newVault().dedupDigest(Buffer.from('same')));
    expect(vault.dedupDigest(Buffer.from('same'))).not.toEqual(vault.dedupDigest(Buffer.from('other')));
  });

  it.each([
    [
      'ciphertext',
      `update vault_object set ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1) where id = $1`,
    ],
    ['nonce', `update vault_object set nonce = set_byte(nonce, 0, get_byte(nonce, 0) # 1) where id = $1`],
    [
      'wrapped data key',
      `update vault_object set wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1) where id = $1`,
    ],
    ['kind', `update vault_object set kind = 'officer-note' where id = $1`],
    ['digest', `update vault_object set digest = set_byte(digest, 0, get_byte(digest, 0) # 1) where id = $1`],
    ['truncated ciphertext', `update vault_object set ciphertext = substring(ciphertext from 1 for 5) where id = $1`],
  ])('refuses to open an object whose %s was changed', async (_what, tamper) => {
    const [{ ref }] = await test.db.run((tx) => vault.seal(tx, owner(), [object('payload')]));
    await admin.query(tamper, [ref]);
    await expect(vault.open(ref)).rejects.toMatchObject({ code: 'vault-tampered', disposition: 'person' });
  });

  it('refuses an object that was moved under the key of another owner', async () => {
    const [mine] = await test.db.run((tx) => vault.seal(tx, owner(), [object('mine')]));
    const [other] = await test.db.run((tx) => vault.seal(tx, owner(), [object('other')]));
    await admin.query(
      `update vault_object set key_id = (select key_id from vault_object where id = $2) where id = $1`,
      [mine.ref, other.ref],
    );
    await expect(vault.open(mine.ref)).rejects.toMatchObject({ code: 'vault-tampered' });
  });

  it('refuses an owner key that was given to another owner', async () => {
    const [{ ref }] = await test.db.run((tx) => vault.seal(tx, owner(), [object('mine')]));
    await admin.query(`update vault_key set owner_id = $2 where id = (select key_id from vault_object where id = $1)`, [
      ref,
      uuidIds.next(),
    ]);
    await expect(newVault().open(ref)).rejects.toMatchObject({ code: 'vault-tampered' });
  });

  it('does not remember the key of a transaction that rolled back', async () => {
    const one = owner();
    const failing = test.db.run(async (tx) => {
      await vault.seal(tx, one, [object('lost')]);
      await vault.seal(tx, one, [object('lost too')]);
      throw new Error('roll back');
    });
    await expect(failing).rejects.toThrow('roll back');
    const [{ ref }] = await test.db.run((tx) => vault.seal(tx, one, [object('kept')]));
    expect((await newVault().open(ref)).toString()).toBe('kept');
  });

  it('opens inside a transaction what that transaction sealed', async () => {
    await test.db.run(async (tx) => {
      const [{ ref }] = await vault.seal(tx, owner(), [object('own')]);
      expect((await vault.open(ref, tx)).toString()).toBe('own');
    });
  });

  it('uses one key when two transactions seal for a new owner at once', async () => {
    const one = owner();
    const vaults = [newVault(), newVault(), newVault(), newVault()];
    const sealed = await Promise.all(
      vaults.map((each, number) => test.db.run((tx) => each.seal(tx, one, [object(String(number))]))),
    );
    const { rows } = await admin.query(`select count(*)::int as n from vault_key where owner_id = $1`, [one.ownerId]);
    expect(rows[0]).toEqual({ n: 1 });
    expect((await newVault().openMany(sealed.map(([each]) => each.ref))).map(String)).toEqual(['0', '1', '2', '3']);
  });

  it('neither opens nor seals once the owner key is erased', async () => {
    const one = owner();
    const [{ ref }] = await test.db.run((tx) => vault.seal(tx, one, [object('to be forgotten')]));
    await vault.open(ref);
    await admin.query(`update vault_key set wrapped = null, erased_at = now() where owner_id = $1`, [one.ownerId]);
    await expect(vault.open(ref)).rejects.toMatchObject({ code: 'vault-erased' });
    await expect(test.db.run((tx) => vault.seal(tx, one, [object('more')]))).rejects.toMatchObject({
      code: 'vault-erased',
    });
  });

  it('says which reference is unknown by its code, and which master key is missing', async () => {
    await expect(vault.open(uuidIds.next())).rejects.toMatchObject({ code: 'vault-object-unknown' });
    const otherDir = temporaryDir('vault-keys-');
    ensureMasterKey(otherDir);
    const [{ ref }] = await test.db.run((tx) => vault.seal(tx, owner(), [object('x')]));
    const stranger = createVault({ db: test.db, keys: fileMasterKeys(otherDir), ids: uuidIds, clock });
    await expect(stranger.open(ref)).rejects.toMatchObject({ code: 'master-key-unknown' });
  });

  it('makes the master key once, for its owner only', () => {
    const path = join(keyDir, 'master.key');
    const before = readFileSync(path, 'utf8');
    ensureMasterKey(keyDir);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Buffer.from(before, 'base64')).toHaveLength(32);
    expect(() => fileMasterKeys(join(keyDir, 'nowhere'))).toThrow(/cannot read the master key file/);
  });
});
