import { Client } from 'pg';
import { uuidIds } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { withoutArchive } from '../archive/app/without-archive';
import { readNewestCheckpoint } from '../sealing/adapters/tree-store';
import { readResource } from '../sealing/app/read-resource';
import { parseCheckpoint } from '../tlog/checkpoint';
import { parseNote, parseVerifierKey } from '../tlog/signed-note';
import { hashesAt, parseTilePath, TILE_WIDTH, tilePath } from '../tlog/tiles';
import { leafHash } from '../tlog/tree-hash';
import { verifyBundle, type BundleEvidence } from './app/verify-bundle';
import { filesOfTree } from './domain/log-files';
import { cosigned, LOG_SIGNER, MemoryBundle, rangesOfSource, testEntries, WITNESS } from './testing/memory-bundle';
import { testReceipt } from './testing/test-receipt';
import { OLDER_SIZE, RECEIPT_LEAF, SIZE, TAMPERINGS, type Tampering } from './testing/tamperings';

const ENTRIES = testEntries(SIZE);

/** The same twenty, done by the superuser in the tables, and read by the auditor as the gateway serves them. */
describe('twenty kinds of tampering in the database', () => {
  let test: TestDatabase;
  let superuser: Client;
  beforeAll(async () => {
    test = await testDatabase();
    superuser = new Client({ connectionString: test.ownerUrl });
    await superuser.connect();
  });
  afterAll(async () => {
    await superuser.end();
    await test.drop();
  });

  it('leave a log that nobody tampered with as it is', async () => {
    const { wrong, proven } = await reportOf(await storedAndServed(cosignedBundle(SIZE)), OUTSIDE);
    expect(wrong).toEqual([]);
    expect(proven.map(({ code }) => code)).toEqual(expect.arrayContaining(['entries', 'older', 'witness', 'receipt']));
  });

  it.each(TAMPERINGS.map((one) => [one.name, one] as const))('%s is found', async (name, one) => {
    const served = await storedAndServed(tampered(one));
    const alone = codesOf(await reportOf(served));
    const together = codesOf(await reportOf(served, OUTSIDE));
    expect(alone).toEqual([...(OTHERWISE_HERE[name] ?? one.alone)].sort());
    // What stands behind the sealed entries is not part of the log: the sealer would seal it as any other.
    expect(together.length > 0).toBe(name !== 'entries-appended');
  });

  /** The tables hold one entry for each leaf, so that these three show in another way than in files. */
  const OTHERWISE_HERE: Readonly<Record<string, readonly string[]>> = {
    'entry-removed': ['entry-missing'],
    'entry-inserted': ['entry-changed'],
    'entry-cut': ['entry-changed', 'entry-malformed'],
    'entries-appended': [],
  };

  async function storedAndServed(bundle: MemoryBundle): Promise<MemoryBundle> {
    await superuser.query('begin');
    await superuser.query(
      'truncate synclog_entry, synclog_leaf, synclog_tile, synclog_checkpoint, synclog_cosignature, synclog_outbox',
    );
    await storeEntries(bundle);
    await storeTree(bundle);
    await superuser.query('commit');
    return served(bundle.files.get('key')!);
  }

  async function storeEntries(bundle: MemoryBundle): Promise<void> {
    for (const path of bundle.list()) {
      const name = parseTilePath(path);
      if (name?.level !== 'entries') continue;
      for (const [place, bytes] of looseEntries(bundle.read(path)!).entries())
        await superuser.query(
          `with leaf as (
             insert into synclog_leaf (leaf_index, entry_id) values ($1, $3) on conflict do nothing returning entry_id
           )
           insert into synclog_entry (id, at, kind, bytes) select entry_id, now(), 'attempt.settled', $2 from leaf`,
          [name.index * TILE_WIDTH + place, bytes, uuidIds.next()],
        );
    }
  }

  async function storeTree(bundle: MemoryBundle): Promise<void> {
    const { size, root } = parseCheckpoint(parseNote(bundle.note).text);
    for (const path of bundle.list()) {
      const name = parseTilePath(path);
      if (name !== undefined && name.level !== 'entries' && name.width === TILE_WIDTH)
        await superuser.query('insert into synclog_tile (level, tile_index, hashes) values ($1, $2, $3)', [
          name.level,
          name.index,
          bundle.read(path),
        ]);
    }
    const partials: Buffer[] = [];
    for (let level = 0; hashesAt(level, size) > 0; level += 1) {
      const count = hashesAt(level, size);
      const width = count % TILE_WIDTH;
      const path = tilePath({ level, index: Math.floor(count / TILE_WIDTH), width });
      partials.push(width === 0 ? Buffer.alloc(0) : bundle.read(path)!);
    }
    await superuser.query('update synclog_head set size = $1, root = $2, partials = $3', [size, root, partials]);
    await superuser.query('insert into synclog_checkpoint (size, root, note, signed_at) values ($1, $2, $3, now())', [
      size,
      root,
      bundle.note,
    ]);
  }

  /** What an auditor gets; what the gateway cannot serve is not there. */
  async function served(key: Buffer): Promise<MemoryBundle> {
    const bundle = new MemoryBundle([]);
    bundle.files.clear();
    const { note, size } = (await readNewestCheckpoint(test.db))!;
    bundle.files.set('key', key);
    bundle.files.set('checkpoint', Buffer.from(note));
    for (const path of filesOfTree(size)) {
      const bytes = await readResource(withoutArchive(test.db), parseTilePath(path)!).catch(() => undefined);
      if (bytes !== undefined) bundle.files.set(path, bytes);
    }
    return bundle.writeManifest();
  }
});

/** Entries of a bundle, the last one as far as it is there. */
function looseEntries(bytes: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt16BE(at);
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

function cosignedBundle(size: number): MemoryBundle {
  const bundle = new MemoryBundle(ENTRIES.slice(0, size));
  bundle.files.set('checkpoint', Buffer.from(cosigned(bundle.note)));
  return bundle;
}

function tampered({ tamper }: Tampering): MemoryBundle {
  const bundle = cosignedBundle(SIZE);
  tamper(bundle);
  return bundle;
}

const OUTSIDE: Partial<BundleEvidence> = {
  older: [{ name: 'older', text: cosignedBundle(OLDER_SIZE).note }],
  witnesses: [parseVerifierKey(WITNESS.vkey)],
  receipt: { name: 'receipt.json', ...testReceipt(leafHash(ENTRIES[RECEIPT_LEAF])) },
};

async function reportOf(source: MemoryBundle, outside: Partial<BundleEvidence> = {}) {
  const key = parseVerifierKey(LOG_SIGNER.vkey);
  return (await verifyBundle({ source, ranges: rangesOfSource(source), key, older: [], witnesses: [], ...outside }))
    .report;
}

function codesOf({ wrong }: Awaited<ReturnType<typeof reportOf>>): string[] {
  return [...new Set(wrong.map(({ code }) => code))].sort();
}
