const PARTS = ['file', 'result', 'number'] as const;

/** What the first completed rows of a dossier lack, and how many they are (Q19). */
export interface LatePart {
  readonly missing: (typeof PARTS)[number];
  readonly rows: number;
}

/** Reads `<n>` (the file) or `file:<n>`, `result:<n>`, `number:<n>`; null where it is none of them. */
export function readLatePart(value: unknown): LatePart | null {
  const [first, second, ...rest] = String(value).split(':');
  const missing = second === undefined ? 'file' : PARTS.find((part) => part === first);
  const rows = second ?? first;
  return missing === undefined || rest.length > 0 || !/^\d+$/.test(rows) ? null : { missing, rows: Number(rows) };
}
