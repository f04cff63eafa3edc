import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inclusionRanges } from '../../tlog/proofs';
import { proofFile } from '../../tlog/proof-file';
import { ed25519FromSeed, noteCosigner } from '../../tlog/signed-note';
import { leafHash, rootOf } from '../../tlog/tree-hash';
import { EVIDENCE_FORMAT, evidenceText, type EvidenceFile } from '../domain/evidence-file';
import type { Report } from '../findings';
import {
  cosigned,
  LOG_SIGNER,
  MemoryBundle,
  OTHER_SIGNER,
  testEntries,
  testEntry,
  WITNESS,
} from '../testing/memory-bundle';
import { testReceipt } from '../testing/test-receipt';
import { runVerifier } from './run';

const SIZE = 300;
/** A witness who has got hold of the log’s key. */
const SAME_AS_LOG = noteCosigner(
  'witness.test/w2',
  ed25519FromSeed(Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')),
);
const ENTRIES = testEntries(SIZE);
const LEAVES = ENTRIES.map((entry) => leafHash(entry));
const proofOf = (index: number): Buffer[] =>
  inclusionRanges(index, SIZE).map(({ from, to }) => rootOf(LEAVES.slice(from, to)));

describe('lienthong-verify', () => {
  let dir: string;
  let bundle: MemoryBundle;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'lienthong-verify-'));
    bundle = new MemoryBundle(ENTRIES);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function put(name: string, content: string | Buffer): string {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }
  function putBundle(): string {
    for (const [path, bytes] of bundle.files) put(join('bundle', path), bytes);
    return join(dir, 'bundle');
  }
  function evidence(change: Partial<EvidenceFile> = {}): string {
    const entries = [3, 270].map((index) => ({
      index,
      entry: ENTRIES[index].toString('utf8'),
      proof: proofOf(index).map((hash) => hash.toString('base64')),
    }));
    const [origin, logKey] = [LOG_SIGNER.name, LOG_SIGNER.vkey];
    const subject = { code: 'G22.99.08-260302-000001' };
    const format = EVIDENCE_FORMAT;
    const file = { format, origin, logKey, checkpoint: bundle.note, subject, entries, ...change } as const;
    return put('evidence.json', evidenceText(file));
  }
  async function run(...args: string[]): Promise<{ code: number; said: string; complained: string }> {
    const [said, complained]: string[][] = [[], []];
    const code = await runVerifier(args, {
      env: { LANG: 'vi_VN.UTF-8' },
      say: (text) => said.push(text),
      complain: (text) => complained.push(text),
      threadEntry: 'none',
    });
    return { code, said: said.join(''), complained: complained.join('') };
  }
  async function reportOf(...args: string[]): Promise<Report & { exit: number; codes: string[] }> {
    const { code, said } = await run('--json', ...args);
    const report = JSON.parse(said) as Report;
    return { ...report, exit: code, codes: [...new Set(report.wrong.map((finding) => finding.code))] };
  }

  it('proves a bundle, says what is not proven, and ends with 0', async () => {
    const { code, said } = await run(putBundle(), '--key', LOG_SIGNER.vkey, '--lang', 'en');
    expect(code).toBe(0);
    expect(said).toContain('300 entries are as they were sealed');
    expect(said).toContain('NOT PROVEN by this');
    expect(said).toContain('was not rewritten and signed anew');
  });

  it('proves nothing against whoever made the evidence when the key came with it, and ends with 3', async () => {
    expect((await run(evidence())).code).toBe(3);
    const forged = new MemoryBundle(testEntries(SIZE).reverse(), OTHER_SIGNER);
    bundle.files.clear();
    for (const [path, bytes] of forged.files) bundle.files.set(path, bytes);
    const { code, said } = await run(putBundle(), '--lang', 'en');
    expect(code).toBe(3);
    expect(said).toContain('PROVEN, if the key is the log’s');
    expect(said).toContain('with the key that the evidence itself brings');
    expect(said).not.toContain('Everything that was looked at is proven');
  });

  it('speaks Vietnamese where the person does', async () => {
    const { said } = await run(putBundle());
    expect(said).toContain('300 mục còn nguyên như khi được niêm phong');
    expect(said).toContain('đó chỉ là lời của chính bằng chứng');
  });

  it('names the entry that was changed, and ends with 1', async () => {
    bundle.rebundle(0, (entries) => entries.toSpliced(7, 1, testEntry(7, 'refused'))).writeManifest();
    const { code, said } = await run(putBundle(), '--key', put('log.vkey', `${LOG_SIGNER.vkey}\n`), '--lang', 'en');
    expect(code).toBe(1);
    expect(said).toContain('entry-changed  entry 7:');
    expect(said).toContain('299 of 300 entries are as they were sealed');
  });

  it('writes the entries that are proven, byte for byte', async () => {
    bundle.rebundle(0, (entries) => entries.toSpliced(7, 1, testEntry(7, 'refused'))).writeManifest();
    const file = join(dir, 'entries.jsonl');
    await run(putBundle(), '--entries', file);
    expect(readFileSync(file, 'utf8')).toBe(
      ENTRIES.toSpliced(7, 1)
        .map((entry) => `${entry.toString('utf8')}\n`)
        .join(''),
    );
    // What is there already is not written over.
    const again = await run(putBundle(), '--entries', file);
    expect([again.code, again.said]).toEqual([2, '']);
  });

  it.each([
    ['a file of the log with other bytes', 'tile/entries/001.p/44', 'digest'],
    ['a checkpoint that was kept and is not listed', 'checkpoints/300', 'not-listed'],
  ])('compares with the manifest: %s', async (_what, path, reason) => {
    const known = bundle.files.get(path) ?? Buffer.from(bundle.note);
    bundle.files.set(path, Buffer.from(known));
    if (reason === 'digest') bundle.files.get(path)!.write('9', 60);
    expect((await reportOf(putBundle())).wrong).toContainEqual({ code: 'manifest-differs', file: path, reason });
  });

  it('reads a full tile where the partial one has gone, as the log went on', async () => {
    const longer = new MemoryBundle(testEntries(600));
    for (const level of ['0', 'entries']) {
      bundle.files.delete(`tile/${level}/001.p/44`);
      bundle.files.set(`tile/${level}/001`, longer.files.get(`tile/${level}/001`)!);
    }
    bundle.writeManifest();
    const report = await reportOf(putBundle(), '--key', LOG_SIGNER.vkey);
    expect(report).toMatchObject({ exit: 0, wrong: [], size: SIZE });
  });

  it('does not count after a checkpoint that promises far more than is there', async () => {
    bundle.sign(LOG_SIGNER, 2 ** 50).writeManifest();
    const { wrong } = await reportOf(putBundle());
    expect(wrong).toEqual([
      { code: 'entry-missing', leaf: 512, lastLeaf: 2 ** 50 - 1 },
      { code: 'entry-unproven', leaf: 0, lastLeaf: 511 },
    ]);
  });

  it('compares with an older checkpoint, with those of the folder, and with a witness', async () => {
    const older = put('older', new MemoryBundle(ENTRIES.slice(0, 200)).note);
    bundle.files.set('checkpoints/257', Buffer.from(new MemoryBundle(ENTRIES.slice(0, 257)).note));
    bundle.files.set('checkpoint', Buffer.from(cosigned(bundle.note)));
    bundle.writeManifest();
    const report = await reportOf(putBundle(), '--older', older, '--witness', WITNESS.vkey);
    expect(report.codes).toEqual([]);
    expect(report.proven).toEqual(
      expect.arrayContaining([
        { code: 'older', size: 200 },
        { code: 'kept', size: 257 },
        { code: 'witness', name: 'witness.test/w1', at: '2026-03-01T21:20:00.000Z' },
      ]),
    );
    expect(report.open).not.toContain('rewritten');
    const forked = put('forked', new MemoryBundle(testEntries(201).slice(1)).note);
    expect((await reportOf(putBundle(), '--older', forked)).codes).toEqual(['not-consistent']);
    const foreign = put('foreign', new MemoryBundle(ENTRIES.slice(0, 200), OTHER_SIGNER).note);
    expect((await reportOf(putBundle(), '--older', foreign)).codes).toEqual(['older-foreign']);
  });

  it('proves the entries of an evidence file, and says that they need not be all', async () => {
    const report = await reportOf(evidence(), '--key', LOG_SIGNER.vkey);
    expect([report.exit, report.codes]).toEqual([0, []]);
    expect(report.proven).toContainEqual(expect.objectContaining({ code: 'entries', count: 2, first: 3, last: 270 }));
    expect(report.open).toEqual(expect.arrayContaining(['completeness', 'subject', 'rewritten']));
  });

  it('compares an evidence file and a proof with older checkpoints, as far as that goes without a tree', async () => {
    const { receipt, keys } = testReceipt(LEAVES[270]);
    const proof = put('receipt.tlog-proof', proofFile({ index: 270, proof: proofOf(270), note: bundle.note }));
    const given = ['--receipt', put('receipt.json', JSON.stringify(receipt))];
    given.push('--receipt-keys', put('jwks.json', JSON.stringify({ keys })), '--key', LOG_SIGNER.vkey);
    const ended = async (path: string, older: string): Promise<unknown> => {
      const { codes, open, vouched } = await reportOf(path, ...given, '--older', put('older', older));
      return { codes, vouched, open: open.filter((code) => code === 'rewritten' || code === 'older-without-tiles') };
    };
    const forked = new MemoryBundle(testEntries(SIZE + 1).slice(1)).note;
    for (const path of [evidence(), proof]) {
      expect(await ended(path, bundle.note)).toEqual({ codes: [], vouched: SIZE, open: [] });
      const smaller = new MemoryBundle(ENTRIES.slice(0, 200)).note;
      const [codes, vouched, open] = [[], 0, ['older-without-tiles', 'rewritten']];
      expect(await ended(path, smaller)).toEqual({ codes, vouched, open });
      expect(await ended(path, forked)).toMatchObject({ codes: ['not-consistent'], vouched: 0 });
      expect(await ended(path, 'nothing')).toMatchObject({ codes: ['older-foreign'], vouched: 0 });
    }
  });

  const oneEntry = (index: number): EvidenceFile['entries'][number] => ({
    index,
    entry: ENTRIES[index].toString('utf8'),
    proof: proofOf(index).map((hash) => hash.toString('base64')),
  });
  it.each<[string, (text: string) => string, string]>([
    ['a member twice', (text) => text.replace('{"format"', '{"subject":{"code":"X"},"format"'), 'not-as-written'],
    ['a member nobody knows', (text) => text.replace(',"subject"', ',"verdict":"guilty","subject"'), 'not-as-written'],
    ['an entry with two texts', (text) => text.replace('"entry":', '"entry":"forged","entry":'), 'not-as-written'],
    ['another layout', (text) => JSON.stringify(JSON.parse(text), null, 2), 'not-as-written'],
    ['no subject', (text) => text.replace(/"subject":\{.*?\}/, '"subject":{}'), 'malformed'],
    ['another name of the log', (text) => text.replace(LOG_SIGNER.name, 'other.test/synclog'), 'log'],
  ])('does not take an evidence file with %s', async (_what, change, reason) => {
    const path = evidence();
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    const report = await reportOf(path, '--key', LOG_SIGNER.vkey);
    expect(report.wrong).toEqual([{ code: 'evidence-malformed', file: path, reason }]);
    expect(report.exit).toBe(1);
  });

  it.each<[string, number[], string]>([
    ['no entry', [], 'no-entries'],
    ['entries in another order', [270, 3], 'not-ascending'],
    ['an entry twice', [3, 3], 'not-ascending'],
  ])('does not take an evidence file with %s', async (_what, indexes, reason) => {
    const { wrong, proven } = await reportOf(evidence({ entries: indexes.map(oneEntry) }), '--key', LOG_SIGNER.vkey);
    expect(wrong).toEqual([expect.objectContaining({ code: 'evidence-malformed', reason })]);
    expect(proven).toEqual([]);
  });

  it.each([
    ['another entry', { index: 3, entry: testEntry(3, 'refused').toString('utf8'), proof: proofOf(3) }, 'proof-wrong'],
    ['another place', { index: 4, entry: ENTRIES[3].toString('utf8'), proof: proofOf(3) }, 'proof-wrong'],
    ['a short proof', { index: 3, entry: ENTRIES[3].toString('utf8'), proof: proofOf(3).slice(1) }, 'proof-wrong'],
    ['no hashes', { index: 3, entry: ENTRIES[3].toString('utf8'), proof: [Buffer.from('x')] }, 'proof-wrong'],
  ])('finds %s in an evidence file', async (_what, { proof, ...entry }, code) => {
    const entries = [{ ...entry, proof: proof.map((hash) => hash.toString('base64')) }];
    const report = await reportOf(evidence({ entries }));
    expect([report.exit, report.codes]).toEqual([1, [code]]);
    expect(report.wrong[0].leaf).toBe(entry.index);
  });

  it('finds a checkpoint and a key of another log in an evidence file', async () => {
    const other = new MemoryBundle(ENTRIES, OTHER_SIGNER).note;
    const foreign = await reportOf(
      evidence({ checkpoint: other, logKey: OTHER_SIGNER.vkey }),
      '--key',
      LOG_SIGNER.vkey,
    );
    expect(foreign.codes).toEqual(['key-foreign']);
    expect(foreign.proven).toEqual([]);
    expect((await reportOf(evidence({ checkpoint: bundle.note.replace('\n300\n', '\n301\n') }))).codes).toContain(
      'signature-wrong',
    );
    expect((await reportOf(evidence({ checkpoint: 'nothing' }))).codes).toEqual(['checkpoint-malformed']);
    expect((await reportOf(put('none.json', '{"format":"other"}'))).codes).toEqual(['evidence-malformed']);
  });

  it('looks for the entry of a receipt in a bundle, in an evidence file, and by its own proof', async () => {
    const { receipt, keys } = testReceipt(LEAVES[270]);
    const given = [
      '--receipt',
      put('receipt.json', JSON.stringify(receipt)),
      '--receipt-keys',
      put('jwks.json', JSON.stringify({ keys })),
    ];
    const trusted = ['--key', LOG_SIGNER.vkey];
    const proof = put('receipt.tlog-proof', proofFile({ index: 270, proof: proofOf(270), note: bundle.note }));
    for (const path of [putBundle(), evidence(), proof]) {
      const report = await reportOf(path, ...given, ...trusted);
      expect([report.exit, report.codes]).toEqual([0, []]);
      expect(report.proven).toContainEqual({ code: 'receipt', leaf: 270 });
      expect(report.open).toContain('receipt-keys');
    }
    const elsewhere = put('other.tlog-proof', proofFile({ index: 269, proof: proofOf(270), note: bundle.note }));
    expect((await reportOf(elsewhere, ...given, ...trusted)).codes).toEqual(['receipt-not-in-log']);
    const changed = put('changed.json', JSON.stringify({ ...receipt, id: 'r2' }));
    expect((await reportOf(putBundle(), '--receipt', changed, ...given.slice(2))).codes).toEqual([
      'receipt-signature-wrong',
    ]);
  });

  it.each([
    ['no path', []],
    ['two paths', ['a', 'b']],
    ['a path that is not there', ['nowhere']],
    ['an unknown option', ['.', '--force']],
    ['an unknown language', ['.', '--lang', 'fr']],
    ['a receipt without keys', ['.', '--receipt', 'x']],
    ['a key that is none', ['.', '--key', 'package.json']],
    ['the key of a log as witness', ['.', '--witness', LOG_SIGNER.vkey]],
    ['a witness twice', ['.', '--witness', WITNESS.vkey, '--witness', WITNESS.vkey]],
    ['a witness with the key of the log', ['.', '--key', LOG_SIGNER.vkey, '--witness', SAME_AS_LOG.vkey]],
  ])('ends with 2 for %s', async (_what, args) => {
    const { code, said, complained } = await run(...args);
    expect([code, said]).toEqual([2, '']);
    expect(complained).not.toBe('');
  });

  it('hands no control character of a file’s name to the terminal', async () => {
    expect((await run('nowhere\u001b[2J\u202e')).complained).toContain('nowhere\ufffd[2J\ufffd');
  });

  it('takes a receipt that nests too deep for none', async () => {
    const deep = `{"leafHash":"","keyId":"","signature":"","more":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const keys = put('jwks.json', '{"keys":[]}');
    const { code, said } = await run(putBundle(), '--receipt', put('deep.json', deep), '--receipt-keys', keys);
    expect([code, said]).toEqual([2, '']);
  });
});
