import type { Claim, Finding, Report } from '../findings';
import { printable } from './printable';
import type { Language, Texts } from './texts';
import { ENGLISH } from './texts-en';
import { VIETNAMESE } from './texts-vi';

const TEXTS: Readonly<Record<Language, Texts>> = { en: ENGLISH, vi: VIETNAMESE };

/** Findings that a report on a screen names: about so many, and some of each code. */
const SHOWN = 50;
const SHOWN_OF_EACH = 3;

/** The report for a person: short lines, what is proven, what is wrong, and what is not proven. */
export function reportText(report: Report, language: Language): string {
  const texts = TEXTS[language];
  const { origin, size, vouched, wrongCount } = report;
  const wrong = someOfEach(report.wrong);
  const more = wrongCount - wrong.length;
  const isOwnKey = report.open.includes('key-own-word');
  return [
    texts.evidence[report.evidence],
    ...(origin === null || size === null ? [] : [filled(texts.log, { origin, size })]),
    ...section(
      texts,
      isOwnKey ? texts.provenIf : texts.proven,
      report.proven.map((claim) => claimText(texts, claim)),
    ),
    ...section(texts, texts.wrong, [
      ...wrong.map((finding) => findingText(texts, finding)),
      ...(more > 0 ? [filled(texts.andMore, { count: more })] : []),
    ]),
    ...section(
      texts,
      texts.open,
      report.open.map((code) => filled(texts.opens[code], { leaf: vouched })),
    ),
    '',
    wrongCount === 0 ? (isOwnKey ? texts.allFits : texts.allProven) : filled(texts.notProven, { count: wrongCount }),
  ].join('\n');
}

/** So that many findings of one code do not hide the others. */
function someOfEach(wrong: readonly Finding[]): Finding[] {
  const codes = new Set(wrong.map(({ code }) => code));
  const most = Math.max(SHOWN_OF_EACH, Math.floor(SHOWN / Math.max(1, codes.size)));
  const shown = new Map<string, number>();
  return wrong.filter(({ code }) => {
    const nth = (shown.get(code) ?? 0) + 1;
    shown.set(code, nth);
    return nth <= most;
  });
}

function section(texts: Texts, title: string, lines: readonly string[]): string[] {
  return ['', title, ...(lines.length > 0 ? lines : [texts.nothing]).map((line) => `  ${line}`)];
}

function claimText(texts: Texts, claim: Claim): string {
  return filled(texts.claims[claim.code], claim);
}

/** `entry-changed  entries 100 to 255: …` */
function findingText(texts: Texts, finding: Finding): string {
  const { code, reason } = finding;
  const where = whereOf(texts, finding);
  const sentence = texts.findings[code];
  const said =
    reason === undefined ? sentence : `${sentence.slice(0, -1)}: ${printable(texts.reasons[reason] ?? reason)}.`;
  return `${code}  ${where === undefined ? '' : `${printable(where)}: `}${said}`;
}

function whereOf(texts: Texts, { leaf, lastLeaf, file, statement }: Finding): string | undefined {
  if (statement !== undefined) return filled(texts.statement, { file: file ?? '', statement });
  if (leaf === undefined) return file;
  const isOne = lastLeaf === undefined || lastLeaf === leaf;
  return filled(isOne ? texts.entry : texts.entries, { leaf, lastLeaf: lastLeaf ?? leaf });
}

function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => printable(String(values[name] ?? '')));
}
