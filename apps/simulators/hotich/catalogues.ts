/** The small world of CONTRACTS §1.2 "Simulator world" and the enumerations of codes-and-statuses.md §6. */
const CATALOGUES = {
  commune: new Set(['00123', ...numbered(99_001, 99_012)]),
  province: new Set(['99']),
  country: new Set(['VN']),
  ethnic: new Set(numbered(1, 54)),
  sex: new Set(['1', '2', '3']),
  identityPaper: new Set(numbered(1, 8, 1)),
  registration: new Set(numbered(1, 6, 1)),
  residence: new Set(['0', '1', '2', '3']),
  noticeKind: new Set(['1', '2', '3', '4']),
} as const;

export type CatalogueName = keyof typeof CATALOGUES;

/** @param drift a value that has meanwhile been taken out of its catalogue (Q37) */
export function isInCatalogue(name: CatalogueName, value: string, drift: string | null): boolean {
  return CATALOGUES[name].has(value) && value !== drift;
}

function numbered(from: number, to: number, digits = 2): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index).padStart(digits, '0'));
}
