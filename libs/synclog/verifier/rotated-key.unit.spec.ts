import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyChainText } from '../tlog/key-chain';
import { proofFile } from '../tlog/proof-file';
import { inclusionRanges } from '../tlog/proofs';
import { ed25519FromSeed, noteCosigner, parseVerifierKey, type NoteSigner } from '../tlog/signed-note';
import { leafHash, rootOf } from '../tlog/tree-hash';
import { verifyBundle, type BundleEvidence } from './app/verify-bundle';
import { checkReceipt } from '../receipts/domain/check-receipt';
import type { Receipt } from '../receipts/domain/receipt';
import { verifyEvidenceFile, verifyReceiptProof } from './app/verify-evidence';
import { evidenceText } from './domain/evidence-file';
import type { Report } from './findings';
import { LOG_SIGNER, rangesOfSource, testEntries, testEntry, type MemoryBundle } from './testing/memory-bundle';
import { testReceipt } from './testing/test-receipt';
import {
  checkpointOf,
  rotatedBundle,
  SECOND_SIGNER,
  STATEMENTS,
  statementOf,
  STRANGER,
  TAKEN_OVER,
  THIRD_SIGNER,
} from './testing/rotated-log';

const ENTRIES = testEntries(700);
const CHAIN = keyChainText({ first: LOG_SIGNER.vkey, statements: STATEMENTS });
const FIRST = LOG_SIGNER;

async function reportOf(
  bundle: MemoryBundle,
  given: NoteSigner | undefined,
  more: Partial<BundleEvidence> = {},
): Promise<Report> {
  const key = given && parseVerifierKey(given.vkey);
  const evidence = { source: bundle, ranges: rangesOfSource(bundle), key, older: [], witnesses: [], ...more };
  return (await verifyBundle(evidence)).report;
}

const codesOf = ({ wrong }: Report): string[] => [
  ...new Set(wrong.map(({ code, reason }) => (code === 'key-chain-broken' ? `${code} ${reason}` : code))),
];

