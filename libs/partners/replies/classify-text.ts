import { comparableText, isTooLongToRead, occurrences } from '#platform';
import type { ReplyRule, ReplyTable, RuleOutcome } from './reply-rules';

/** What the message fields of an answer mean. `unmatched`: no phrase known; `vetoed`: a success phrase beside a word or a phrase of
 *  failure; `too-long`: more text than any message. Each unknown waits for a person (CONTRACTS §1.3). */
export type TextVerdict =
  | { outcome: RuleOutcome; ruleId: string; version: number; provenStatus?: number }
  | { outcome: 'unknown'; reason: 'unmatched' | 'vetoed' | 'too-long' };

interface Match {
  rule: ReplyRule;
  isVetoed: boolean;
  isContradicted: boolean;
}

const isSuccess = (rule: ReplyRule): boolean => rule.outcome === 'accepted' || rule.outcome === 'already-applied';

/** The text without one occurrence of the phrase; the gap keeps what stood beside it apart. */
function without(text: string, start: number, length: number): string {
  return `${text.slice(0, start)} \u0000 ${text.slice(start + length)}`;
}

function matchField(table: ReplyTable, rules: readonly ReplyRule[], text: string): Match | undefined {
  for (const rule of rules) {
    const start = occurrences(text, rule.phrase)[0];
    if (start === undefined) continue;
    if (!isSuccess(rule)) return { rule, isVetoed: false, isContradicted: false };
    const rest = without(text, start, rule.phrase.length);
    return {
      rule,
      isVetoed: table.vetoWords.some((word) => occurrences(rest, word).length > 0),
      isContradicted: rules.some((other) => !isSuccess(other) && occurrences(rest, other.phrase).length > 0),
    };
  }
  return undefined;
}

function verdictOf(table: ReplyTable, rule: ReplyRule): TextVerdict {
  const proven = rule.proves === undefined ? {} : { provenStatus: rule.proves.status };
  return { outcome: rule.outcome, ruleId: rule.id, version: table.version, ...proven };
}

const longest = (rules: readonly ReplyRule[]): ReplyRule | undefined =>
  rules.reduce<ReplyRule | undefined>(
    (best, rule) => (best !== undefined && best.phrase.length >= rule.phrase.length ? best : rule),
    undefined,
  );

/** Several fields together. A failure phrase stands whatever else is vetoed. A success needs that no field contradicts it; a vetoed
 *  field beside it leaves only a success that proves the dossier's state ("đã trả kết quả…" under a title "không thành công"). */
function combine(table: ReplyTable, matches: readonly Match[]): TextVerdict {
  const clean = matches.filter((match) => !match.isVetoed && !match.isContradicted).map((match) => match.rule);
  const failure = longest(clean.filter((rule) => !isSuccess(rule)));
  const success = longest(clean.filter(isSuccess));
  if (matches.some((match) => match.isContradicted) || (failure !== undefined && success !== undefined)) {
    return { outcome: 'unknown', reason: 'vetoed' };
  }
  if (failure !== undefined) return verdictOf(table, failure);
  const isAnyVetoed = matches.some((match) => match.isVetoed);
  if (success !== undefined && (!isAnyVetoed || success.proves !== undefined)) return verdictOf(table, success);
  return { outcome: 'unknown', reason: isAnyVetoed ? 'vetoed' : 'unmatched' };
}

/** Classifies an answer by its message fields (never by an echo of the request). Pure and total.
 *  @param fields the texts of the message fields, each judged by itself
 *  @param code the answer's own result code as text, for rules with `when`; empty when it has none */
export function classifyText(table: ReplyTable, operation: string, fields: readonly string[], code = ''): TextVerdict {
  if (isTooLongToRead(fields)) return { outcome: 'unknown', reason: 'too-long' };
  const rules = table.rules.filter(
    (rule) => rule.operations.includes(operation) && (rule.when === undefined || rule.when.code.includes(code)),
  );
  const matches = fields.map((field) => matchField(table, rules, comparableText(field)));
  return combine(
    table,
    matches.filter((match) => match !== undefined),
  );
}

/** True when a text holds a word of failure, or may hold one since it is too long to look; for answers whose success is a code and not a
 *  phrase. */
export function hasVetoWord(table: ReplyTable, text: string): boolean {
  if (isTooLongToRead([text])) return true;
  const comparable = comparableText(text);
  return table.vetoWords.some((word) => occurrences(comparable, word).length > 0);
}
