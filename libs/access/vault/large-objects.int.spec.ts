import { createHash, randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { uuidIds } from '#platform';
import { fixedClock, temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { fileMasterKeys } from './adapters/file-master-keys';
import { ensureMasterKey } from './adapters/master-key-file';
import { CHUNK_BYTES } from './domain/chunk-format';
import type { Vault, VaultDraft, VaultOwner } from './ports';
import { createVault } from './vault';

const owner = (): VaultOwner => ({ ownerKind: 'dossier', ownerId: uuidIds.next() });
const digestOf = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

describe('large objects of the vault', () => {
  const clock = fixedClock();
  const keyDir = temporaryDir('vault-keys-');
  let test: TestDatabase;
  let admin: Client;
  let vault: Vault;
  const newVault = (): Vault => createVault({ db: test.db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock });

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

  async function draftOf(bytes: Buffer, pieceBytes = 65_536): Promise<VaultDraft> {
    const writer = vault.beginDraft();
    for (let from = 0; from < bytes.length; from += pieceBytes)
      await writer.write(bytes.subarray(from, from + pieceBytes));
    return writer.finish();
  }
  async function seal(bytes: Buffer, of = owner()): Promise<string> {
    const draft = await draftOf(bytes);
    const [{ ref }] = await test.db.run((tx) =>
      vault.seal(tx, of, [{ kind: 'attachment', contentType: 'application/pdf', draft }]),
    );
    return ref;
  }
  async function read(ref: string, from = vault): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of (await from.openStream(ref)).chunks()) pieces.push(piece);
    return Buffer.concat(pieces);
  }
  const countOf = async (table: string): Promise<number> =>
    Number((await admin.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0].n);

  it.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 1_300_001])(
    'gives back %i bytes as they were written, in pieces and whole, to a process that wrote nothing too',
    async (size) => {
      const bytes = randomBytes(size);
      const ref = await seal(bytes);
      for (const reader of [vault, newVault()]) {
        const reading = await reader.openStream(ref);
        expect([reading.sizeBytes, reading.sha256]).toEqual([size, digestOf(bytes)]);
        expect((await read(ref, reader)).equals(bytes)).toBe(true);
        expect((await reader.open(ref)).equals(bytes)).toBe(true);
      }
      expect(await vault.facts(ref)).toMatchObject({ kind: 'attachment', sizeBytes: size });
    },
  );

  it('takes pieces of any size and gives the digest that receipts speak of', async () => {
    const bytes = randomBytes(CHUNK_BYTES + 100);
    const draft = await draftOf(bytes, 7_919);
    const [sealed] = await test.db.run((tx) =>
      vault.seal(tx, owner(), [{ kind: 'raw', contentType: 'application/octet-stream', draft }]),
    );
    expect(sealed.digest).toEqual(createHash('sha256').update(sealed.salt).update(bytes).digest());
    expect(draft.sha256).toEqual(digestOf(bytes));
  });

  it('reads a small object as a stream too', async () => {
    const [{ ref }] = await test.db.run((tx) =>
      vault.seal(tx, owner(), [{ kind: 'result-file', contentType: 'application/pdf', bytes: Buffer.from('small') }]),
    );
    const reading = await vault.openStream(ref);
    expect([reading.sizeBytes, reading.sha256]).toEqual([5, digestOf(Buffer.from('small'))]);
    expect((await read(ref)).toString()).toBe('small');
  });

  it('keeps nothing readable in the chunks', async () => {
    const ref = await seal(Buffer.alloc(CHUNK_BYTES + 10, 'tell-tale '));
    const { rows } = await admin.query<{ ciphertext: Buffer }>(
      `select ciphertext from vault_chunk where object_id = $1`,
      [ref],
    );
    expect(rows).toHaveLength(2);
    for (const { ciphertext } of rows) expect(ciphertext.includes('tell-tale')).toBe(false);
  });

  const swap = `update vault_chunk set number = case number when 0 then 1 when 1 then 0 end where object_id = $1 and number < 2`;
  it.each<[string, readonly string[]]>([
    [
      'a changed byte',
      [
        `update vault_chunk set ciphertext = set_byte(ciphertext, 9, get_byte(ciphertext, 9) # 1) where object_id = $1 and number = 1`,
      ],
    ],
    [
      'two chunks that changed places',
      [
        `alter table vault_chunk drop constraint vault_chunk_pkey`,
        swap,
        `alter table vault_chunk add primary key (object_id, number)`,
      ],
    ],
    ['a chunk that was dropped', [`delete from vault_chunk where object_id = $1 and number = 1`]],
    ['a last chunk that was dropped', [`delete from vault_chunk where object_id = $1 and number = 2`]],
    [
      'a chunk that was cut',
      [`update vault_chunk set ciphertext = substring(ciphertext from 1 for 100) where object_id = $1 and number = 2`],
    ],
    [
      'a middle chunk in the place of the last',
      [
        `update vault_chunk set ciphertext = (select ciphertext from vault_chunk where object_id = $1 and number = 1) where object_id = $1 and number = 2`,
      ],
    ],
    ['fewer chunks by its row', [`update vault_object set chunk_count = 2 where id = $1`]],
    ['no chunks by its row', [`update vault_object set chunk_count = 0 where id = $1`]],
    ['another digest', [`update vault_object set digest = set_byte(digest, 0, get_byte(digest, 0) # 1) where id = $1`]],
    ['another kind', [`update vault_object set kind = 'raw' where id = $1`]],
    ['another nonce', [`update vault_object set nonce = set_byte(nonce, 0, get_byte(nonce, 0) # 1) where id = $1`]],
  ])('refuses %s', async (_what, tamperings) => {
    const ref = await seal(randomBytes(2 * CHUNK_BYTES + 500));
    for (const sql of tamperings) await admin.query(sql, sql.includes('$1') ? [ref] : []);
    await expect(read(ref)).rejects.toMatchObject({ code: 'vault-tampered', disposition: 'person' });
  });

  it('refuses chunks of another object, even of the same owner', async () => {
    const of = owner();
    const [one, other] = [await seal(randomBytes(100), of), await seal(randomBytes(100), of)];
    await admin.query(
      `update vault_chunk set ciphertext = (select ciphertext from vault_chunk where object_id = $2) where object_id = $1`,
      [one, other],
    );
    await expect(read(one)).rejects.toMatchObject({ code: 'vault-tampered' });
  });

  it('gives no bytes of a piece before it is authenticated', async () => {
    const ref = await seal(randomBytes(3 * CHUNK_BYTES));
    await admin.query(
      `update vault_chunk set ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1) where object_id = $1 and number = 1`,
      [ref],
    );
    const given: number[] = [];
    const reading = await vault.openStream(ref);
    await expect(
      (async () => {
        for await (const piece of reading.chunks()) given.push(piece.length);
      })(),
    ).rejects.toMatchObject({ code: 'vault-tampered' });
    expect(given).toEqual([CHUNK_BYTES]);
  });

  it('neither opens nor reads once the owner key is erased', async () => {
    const of = owner();
    const ref = await seal(randomBytes(CHUNK_BYTES + 1), of);
    await admin.query(`update vault_key set wrapped = null, erased_at = now() where owner_id = $1`, [of.ownerId]);
    await expect(vault.openStream(ref)).rejects.toMatchObject({ code: 'vault-erased' });
    await expect(vault.open(ref)).rejects.toMatchObject({ code: 'vault-erased' });
  });

  it('belongs to nobody before it is sealed: no object, and a draft is given away once', async () => {
    const draft = await draftOf(randomBytes(10));
    await expect(vault.open(draft.ref)).rejects.toMatchObject({ code: 'vault-object-unknown' });
    const object = { kind: 'attachment' as const, contentType: 'application/pdf', draft };
    await test.db.run((tx) => vault.seal(tx, owner(), [object]));
    await expect(test.db.run((tx) => vault.seal(tx, owner(), [object]))).rejects.toMatchObject({
      code: 'vault-draft-lost',
      disposition: 'retry',
    });
    expect(await vault.open(draft.ref)).toHaveLength(10);
  });

  it('can be sealed after a transaction that rolled back', async () => {
    const draft = await draftOf(Buffer.from('twice'));
    const object = { kind: 'attachment' as const, contentType: 'application/pdf', draft };
    await expect(
      test.db.run(async (tx) => {
        await vault.seal(tx, owner(), [object]);
        throw new Error('roll back');
      }),
    ).rejects.toThrow('roll back');
    await test.db.run((tx) => vault.seal(tx, owner(), [object]));
    expect((await vault.open(draft.ref)).toString()).toBe('twice');
  });

  it('discards drafts that nobody took, and leaves objects alone', async () => {
    const sealed = await seal(randomBytes(CHUNK_BYTES + 1));
    const [drafts, chunks] = [await countOf('vault_draft'), await countOf('vault_chunk')];
    const draft = await draftOf(randomBytes(2 * CHUNK_BYTES));
    expect(await countOf('vault_chunk')).toBe(chunks + 2);
    await vault.discardDrafts([draft.ref, sealed]);
    expect([await countOf('vault_draft'), await countOf('vault_chunk')]).toEqual([drafts, chunks]);
    expect(await vault.open(sealed)).toHaveLength(CHUNK_BYTES + 1);
  });

  it('sweeps away what a crash left, and whoever is still writing is told', async () => {
    const writer = vault.beginDraft();
    await writer.write(randomBytes(CHUNK_BYTES + 1));
    const abandoned = await draftOf(randomBytes(10));
    clock.advance(3_600_000);
    const fresh = await draftOf(randomBytes(10));
    expect(await vault.sweepDrafts(new Date(clock.now().getTime() - 3_599_000))).toBeGreaterThanOrEqual(2);
    await expect(writer.finish()).rejects.toMatchObject({ code: 'vault-draft-lost', disposition: 'retry' });
    const left = await admin.query(`select object_id from vault_chunk where object_id = any($1::uuid[])`, [
      [abandoned.ref, writer.ref],
    ]);
    expect(left.rows).toEqual([]);
    const object = { kind: 'attachment' as const, contentType: 'application/pdf', draft: fresh };
    await test.db.run((tx) => vault.seal(tx, owner(), [object]));
    expect(await vault.open(fresh.ref)).toHaveLength(10);
  });
});