describe('a log that has got new keys', () => {
  it.each([
    ['first', FIRST, 2],
    ['second', SECOND_SIGNER, 1],
  ])('is proven with its %s key, from which statements lead on', async (_nth, given, count) => {
    const report = await reportOf(rotatedBundle(ENTRIES), given);
    expect(report.wrong).toEqual([]);
    const ids = { given: given.keyId.toString('hex'), own: THIRD_SIGNER.keyId.toString('hex') };
    expect(report.proven).toContainEqual({ code: 'key-chain', count, ...ids });
    expect(report.proven.map(({ code }) => code)).toEqual(expect.arrayContaining(['signature', 'entries', 'manifest']));
  });

  it('is proven with its newest key, and with its own word no more than any other', async () => {
    expect((await reportOf(rotatedBundle(ENTRIES), THIRD_SIGNER)).wrong).toEqual([]);
    const alone = await reportOf(rotatedBundle(ENTRIES), undefined);
    expect(alone.wrong).toEqual([]);
    expect(alone.open).toContain('key-own-word');
  });

  it('is proven while old keys sign too', async () => {
    const bundle = rotatedBundle(ENTRIES, { signers: [THIRD_SIGNER, SECOND_SIGNER] });
    for (const given of [FIRST, SECOND_SIGNER, THIRD_SIGNER]) expect((await reportOf(bundle, given)).wrong).toEqual([]);
  });

  it('goes on from older checkpoints that older keys have signed, also as a witness keeps them', async () => {
    const older = [
      { name: 'before', text: checkpointOf(ENTRIES.slice(0, TAKEN_OVER[0]), FIRST) },
      { name: 'of a witness', text: checkpointOf(ENTRIES.slice(0, 400), FIRST) },
      { name: 'between', text: checkpointOf(ENTRIES.slice(0, 450), SECOND_SIGNER, FIRST) },
    ];
    const report = await reportOf(rotatedBundle(ENTRIES), THIRD_SIGNER, { older });
    expect(report.wrong).toEqual([]);
    expect(report.vouched).toBe(450);
  });

  it('is proven by statements that the reader has, when the bundle is older than they', async () => {
    const entries = ENTRIES.slice(0, TAKEN_OVER[0]);
    const bundle = rotatedBundle(entries, { signers: [FIRST], key: FIRST });
    bundle.files.delete('keys');
    bundle.writeManifest();
    expect(codesOf(await reportOf(bundle, THIRD_SIGNER))).toContain('key-foreign');
    const keys = { file: 'keys.json', text: CHAIN };
    expect((await reportOf(bundle, THIRD_SIGNER, { keys })).wrong).toEqual([]);
  });

  it('is not proven by a key that it had replaced by then', async () => {
    const stolen = rotatedBundle(ENTRIES, { signers: [FIRST] });
    expect(codesOf(await reportOf(stolen, FIRST))).toEqual(['key-retired', 'entry-unproven']);
    expect(codesOf(await reportOf(stolen, THIRD_SIGNER))).toEqual(['key-retired', 'entry-unproven']);
  });

  describe('and of which only a key has signed that it replaced later', () => {
    const before = ENTRIES.slice(0, TAKEN_OVER[0]);
    const old = rotatedBundle(before, { signers: [FIRST] });
    const invented = rotatedBundle(edit().slice(0, 200), { signers: [FIRST] });

    it.each([FIRST, THIRD_SIGNER])('leaves open whether the log itself has signed', async (given) => {
      for (const bundle of [old, invented]) {
        const { wrong, open } = await reportOf(bundle, given);
        expect(wrong).toEqual([]);
        expect(open).toContain('signed-by-replaced-key');
      }
      expect((await reportOf(rotatedBundle(ENTRIES), given)).open).not.toContain('signed-by-replaced-key');
    });

    it('leaves nothing open of that when somebody outside speaks for it, and finds what was invented', async () => {
      const older = [{ name: 'kept', text: checkpointOf(ENTRIES.slice(0, 150), FIRST) }];
      expect((await reportOf(old, THIRD_SIGNER, { older })).open).not.toContain('signed-by-replaced-key');
      expect(codesOf(await reportOf(invented, THIRD_SIGNER, { older }))).toEqual(['not-consistent']);
      const empty = [{ name: 'empty', text: checkpointOf([], FIRST) }];
      expect((await reportOf(old, THIRD_SIGNER, { older: empty })).open).toContain('signed-by-replaced-key');
    });
  });

  describe('given an older checkpoint that only a replaced key has signed, above its size', () => {
    const at = '2026-03-02T09:00:00.000+07:00';
    const stolen = [statementOf(FIRST, THIRD_SIGNER, { fromSize: 300, at, until: at })];
    const forged = checkpointOf(edit().slice(0, 400), FIRST);
    const witness = noteCosigner('witness.example/w1', ed25519FromSeed(Buffer.alloc(32, 7)));
    const seen = (time: string): string =>
      forged + witness.cosign(forged.slice(0, forged.indexOf('\n\n') + 1), Date.parse(time) / 1_000);
    const witnesses = [parseVerifierKey(witness.vkey)];
    const said = async (bundle: MemoryBundle, text: string, more: Partial<BundleEvidence> = {}): Promise<string[]> =>
      codesOf(await reportOf(bundle, THIRD_SIGNER, { older: [{ name: 'of a thief', text }], ...more }));

    it('accuses nobody when the key was not to sign any more', async () => {
      const bundle = rotatedBundle(ENTRIES, { statements: stolen });
      expect(await said(bundle, forged)).toEqual(['key-retired']);
      expect(await said(bundle, checkpointOf(ENTRIES.slice(0, 400), FIRST))).toEqual(['key-retired']);
      expect(await said(bundle, checkpointOf(edit().concat(ENTRIES), FIRST))).toEqual(['key-retired']);
    });

    it('accuses the log only by a witness that saw it while the key still signed', async () => {
      const bundle = rotatedBundle(ENTRIES);
      expect(await said(bundle, forged)).toEqual(['key-retired']);
      const missing = 'witness-missing';
      expect(await said(bundle, seen('2026-04-02T00:00:00Z'), { witnesses })).toEqual([missing, 'key-retired']);
      expect(await said(bundle, seen('2026-03-20T00:00:00Z'), { witnesses })).toEqual([missing, 'not-consistent']);
    });
  });

  it('does not go with another successor than the one that the reader knows of', async () => {
    const other = statementOf(FIRST, STRANGER, { fromSize: 300 });
    const bundle = rotatedBundle(ENTRIES, { statements: [other], signers: [STRANGER], key: STRANGER });
    const keys = { file: 'keys.json', text: CHAIN };
    expect(codesOf(await reportOf(bundle, FIRST, { keys }))).toContain('key-chain-broken statement-fork');
    expect(codesOf(await reportOf(bundle, THIRD_SIGNER))).toContain('key-foreign');
  });
});

