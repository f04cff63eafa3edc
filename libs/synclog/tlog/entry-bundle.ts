const LENGTH_BYTES = 2;

/** The entries one after the other, each behind its length in two bytes. @throws RangeError for an entry above 65,535 bytes */
export function entryBundle(entries: readonly Uint8Array[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(entry.length);
    return [length, entry];
  });
  return Buffer.concat(parts);
}

/** Takes a bundle apart. @throws RangeError when it is cut or its last entry is */
export function entriesOf(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length;) {
    const from = at + LENGTH_BYTES;
    const to = from + bundle.readUInt16BE(at);
    if (to > bundle.length) throw new RangeError('the bundle ends within an entry');
    entries.push(bundle.subarray(from, to));
    at = to;
  }
  return entries;
}
