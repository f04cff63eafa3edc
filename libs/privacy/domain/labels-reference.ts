import { KINDS, labelledNames, type LabelledNames, type LabelList } from './labels';
import { maskOf } from './mask';
import { OWN_FIELDS } from './own-fields';

/** `docs/reference/personal-data.md`: every labelled field, generated from the lists that are read at start. */
export function labelsReference(lists: readonly LabelList[]): string {
  return [
    '# Personal data: labels and masks',
    '',
    'Generated from `config/personal-data.yaml` and `libs/privacy/domain/own-fields.ts`; do not edit. A field without a label counts as sensitive.',
    'The API’s schemas carry the same labels as `x-personal-data`.',
    '',
    '## Masks',
    '',
    'One for all values of a kind, whatever their length.',
    '',
    '| kind | shown |',
    '| --- | --- |',
    ...KINDS.map((kind) => `| ${kind} | ${maskOf(kind)} |`),
    '',
    '## Fields with names of our own',
    '',
    ...table(Object.entries(OWN_FIELDS)),
    ...lists.flatMap((list) => [
      '',
      `## From ${list.validFrom}`,
      '',
      `${list.basis}.`,
      ...group('Declaration of a birth (KS)', list.KS),
      ...group('Declaration of a death (KT)', list.KT),
      ...group('Further members of a registration result', list.result),
    ]),
    '',
  ].join('\n');
}

function group(title: string, names: LabelledNames): string[] {
  return ['', `### ${title}`, '', ...table(labelledNames(names))];
}

function table(rows: readonly (readonly [string, { label: string; kind: string }])[]): string[] {
  return [
    '| field | label | kind |',
    '| --- | --- | --- |',
    ...rows.map(([name, { label, kind }]) => `| \`${name}\` | ${label} | ${kind} |`),
  ];
}