describe('an evidence file of a log that has got new keys', () => {
  const LEAVES = ENTRIES.map((entry) => leafHash(entry));
  const entries = [3, 650].map((index) => ({
    index,
    entry: ENTRIES[index].toString('utf8'),
    proof: inclusionRanges(index, 700).map(({ from, to }) => rootOf(LEAVES.slice(from, to)).toString('base64')),
  }));
  const text = evidenceText({
    format: 'lienthong-evidence/2',
    origin: FIRST.name,
    logKey: THIRD_SIGNER.vkey,
    keys: CHAIN,
    checkpoint: checkpointOf(ENTRIES, THIRD_SIGNER),
    subject: { code: 'G22.99.08-260302-000001' },
    entries,
  });

  it.each([
    ['first', FIRST],
    ['newest', THIRD_SIGNER],
  ])('is proven with its %s key', (_nth, given) => {
    const key = parseVerifierKey(given.vkey);
    const { report } = verifyEvidenceFile({ name: 'e.json', text, key, older: [], witnesses: [] });
    expect(report.wrong).toEqual([]);
    expect(report.proven).toContainEqual(expect.objectContaining({ code: 'entries', count: 2 }));
  });

  it('is not read without the keys that its form promises', () => {
    const key = parseVerifierKey(FIRST.vkey);
    const cut = text.replace(/,"keys":"(?:[^"\\]|\\.)*"/, '');
    const { report } = verifyEvidenceFile({ name: 'e.json', text: cut, key, older: [], witnesses: [] });
    expect(codesOf(report)).toEqual(['evidence-malformed']);
  });
});

describe('a receipt’s proof of a log that has got new keys', () => {
  const { receipt, keys } = testReceipt(leafHash(ENTRIES[650]));
  const proofOf = (extra?: Buffer): string =>
    proofFile({
      index: 650,
      proof: inclusionRanges(650, 700).map(({ from, to }) =>
        rootOf(ENTRIES.slice(from, to).map((entry) => leafHash(entry))),
      ),
      note: checkpointOf(ENTRIES, THIRD_SIGNER),
      extra,
    });
  const check = (text: string, given: NoteSigner, chain?: string): string[] => {
    const beside = { key: parseVerifierKey(given.vkey), older: [], witnesses: [] };
    const own = chain === undefined ? {} : { keys: { file: 'keys.json', text: chain } };
    const evidence = { name: 'p', text, ...beside, ...own, receipt: { name: 'r', receipt, keys } };
    return codesOf(verifyReceiptProof(evidence));
  };

  it('is proven with the first key by the statements that it brings along, or that the reader has', () => {
    expect(check(proofOf(Buffer.from(CHAIN)), FIRST)).toEqual([]);
    expect(check(proofOf(), FIRST, CHAIN)).toEqual([]);
    expect(check(proofOf(), THIRD_SIGNER)).toEqual([]);
    expect(check(proofOf(), FIRST)).toEqual(['key-foreign']);
  });

  it('is proven by the command line of the product, too', () => {
    const whole = { ...receipt, salt: '', contentDigest: '' } as unknown as Receipt;
    const sealedBy = (proof: string, logKey: string) =>
      checkReceipt({ receipt: whole, keys, sealed: { proof, logKey } }).sealed;
    expect(sealedBy(proofOf(Buffer.from(CHAIN)), FIRST.vkey)).toEqual({ result: 'proven' });
    expect(sealedBy(proofOf(Buffer.from('none')), FIRST.vkey)).toEqual({ result: 'wrong', code: 'proof-unreadable' });
    expect(sealedBy(proofOf(), FIRST.vkey)).toEqual({ result: 'wrong', code: 'checkpoint-not-signed' });
  });
});

