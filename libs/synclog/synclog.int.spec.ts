import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublicKey, verify } from 'node:crypto';
import { canonicalBytes, uuidIds, type Tx } from '#platform';
import { fixedClock, testDatabase, type TestDatabase } from '#testing';
import {
  createSyncLog,
  ensureSigningKey,
  fileSigningKeys,
  findReceipt,
  issueReceipt,
  leafHash,
  saltedDigest,
  verifyReceipt,
  type FileSigningKeys,
  type Receipt,
  type SyncLogEntryInput,
} from '#synclog';

const clock = fixedClock();
const log = createSyncLog({ ids: uuidIds, clock });
const entry = (attempt: number): SyncLogEntryInput => ({
  kind: 'attempt.settled',
  actor: { id: 'courier', type: 'system' },
  detail: { attempt },
});

describe('sync log', () => {
  let test: TestDatabase;
  const keyDir = mkdtempSync(join(tmpdir(), 'signing-'));
  let keys: FileSigningKeys;

  beforeAll(async () => {
    test = await testDatabase();
    ensureSigningKey(keyDir);
    keys = fileSigningKeys(keyDir);
  });
  afterAll(() => test.drop());

  it('keeps the final bytes and queues the entries in their order', async () => {
    const appended = await test.db.run((tx) => log.append(tx, [entry(1), entry(2), entry(3)]));
    const rows = await test.db.query<{ entry_id: string; bytes: Buffer }>(
      `select o.entry_id, e.bytes from synclog_outbox o join synclog_entry e on e.id = o.entry_id where o.entry_id = any($1) order by o.id`,
      [appended.map((one) => one.id)],
    );
    expect(rows.map((row) => row.entry_id)).toEqual(appended.map((one) => one.id));
    expect(rows.map((row) => leafHash(row.bytes))).toEqual(appended.map((one) => one.leafHash));
    expect(rows.map((row) => (JSON.parse(row.bytes.toString()) as { detail: object }).detail)).toEqual([
      { attempt: 1 },
      { attempt: 2 },
      { attempt: 3 },
    ]);
  });

  it('leaves nothing when the transaction rolls back', async () => {
    let id = '';
    const failing = test.db.run(async (tx) => {
      [{ id }] = await log.append(tx, [entry(9)]);
      throw new Error('roll back');
    });
    await expect(failing).rejects.toThrow('roll back');
    expect(await test.db.query(`select 1 from synclog_entry where id = $1`, [id])).toEqual([]);
  });

  it.each([
    'update synclog_entry set kind = kind',
    'delete from synclog_entry',
    'truncate synclog_entry cascade',
    'update synclog_leaf set leaf_index = 7',
    'delete from synclog_leaf',
    'update receipt set client_id = client_id',
    'delete from receipt',
  ])('does not let the application %s', async (sql) => {
    await expect(test.db.execute(sql)).rejects.toMatchObject({ code: '42501' });
  });

  describe('receipts', () => {
    const body = { decision: 'accept', note: 'Đủ điều kiện', decidedAt: '2026-03-02T09:00:00+07:00' };
    const issue = (tx: Tx, dossierId: string | null): Promise<Receipt> =>
      log
        .append(tx, [entry(1)])
        .then(([{ leafHash: leaf }]) =>
          issueReceipt(
            tx,
            { ...saltedDigest(body), clientId: 'one-stop', operation: 'receive-decision', dossierId, leafHash: leaf },
            { keys, ids: uuidIds, clock },
          ),
        );

    it('verify with nothing but the published key, and are found again as given', async () => {
      const receipt = await test.db.run((tx) => issue(tx, uuidIds.next()));
      const { signature, ...rest } = receipt;
      const jwk = keys.publicKeys().keys.find((key) => key.kid === receipt.keyId);
      const publicKey = createPublicKey({ key: { ...jwk }, format: 'jwk' });
      expect(verify(null, canonicalBytes(rest), publicKey, Buffer.from(signature, 'base64'))).toBe(true);
      expect(
        verifyReceipt(receipt, keys, { note: body.note, decidedAt: body.decidedAt, decision: body.decision }),
      ).toBe(true);
      expect(await findReceipt(test.db, receipt.id)).toEqual(receipt);
      expect(await findReceipt(test.db, uuidIds.next())).toBeUndefined();
    });

    it('do not verify when any member or the body was changed', async () => {
      const receipt = await test.db.run((tx) => issue(tx, null));
      for (const member of Object.keys(receipt) as (keyof Receipt)[]) {
        const changed = {
          ...receipt,
          [member]: member === 'signature' ? Buffer.alloc(64).toString('base64') : `${receipt[member]}x`,
        };
        expect({ member, isValid: verifyReceipt(changed, keys) }).toEqual({ member, isValid: false });
      }
      expect(verifyReceipt(receipt, keys, { ...body, decision: 'refuse' })).toBe(false);
    });

    it('publish no private part, and the key file is made once for its owner only', () => {
      const path = join(keyDir, 'signing.json');
      const before = readFileSync(path, 'utf8');
      ensureSigningKey(keyDir);
      expect(readFileSync(path, 'utf8')).toBe(before);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(Object.keys(keys.publicKeys().keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
      expect(() => fileSigningKeys(join(keyDir, 'nowhere'))).toThrow(/must hold an Ed25519 private JWK/);
    });
  });
});
