import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { LAW_SEED } from '#testing';
import { signatureLine } from '../../tlog/signed-note';
import { parseAddCheckpoint } from './add-checkpoint-request';

interface Vectors {
  addCheckpointBodyFrom300To1000: string;
  checkpointOfSize1000: string;
  roots: Record<string, string>;
}

const VECTORS = JSON.parse(readFileSync(join(__dirname, '../../tlog/testing/tlog-vectors.json'), 'utf8')) as Vectors;
const BODY = VECTORS.addCheckpointBodyFrom300To1000;
const HASH = BODY.split('\n')[1];
const parse = (text: string) => parseAddCheckpoint(Buffer.from(text));

describe('the body of add-checkpoint', () => {
  it('is read as the vectors have it', () => {
    const { oldSize, proof, checkpoint, note } = parse(BODY);
    expect(oldSize).toBe(300);
    expect(proof).toHaveLength(9);
    expect(proof[0].toString('base64')).toBe(HASH);
    expect(`${note.text}\n${note.signatures.map(signatureLine).join('')}`).toBe(VECTORS.checkpointOfSize1000);
    expect(checkpoint).toEqual({
      origin: 'lienthong.example/synclog',
      size: 1_000,
      root: Buffer.from(VECTORS.roots['1000'], 'hex'),
    });
  });

  it('may hold no proof, and 63 hashes at most', () => {
    expect(parse(`old 0\n\n${VECTORS.checkpointOfSize1000}`).proof).toEqual([]);
    const withHashes = (count: number): string =>
      `old 300\n${`${HASH}\n`.repeat(count)}\n${VECTORS.checkpointOfSize1000}`;
    expect(parse(withHashes(63)).proof).toHaveLength(63);
    expect(() => parse(withHashes(64))).toThrow(TypeError);
  });

  it.each([
    ['nothing', ''],
    ['no first line', BODY.slice(BODY.indexOf('\n') + 1)],
    ['another word', BODY.replace('old ', 'size ')],
    ['two spaces', BODY.replace('old ', 'old  ')],
    ['a leading zero', BODY.replace('old 300', 'old 0300')],
    ['a sign', BODY.replace('old 300', 'old +300')],
    ['a fraction', BODY.replace('old 300', 'old 300.0')],
    ['a size that no number holds', BODY.replace('old 300', 'old 9007199254740993')],
    ['carriage returns', BODY.replaceAll('\n', '\r\n')],
    ['a mark of byte order', `\uFEFF${BODY}`],
    ['a short hash', BODY.replace(HASH, HASH.slice(4))],
    ['a hash without padding', BODY.replace(HASH, HASH.slice(0, -1))],
    ['a hash in the alphabet of URLs', BODY.replace('df/T', 'df_T').replaceAll('/', '_')],
    ['white space after a hash', BODY.replace(HASH, `${HASH} `)],
    ['a hash with other bits in its last digit', BODY.replace('0o=', '0p=')],
    ['no empty line', BODY.replace('\n\nlienthong', '\nlienthong')],
    ['an empty line too many', BODY.replace('\n\nlienthong', '\n\n\nlienthong')],
    ['no signature', BODY.slice(0, BODY.indexOf('\n— '))],
    ['a cut signature line', BODY.slice(0, -1)],
    ['a checkpoint of two lines', BODY.replace('1000\n', '')],
    ['a size with a leading zero', BODY.replace('\n1000\n', '\n01000\n')],
  ])('with %s is malformed', (_what, body) => expect(() => parse(body)).toThrow(TypeError));

  it('that is not UTF-8 is malformed', () => {
    const bytes = Buffer.from(BODY);
    bytes[bytes.indexOf('lienthong')] = 0xff;
    expect(() => parseAddCheckpoint(bytes)).toThrow(TypeError);
  });

  it(`never fails in another way (seed ${LAW_SEED})`, () => {
    const pieces = fc.constantFrom('old ', '300', '\n', '\n\n', HASH, '—', ' ', VECTORS.checkpointOfSize1000, '\u0000');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.array(pieces).map((all) => Buffer.from(all.join(''))),
        ),
        (bytes) => {
          try {
            expect(parseAddCheckpoint(bytes).checkpoint.size).toBe(1_000);
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
          }
        },
      ),
      { seed: LAW_SEED, numRuns: 500 },
    );
  });
});
