import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inclusionRanges } from '../../tlog/proofs';
import { proofFile } from '../../tlog/proof-file';
import { leafHash, rootOf } from '../../tlog/tree-hash';
import { EVIDENCE_FORMAT, type EvidenceFile } from '../domain/evidence-file';
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
    const file = { format: EVIDENCE_FORMAT, origin, logKey, checkpoint: bundle.note, subject, entries, ...change };
    return put('evidence.json', JSON.stringify(file));
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
    expect(await reportOf(putBundle())).toMatchObject({ exit: 0, wrong: [], size: SIZE });
  });

  it('does not count after a checkpoint that promises far more than is there', async () => {
    bundle.sign(LOG_SIGNER, 2 ** 50).writeManifest();
    const { wrong } = await reportOf(putBundle());
    expect(wrong).toEqual([{ code: 'entry-missing', leaf: 512, lastLeaf: 2 ** 50 - 1 }]);
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
        { code: 'older', size: 257 },
        { code: 'witness', name: 'witness.test/w1' },
      ]),
    );
    expect(report.open).not.toContain('rewritten');
    const forked = put('forked', new MemoryBundle(testEntries(201).slice(1)).note);
    expect((await reportOf(putBundle(), '--older', forked)).codes).toEqual(['not-consistent']);
    const foreign = put('foreign', new MemoryBundle(ENTRIES.slice(0, 200), OTHER_SIGNER).note);
    expect((await reportOf(putBundle(), '--older', foreign)).codes).toEqual(['older-foreign']);
  });

  it('proves the entries of an evidence file, and says that they need not be all', async () => {
    const report = await reportOf(evidence(), '--key', LOG_SIGNER.vkey, '--older', put('older', bundle.note));
    expect([report.exit, report.codes]).toEqual([0, []]);
    expect(report.proven).toContainEqual(expect.objectContaining({ code: 'entries', count: 2 }));
    expect(report.open).toEqual(expect.arrayContaining(['completeness', 'older-without-tiles']));
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
  ])('ends with 2 for %s', async (_what, args) => {
    const { code, said, complained } = await run(...args);
    expect([code, said]).toEqual([2, '']);
    expect(complained).not.toBe('');
  });
});
