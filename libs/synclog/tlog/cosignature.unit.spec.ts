import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519FromSeed, isSignedBy, noteCosigner, parseNote, parseVerifierKey } from './signed-note';

interface Vectors {
  checkpointOfSize1000: string;
  cosignedCheckpointOfSize1000: string;
  witnessSeed: string;
  witnessVkey: string;
  witnessTime: number;
}

/** Computed by two independent libraries that had to agree (reference tlog-format.md §11). */
const VECTORS = JSON.parse(readFileSync(join(__dirname, 'testing/tlog-vectors.json'), 'utf8')) as Vectors;

describe('a cosignature', () => {
  const cosigner = noteCosigner('witness.example/w1', ed25519FromSeed(Buffer.from(VECTORS.witnessSeed, 'hex')));
  const { text } = parseNote(VECTORS.checkpointOfSize1000);
  const known = parseVerifierKey(VECTORS.witnessVkey);

  it('is made byte for byte as in the vectors', () => {
    expect(cosigner.vkey).toBe(VECTORS.witnessVkey);
    expect(VECTORS.checkpointOfSize1000 + cosigner.cosign(text, VECTORS.witnessTime)).toBe(
      VECTORS.cosignedCheckpointOfSize1000,
    );
  });

  it('holds for its text and its time only', () => {
    const note = parseNote(VECTORS.cosignedCheckpointOfSize1000);
    expect(isSignedBy(note, known)).toBe(true);
    expect(isSignedBy({ ...note, text: text.replace('1000', '1001') }, known)).toBe(false);
    const [, own] = note.signatures;
    const later = Buffer.from(own.signature);
    later.writeBigUInt64BE(BigInt(VECTORS.witnessTime + 1), 0);
    expect(isSignedBy({ text, signatures: [{ ...own, signature: later }] }, known)).toBe(false);
    expect(isSignedBy({ text, signatures: [{ ...own, signature: own.signature.subarray(8) }] }, known)).toBe(false);
  });

  it('is not made under a name that no line could hold', () => {
    const key = ed25519FromSeed(Buffer.from(VECTORS.witnessSeed, 'hex'));
    for (const name of ['', 'a b', 'a+b']) expect(() => noteCosigner(name, key)).toThrow(TypeError);
  });
});