/** What somebody can do to the keys, and what is found with the first or with the newest key in hand. */
interface KeyTampering {
  name: string;
  what: string;
  tamper(): MemoryBundle;
  first: readonly string[];
  newest: readonly string[];
}

const edited = STATEMENTS[0].replace('"fromSize":300', '"fromSize":600');
const KEY_TAMPERINGS: readonly KeyTampering[] = [
  {
    name: 'statement-edited',
    what: 'A statement is changed: the first key is said to have signed for longer.',
    tamper: () => rotatedBundle(ENTRIES, { statements: [edited, STATEMENTS[1]] }),
    first: ['key-chain-broken', 'key-foreign', 'entry-unproven'],
    newest: ['key-chain-broken'],
  },
  {
    name: 'statement-by-another-key',
    what: 'A statement names a new key; another key than the log’s has signed it.',
    tamper: () => {
      const forged = statementOf(FIRST, STRANGER, { fromSize: 300, by: { old: STRANGER, next: STRANGER } });
      return rotatedBundle(edit(), { statements: [forged], signers: [STRANGER], key: STRANGER });
    },
    first: ['key-chain-broken', 'key-foreign', 'entry-unproven'],
    newest: ['key-chain-broken', 'key-foreign', 'entry-unproven'],
  },
  {
    name: 'key-without-statement',
    what: 'The log is signed with a new key, and no statement says so.',
    tamper: () => rotatedBundle(edit(), { signers: [STRANGER], key: STRANGER }),
    first: ['key-foreign', 'entry-unproven'],
    newest: ['key-foreign', 'entry-unproven'],
  },
  {
    name: 'statement-removed',
    what: 'A statement is taken out: a key is left that nobody has named.',
    tamper: () => rotatedBundle(ENTRIES, { statements: [STATEMENTS[1]] }),
    first: ['key-chain-broken', 'key-foreign', 'entry-unproven'],
    newest: ['key-chain-broken'],
  },
  {
    name: 'retired-key-used',
    what: 'Who has the first key rewrites the log and signs it, after the key was replaced.',
    tamper: () => rotatedBundle(edit(), { signers: [FIRST] }),
    first: ['key-retired', 'entry-unproven'],
    newest: ['key-retired', 'entry-unproven'],
  },
];

function edit(): Buffer[] {
  return ENTRIES.toSpliced(100, 1, testEntry(100, 'refused'));
}

describe('tampering with the keys', () => {
  it.each(KEY_TAMPERINGS.map((one) => [one.name, one] as const))('%s is found and named', async (_name, one) => {
    const found = async (given: NoteSigner): Promise<string[]> => [
      ...new Set((await reportOf(one.tamper(), given)).wrong.map(({ code }) => code)),
    ];
    expect({ first: await found(FIRST), newest: await found(THIRD_SIGNER) }).toEqual({
      first: one.first,
      newest: one.newest,
    });
  });

  it('stands on the page about tampering', () => {
    const page = readFileSync(join(__dirname, '../../../docs/reference/tampering.md'), 'utf8');
    const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    const shown = (codes: readonly string[]): string => codes.map((code) => `\`${code}\``).join(', ');
    for (const { name, what, first, newest } of KEY_TAMPERINGS)
      expect(rows).toContainEqual(['', `\`${name}\``, what, shown(first), shown(newest), '']);
  });
});
