/** A limit that no document tells (Q21), and how its breach is answered. */
export interface SizeLimit {
  readonly maxBytes: number;
  /** `code`: a failure of the system in HTTP 200; `413`: the platform before it refuses with a page. */
  readonly form: 'code' | '413';
}

/** Reads `<bytes>` or `413:<bytes>`; null where it is neither. */
export function readSizeLimit(value: unknown): SizeLimit | null {
  const found = /^(?<http>413:)?(?<bytes>\d+)$/.exec(String(value))?.groups;
  if (found === undefined) return null;
  return { maxBytes: Number(found['bytes']), form: found['http'] === undefined ? 'code' : '413' };
}
