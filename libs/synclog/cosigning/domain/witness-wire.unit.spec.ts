import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519FromSeed, noteCosigner, noteSigner, parseNote, parseVerifierKey } from '../../tlog/signed-note';
import { addCheckpointBody } from './add-checkpoint-body';
import { readAnswer } from './read-answer';
import { mostOf } from './witness';

interface Vectors {
  consistency: { old: number; new: number; proof: string[] }[];
  checkpointOfSize1000: string;
  witnessSeed: string;
  witnessVkey: string;
  addCheckpointBodyFrom300To1000: string;
}

const VECTORS = JSON.parse(readFileSync(join(__dirname, '../../tlog/testing/tlog-vectors.json'), 'utf8')) as Vectors;
const { text } = parseNote(VECTORS.checkpointOfSize1000);

describe('a request to a witness', () => {
  it('has the body of the vectors', () => {
    const { proof } = VECTORS.consistency.find((one) => one.old === 300 && one.new === 1_000)!;
    const hashes = proof.map((hash) => Buffer.from(hash, 'hex'));
    expect(addCheckpointBody(300, hashes, VECTORS.checkpointOfSize1000)).toBe(VECTORS.addCheckpointBodyFrom300To1000);
  });

  it('to one that has nothing yet carries no proof', () => {
    expect(addCheckpointBody(0, [], VECTORS.checkpointOfSize1000)).toBe(`old 0\n\n${VECTORS.checkpointOfSize1000}`);
  });
});

describe('the answer of a witness', () => {
  const seed = Buffer.from(VECTORS.witnessSeed, 'hex');
  const verifier = parseVerifierKey(VECTORS.witnessVkey);
  const line = noteCosigner('witness.example/w1', ed25519FromSeed(seed)).cosign(text, 1_800_000_000);
  const others = noteCosigner('witness.example/w2', ed25519FromSeed(seed)).cosign(text, 1_800_000_000);
  const said = (status: number, body = '') => readAnswer({ status, body }, text, verifier);

  it('is a cosignature when the line verifies over the text that was sent', () => {
    expect(said(200, line)).toEqual({ kind: 'cosigned', line });
    expect(said(200, others + line)).toEqual({ kind: 'cosigned', line });
  });

  const wrong = noteCosigner('witness.example/w1', ed25519FromSeed(seed)).cosign(text.replace('1000', '1001'), 1);
  it.each([
    ['nothing', ''],
    ['a line of another key', others],
    ['a line over another checkpoint', wrong],
    ['a good line beside one that does not verify', line + wrong],
    ['a line without its end', line.slice(0, -1)],
    ['a line and more', `${line}hello\n`],
    ['a plain signature of the same key', noteSigner('witness.example/w1', ed25519FromSeed(seed)).vkey],
  ])('is wrong when it is %s', (_what, body) => {
    expect(said(200, body)).toEqual({ kind: 'nothing', code: 'witness-wrong' });
  });

  it('is the size that it has', () => {
    expect(said(409, '300\n')).toEqual({ kind: 'has', size: 300 });
    expect(said(409, '0\n')).toEqual({ kind: 'has', size: 0 });
  });

  it.each(['', '-1\n', '01\n', '1e3\n', '9007199254740993\n', '300 \n', '300\n301\n', '99999999999999999999\n'])(
    'is wrong when the size is %j',
    (body) => expect(said(409, body)).toEqual({ kind: 'nothing', code: 'witness-wrong' }),
  );

  it.each([
    [400, 'witness-refuses'],
    [403, 'witness-refuses'],
    [404, 'witness-refuses'],
    [301, 'witness-away'],
    [429, 'witness-away'],
    [500, 'witness-away'],
    [503, 'witness-away'],
  ] as const)('with status %i is %s', (status, code) => expect(said(status)).toEqual({ kind: 'nothing', code }));

  it('with status 422 says that the log is not what it was', () => {
    expect(said(422)).toEqual({ kind: 'inconsistent' });
  });
});

it.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 3],
  [5, 3],
])('of %i witnesses %i are most', (count, most) => expect(mostOf(count)).toBe(most));
