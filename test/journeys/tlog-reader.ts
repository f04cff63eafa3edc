import { createHash, createPublicKey, verify } from 'node:crypto';

/** An auditor's own reader of the sync log, written from the format's specification alone: it shares nothing with the product, and believes
 *  nothing but the signature. */
export class TlogReader {
  /** @param fetchBytes a path below the log's prefix; rejects for anything but 200 */
  constructor(private readonly fetchBytes: (path: string) => Promise<Buffer>) {}

  /** Reads all entries of the newest checkpoint, and makes its root from them.
   *  @throws Error that says what does not fit */
  async readAll(): Promise<{ size: number; root: string; entries: readonly string[] }> {
    const { size, root } = await this.checkpoint();
    const entries: Buffer[] = [];
    for (let tile = 0; tile * 256 < size; tile += 1) {
      const width = Math.min(256, size - tile * 256);
      const bundle = await this.fetchBytes(`tile/entries/${nameOf(tile)}${width < 256 ? `.p/${width}` : ''}`);
      const found = entriesIn(bundle);
      if (found.length !== width) throw new Error(`bundle ${tile} holds ${found.length} entries, not ${width}`);
      entries.push(...found);
    }
    if (rootOf(entries) !== root) throw new Error(`the ${size} entries do not come to the root that was signed`);
    return { size, root, entries: entries.map((entry) => entry.toString('utf8')) };
  }

  private async checkpoint(): Promise<{ size: number; root: string }> {
    const note = (await this.fetchBytes('checkpoint')).toString('utf8');
    return readCheckpointNote(note, [(await this.fetchBytes('key')).toString('utf8')]);
  }
}

/** Reads a checkpoint that one of these keys has signed; lines of others say nothing.
 *  @throws Error when none has, or a line of theirs is wrong */
export function readCheckpointNote(note: string, vkeys: readonly string[]): { size: number; root: string } {
  const [text, signatures] = [note.slice(0, note.lastIndexOf('\n\n') + 1), note.slice(note.lastIndexOf('\n\n') + 2)];
  const [origin, size, root, ...extensions] = text.trimEnd().split('\n');
  const signing = vkeys.filter((vkey) => isSignedWith(vkey, text, signatures));
  if (signing.length === 0) throw new Error('signed by somebody else');
  if (!signing.every((vkey) => vkey.startsWith(`${origin}+`)) || extensions.length > 0)
    throw new Error('not a checkpoint of this log');
  return { size: Number(size), root };
}

/** False when the key has no line. @throws Error when its line is wrong */
function isSignedWith(vkey: string, text: string, signatures: string): boolean {
  const [name, id, ...rest] = vkey.trim().split('+');
  const x = Buffer.from(rest.join('+'), 'base64').subarray(1).toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  for (const line of signatures.trimEnd().split('\n')) {
    const [, signer, base64] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
    const signature = Buffer.from(base64 ?? '', 'base64');
    if (signer !== name || signature.subarray(0, 4).toString('hex') !== id) continue;
    if (!verify(null, Buffer.from(text), publicKey, signature.subarray(4))) throw new Error('the signature is wrong');
    return true;
  }
  return false;
}

function nameOf(tile: number): string {
  const digits = String(tile);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
}

function entriesIn(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  let at = 0;
  while (at < bundle.length) {
    const length = bundle.readUInt16BE(at);
    entries.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

/** Root of a log that grows: the stack of its full subtrees, folded from its top. */
export class GrowingRoot {
  size = 0;
  private readonly stack: { hash: Buffer; size: number }[] = [];

  push(entry: Buffer): void {
    const { stack } = this;
    stack.push({ hash: hash(0, entry), size: 1 });
    while (stack.length > 1 && stack.at(-1)!.size === stack.at(-2)!.size) {
      const [upper, lower] = [stack.pop()!, stack.pop()!];
      stack.push({ hash: hash(1, lower.hash, upper.hash), size: lower.size + upper.size });
    }
    this.size += 1;
  }

  /** base64 */
  get root(): string {
    const hashes = this.stack.map((one) => one.hash);
    const root =
      hashes.length === 0 ? createHash('sha256').digest() : hashes.reduceRight((right, left) => hash(1, left, right));
    return root.toString('base64');
  }
}

function hash(prefix: number, ...parts: Buffer[]): Buffer {
  return createHash('sha256')
    .update(Buffer.concat([Buffer.of(prefix), ...parts]))
    .digest();
}

function rootOf(entries: readonly Buffer[]): string {
  const growing = new GrowingRoot();
  for (const entry of entries) growing.push(entry);
  return growing.root;
}
