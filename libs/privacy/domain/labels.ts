/** How strongly a field is protected (NĐ 356/2025 Articles 3 and 4); `none` says nothing about a person. */
export const LABELS = ['none', 'ordinary', 'sensitive'] as const;
export type Label = (typeof LABELS)[number];

/** What a value is, which decides its mask. */
export const KINDS = [
  'name',
  'identity-number',
  'number',
  'date',
  'phone',
  'email',
  'address',
  'code',
  'text',
] as const;
export type Kind = (typeof KINDS)[number];

export interface FieldLabel {
  label: Label;
  kind: Kind;
}

/** Names of fields by label and kind, as `config/personal-data.yaml` lists them. */
export type LabelledNames = Readonly<Partial<Record<Label, Readonly<Partial<Record<Kind, readonly string[]>>>>>>;

/** Labels in force from a day on. */
export interface LabelList {
  /** YYYY-MM-DD. */
  validFrom: string;
  /** The text of law behind it. */
  basis: string;
  /** Leaves of the declaration, by module. */
  KS: LabelledNames;
  KT: LabelledNames;
  /** Further members of a registration result. */
  result: LabelledNames;
}

/** What nobody has labelled is protected as if it were sensitive: a new leaf is never shown by oversight. */
export const UNLABELLED: FieldLabel = { label: 'sensitive', kind: 'text' };

/** Looks up names; absent for one that no list names. */
export type Labels = (name: string) => FieldLabel | undefined;

/** The labels of one module's names on a day. The newest list that is in force counts, as a whole.
 *  @param day YYYY-MM-DD; before the first list that one counts: a label is no right that begins */
export function labelsOn(lists: readonly LabelList[], module: 'KS' | 'KT', day: string): Labels {
  const sorted = [...lists].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  const list = sorted.filter(({ validFrom }) => validFrom <= day).at(-1) ?? sorted.at(0);
  const found = new Map<string, FieldLabel>();
  // The declaration's own word counts; a leaf that strayed in from the other declaration or from a result keeps its label.
  const other = module === 'KS' ? 'KT' : 'KS';
  if (list) for (const names of [list.result, list[other], list[module]]) collect(names, found);
  return (name) => found.get(name);
}

function collect(names: LabelledNames, into: Map<string, FieldLabel>): void {
  for (const [name, label] of labelledNames(names)) into.set(name, label);
}

/** Every name with its label, in the order of the list. */
export function labelledNames(names: LabelledNames): [string, FieldLabel][] {
  return LABELS.flatMap((label) =>
    KINDS.flatMap((kind) => (names[label]?.[kind] ?? []).map((name): [string, FieldLabel] => [name, { label, kind }])),
  );
}
