import type { PartnerId } from '#dossier';
import { comparableText } from '#platform';

/** What a phrase of a partner means. */
export type RuleOutcome = 'accepted' | 'already-applied' | 'refused' | 'retry';

/** One row of a reply table (`config/replies/<id>.yaml`). */
export interface ReplyRule {
  /** Stable; it is the reason code of the outcome. */
  id: string;
  /** Our operations to which it applies. */
  operations: readonly string[];
  /** The whole phrase, as the partner spells it. */
  phrase: string;
  outcome: RuleOutcome;
  /** Status of the dossier at the partner that the text proves. */
  proves?: { status: number };
  /** Only when the answer's own result code, as text, is one of these; an empty text stands for none. */
  when?: { code: readonly string[] };
}

/** A versioned table; longest phrase first, phrases and veto words comparable. */
export interface ReplyTable {
  partner: PartnerId;
  version: number;
  vetoWords: readonly string[];
  rules: readonly ReplyRule[];
}

/** Prepares a table for matching: comparable phrases, longest first. Of equal ones the order of the file holds. */
export function replyTable(raw: ReplyTable): ReplyTable {
  const rules = raw.rules.map((rule) => ({ ...rule, phrase: comparableText(rule.phrase) }));
  return {
    partner: raw.partner,
    version: raw.version,
    vetoWords: raw.vetoWords.map(comparableText),
    rules: rules.sort((left, right) => right.phrase.length - left.phrase.length),
  };
}
