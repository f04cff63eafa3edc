import { Command } from 'commander';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, uuidIds, type Tx } from '#platform';
import { ensureSigningKey, fileSigningKeys, issueReceipt, saltedDigest, type Receipt } from '#synclog';
import { checkpointText } from '../../../libs/synclog/tlog/checkpoint';
import { keyChainText } from '../../../libs/synclog/tlog/key-chain';
import { signStatement } from '../../../libs/synclog/tlog/key-statement';
import { proofFile } from '../../../libs/synclog/tlog/proof-file';
import { inclusionRanges } from '../../../libs/synclog/tlog/proofs';
import { noteSigner, signNote } from '../../../libs/synclog/tlog/signed-note';
import { leafHash, rootOf } from '../../../libs/synclog/tlog/tree-hash';
import { addVerifyCommands } from './verify';

const BODY = { dvcltCode: 'G22.99.08-260302-000001', decision: 'accept' };
const LEAVES = Array.from({ length: 300 }, (_, at) => leafHash(Buffer.from(`entry ${at}`)));
const PLACE = 270;

describe('lienthong verify receipt', () => {
  const written: string[] = [];
  let dir: string;
  let receipt: Receipt;
  const put = (name: string, content: unknown): string => {
    const path = join(dir, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  async function run(...args: string[]): Promise<{ found: unknown; exitCode: typeof process.exitCode }> {
    written.length = 0;
    process.exitCode = undefined;
    const program = new Command('lienthong').option('--data <dir>').option('--json', '', false).exitOverride();
    addVerifyCommands(program);
    try {
      await program.parseAsync(['--json', 'verify', 'receipt', ...args], { from: 'user' });
      return { found: JSON.parse(written.join('')), exitCode: process.exitCode };
    } finally {
      process.exitCode = undefined;
    }
  }

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'verify-receipt-'));
    ensureSigningKey(dir);
    const keys = fileSigningKeys(dir);
    put('jwks.json', keys.publicKeys());
    put('body.json', BODY);
    const tx = { send: () => undefined } as unknown as Tx;
    const about = { clientId: 'one-stop', operation: 'decision', dossierId: null, leafHash: LEAVES[PLACE] };
    receipt = await issueReceipt(tx, { ...about, ...saltedDigest(BODY) }, { keys, ids: uuidIds, clock: systemClock });
    put('receipt.json', receipt);
    const signer = noteSigner('lienthong.test/synclog', generateKeyPairSync('ed25519').privateKey);
    put('log.vkey', `${signer.vkey}\n`);
    const head = { origin: signer.name, size: LEAVES.length, root: rootOf(LEAVES) };
    const proof = inclusionRanges(PLACE, LEAVES.length).map(({ from, to }) => rootOf(LEAVES.slice(from, to)));
    const note = signNote(checkpointText(head), signer);
    put('receipt.tlog-proof', proofFile({ index: PLACE, proof, note }));
    put('other.tlog-proof', proofFile({ index: PLACE - 1, proof, note }));
    const next = noteSigner(signer.name, generateKeyPairSync('ed25519').privateKey);
    const said = { origin: signer.name, oldKey: signer.vkey, newKey: next.vkey, fromSize: LEAVES.length };
    const times = { at: '2026-03-02T09:00:00.000+07:00', until: '2026-03-02T09:00:00.000+07:00' };
    const statements = [signStatement({ ...said, ...times }, { old: signer, next })];
    const extra = Buffer.from(keyChainText({ first: signer.vkey, statements }));
    put('replaced.tlog-proof', proofFile({ index: PLACE, proof, note, extra }));
    put('forged.tlog-proof', proofFile({ index: PLACE, proof, note: note.replace('\n300\n', '\n301\n') }));
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterAll(() => {
    jest.restoreAllMocks();
    rmSync(dir, { recursive: true, force: true });
  });
  const at = (name: string): string => join(dir, name);
  const sealedBy = (proof: string): string[] => ['--proof', at(proof), '--log-key', at('log.vkey')];

  it('proves signature, body and place in the sealed log', async () => {
    const args = [at('receipt.json'), '--keys', at('jwks.json'), '--body', at('body.json')];
    expect(await run(...args, ...sealedBy('receipt.tlog-proof'))).toEqual({
      found: { signature: { result: 'proven' }, body: { result: 'proven' }, sealed: { result: 'proven' } },
      exitCode: undefined,
    });
  });

  it('leaves open who signed when only a key has that the log replaced later', async () => {
    const args = [at('receipt.json'), '--keys', at('jwks.json'), ...sealedBy('replaced.tlog-proof')];
    expect(await run(...args)).toMatchObject({
      found: { sealed: { result: 'proven', open: 'signed-by-replaced-key' } },
      exitCode: undefined,
    });
  });

  it('says what it was not given', async () => {
    expect((await run(at('receipt.json'), '--keys', at('jwks.json'))).found).toEqual({
      signature: { result: 'proven' },
      body: { result: 'not-looked-at' },
      sealed: { result: 'not-looked-at' },
    });
  });

  it('finds what does not fit, and ends with 1', async () => {
    const keys = ['--keys', at('jwks.json')];
    const changed = put('changed.json', { ...receipt, at: '2026-01-01T00:00:00.000+07:00' });
    expect(await run(changed, ...keys)).toMatchObject({
      found: { signature: { result: 'wrong', code: 'signature-wrong' } },
      exitCode: 1,
    });
    const stranger = put('stranger.json', { ...receipt, keyId: 'unknown' });
    expect((await run(stranger, ...keys)).found).toMatchObject({ signature: { code: 'key-unknown' } });
    const broken = put('broken-jwks.json', { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'short', kid: receipt.keyId }] });
    expect((await run(at('receipt.json'), '--keys', broken)).found).toMatchObject({
      signature: { code: 'signature-wrong' },
    });
    const body = put('other-body.json', { ...BODY, decision: 'refuse' });
    expect((await run(at('receipt.json'), ...keys, '--body', body)).found).toMatchObject({
      body: { code: 'body-differs' },
    });
    // The body is the one that it names; that nobody has signed it is another matter.
    expect((await run(changed, ...keys, '--body', at('body.json'))).found).toMatchObject({
      body: { code: 'signature-wrong' },
    });
    expect((await run(changed, ...keys, '--body', body)).found).toMatchObject({ body: { code: 'body-differs' } });
    const noKey = ['--proof', at('receipt.tlog-proof'), '--log-key', at('body.json')];
    expect((await run(at('receipt.json'), ...keys, ...noKey)).found).toMatchObject({
      sealed: { code: 'log-key-unreadable' },
    });
    for (const [proof, code] of [
      ['other.tlog-proof', 'not-in-the-log'],
      ['forged.tlog-proof', 'checkpoint-not-signed'],
      ['body.json', 'proof-unreadable'],
    ])
      expect((await run(at('receipt.json'), ...keys, ...sealedBy(proof))).found).toMatchObject({ sealed: { code } });
  });

  it.each([
    ['a receipt that is none', ['body.json', '--keys', 'jwks.json']],
    ['keys that are none', ['receipt.json', '--keys', 'body.json']],
    ['a file that is not there', ['nothing.json', '--keys', 'jwks.json']],
    ['a file that is no JSON', ['log.vkey', '--keys', 'jwks.json']],
    ['a proof without the key of its log', ['receipt.json', '--keys', 'jwks.json', '--proof', 'receipt.tlog-proof']],
  ])('refuses %s', async (_what, args) => {
    const paths = args.map((arg) => (arg.startsWith('--') ? arg : at(arg)));
    await expect(run(...paths)).rejects.toMatchObject({ exitCode: 2 });
  });
});
