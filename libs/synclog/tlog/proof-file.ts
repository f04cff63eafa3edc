import { HASH_BYTES } from './tree-hash';

const HEAD = 'c2sp.org/tlog-proof@v1';

/** A C2SP tlog-proof: that a checkpoint covers an entry. The entry itself travels separately. */
export interface ProofFile {
  index: number;
  proof: readonly Buffer[];
  /** The checkpoint with all its signatures. */
  note: string;
  /** Nothing proves it; ours is the keys that the log has had, which prove themselves. */
  extra?: Buffer;
}

export function proofFile({ index, proof, note, extra }: ProofFile): string {
  const head = [HEAD, ...(extra === undefined ? [] : [`extra ${extra.toString('base64')}`]), `index ${index}`];
  return [...head, ...proof.map((hash) => hash.toString('base64')), '', note].join('\n');
}

/** @throws TypeError when it is no such file */
export function parseProofFile(text: string): ProofFile {
  const at = text.indexOf('\n\n');
  const [head, ...lines] = text.slice(0, at).split('\n');
  if (at === -1 || head !== HEAD) throw new TypeError('no proof file');
  const extra = lines[0]?.startsWith('extra ') ? Buffer.from(lines.shift()!.slice(6), 'base64') : undefined;
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? [];
  const proof = lines.map((line) => Buffer.from(line, 'base64'));
  const isWhole = proof.every((hash, nth) => hash.length === HASH_BYTES && hash.toString('base64') === lines[nth]);
  if (index === undefined || !isWhole) throw new TypeError('no proof file');
  return { index: Number(index), proof, note: text.slice(at + 2), extra };
}
