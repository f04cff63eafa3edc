import { comparableText, occurrences } from '#platform';
import type { PartnerConfig } from '../config/partner-config';
import { isEmpty } from '../wire/fields';

type Leaves = Readonly<Record<string, string>>;
type AreaConfig = Pick<PartnerConfig, 'areas' | 'emptyAreaCode'>;

/** A birth place in Vietnam that came as text without the code of its province (Q45). */
export interface MissingProvince {
  /** The code of the one province of `areas` that the text names; absent when it names none or several. */
  named?: string;
  /** The code is taken over into the declaration. */
  isFilled: boolean;
}

/** What is missing at the birth place, and what its text says about it; undefined when the code is there, or nothing is to be said. */
export function missingProvince(leaves: Leaves, { areas, emptyAreaCode }: AreaConfig): MissingProvince | undefined {
  const text = leaves['nksNoiSinh'];
  if (isEmpty(text) || !isEmpty(leaves['nksNoiSinhDVHC']) || !isEmpty(leaves['nksNoiSinhNuocNgoai'])) return undefined;
  if (!isEmpty(leaves['nksNoiSinhMaTinh'])) return undefined;
  const named = provinceNamedIn(String(text), areas);
  return named === undefined ? { isFilled: false } : { named, isFilled: emptyAreaCode === 'resolve' };
}

/** The leaves with the province that the text names, where the configuration says `emptyAreaCode: resolve`; else as they are. */
export function withBirthProvince(leaves: Leaves, config: AreaConfig): Leaves {
  const missing = missingProvince(leaves, config);
  return missing?.isFilled === true && missing.named !== undefined
    ? { ...leaves, nksNoiSinhDVHC: missing.named }
    : leaves;
}

/** Names count as whole words; a name inside a longer one that is there too ("tỉnh Mẫu" in "tỉnh Mẫu Mới") does not count. */
function provinceNamedIn(text: string, areas: PartnerConfig['areas']): string | undefined {
  const names = Object.entries(areas)
    .flatMap(([code, written]) => written.map((name) => ({ code, name: comparableText(name) })))
    .sort((a, b) => b.name.length - a.name.length);
  const found = new Set<string>();
  let rest = comparableText(text);
  for (const { code, name } of names) {
    if (occurrences(rest, name).length === 0) continue;
    found.add(code);
    rest = rest.replaceAll(name, '\u0000');
  }
  return found.size === 1 ? [...found][0] : undefined;
}
