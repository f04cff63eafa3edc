import type { Claim, Finding, Report } from '../findings';
import type { Language, Texts } from './texts';
import { ENGLISH } from './texts-en';
import { VIETNAMESE } from './texts-vi';

const TEXTS: Readonly<Record<Language, Texts>> = { en: ENGLISH, vi: VIETNAMESE };

/** Findings that a report on a screen names. */
const SHOWN = 50;

/** The report for a person: short lines, what is proven, what is wrong, and what is not proven. */
export function reportText(report: Report, language: Language): string {
  const texts = TEXTS[language];
  const { origin, size, wrong, wrongCount } = report;
  const more = wrongCount - Math.min(wrong.length, SHOWN);
  return [
    texts.evidence[report.evidence],
    ...(origin === null || size === null ? [] : [filled(texts.log, { origin, size })]),
    ...section(
      texts,
      texts.proven,
      report.proven.map((claim) => claimText(texts, claim)),
    ),
    ...section(texts, texts.wrong, [
      ...wrong.slice(0, SHOWN).map((finding) => findingText(texts, finding)),
      ...(more > 0 ? [filled(texts.andMore, { count: more })] : []),
    ]),
    ...section(
      texts,
      texts.open,
      report.open.map((code) => texts.opens[code]),
    ),
    '',
    wrongCount === 0 ? texts.allProven : filled(texts.notProven, { count: wrongCount }),
  ].join('\n');
}

function section(texts: Texts, title: string, lines: readonly string[]): string[] {
  return ['', title, ...(lines.length > 0 ? lines : [texts.nothing]).map((line) => `  ${line}`)];
}

function claimText(texts: Texts, claim: Claim): string {
  return filled(texts.claims[claim.code], claim);
}

/** `entry-changed  entries 100 to 255: …` */
function findingText(texts: Texts, finding: Finding): string {
  const { code, leaf, lastLeaf, file, reason } = finding;
  const isOne = lastLeaf === undefined || lastLeaf === leaf;
  const where =
    leaf === undefined ? file : filled(isOne ? texts.entry : texts.entries, { leaf, lastLeaf: lastLeaf ?? leaf });
  const sentence = texts.findings[code];
  const said =
    reason === undefined ? sentence : `${sentence.slice(0, -1)}: ${printable(texts.reasons[reason] ?? reason)}.`;
  return `${code}  ${where === undefined ? '' : `${printable(where)}: `}${said}`;
}

function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => printable(String(values[name] ?? '')));
}

/** Evidence may hold anything; a terminal takes control characters as orders. */
function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
