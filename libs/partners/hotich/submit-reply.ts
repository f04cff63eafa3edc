import type { CallResult } from '#delivery';
import type { JsonObject } from '../http/answer-json';
import { classifyText, hasVetoWord, type TextVerdict } from '../replies/classify-text';
import type { ReplyTable } from '../replies/reply-rules';
import { filledText } from '../wire/fields';
import { validationIssues } from './validation-messages';

/** A JSON answer to a push, as it came. */
export interface SubmitAnswer {
  httpStatus: number;
  json: JsonObject;
  answer: Buffer;
}

/** What the push was when it was sent: decides what "đã được tiếp nhận" means (CONTRACTS §1.3 "hộ tịch repeats"). */
export interface PushKind {
  isRepush: boolean;
  wasUnknown: boolean;
}

type Reading = Pick<CallResult, 'outcome' | 'reasonCode' | 'rule' | 'fields'>;

/**
 * Judges the answer to `nhanHoSoDKHT` (hotich.md §3.1-3.2). Success is `status` "1" (text or number); everything else is read
 * out of its message: `errorDescription`, or the glued `errors` of the iGate form, whose `inputSend` (an echo of the citizen's
 * data) is never looked at.
 */
export function judgeSubmit(
  replies: ReplyTable,
  push: PushKind,
  { httpStatus, json, answer }: SubmitAnswer,
): CallResult {
  const reading = readingOf(replies, push, json);
  const isContradicted = reading.outcome === 'accepted' && httpStatus >= 300;
  const judged: Reading = isContradicted ? { outcome: 'unknown', reasonCode: 'text.contradictory' } : reading;
  return { ...judged, wire: 'answered', httpStatus, answer };
}

function readingOf(replies: ReplyTable, push: PushKind, json: JsonObject): Reading {
  const status = filledText(json['status']) ?? '';
  if (status === '1') return accepted(replies, filledText(json['statusDescription']) ?? '');
  if (status === '' && typeof json['errors'] !== 'string') {
    return { outcome: 'unknown', reasonCode: 'answer.unexpected-shape' };
  }
  const { message, code } = failureOf(status, json);
  const verdict = classifyText(replies, 'submit-registration', [message], code);
  const fields = [...new Set(validationIssues(message).map((issue) => issue.field))];
  if (verdict.outcome === 'unknown') return unmatched(verdict.reason, fields);
  const complaint = verdict.outcome === 'refused' && fields.length > 0 ? { fields } : {};
  return { ...matched(verdict, push), ...complaint };
}

/** Glued lines can hide the border of a phrase; a message about named fields is a refusal of them all the same (Q24). */
function unmatched(reason: string, fields: readonly string[]): Reading {
  const isComplaint = reason === 'unmatched' && fields.length > 0;
  if (isComplaint) return { outcome: 'refused', reasonCode: 'hotich.validation', fields };
  return { outcome: 'unknown', reasonCode: `text.${reason}` };
}

/** The code says yes; a word of failure beside it makes it a question (Q01). */
function accepted(replies: ReplyTable, description: string): Reading {
  if (hasVetoWord(replies, description)) return { outcome: 'unknown', reasonCode: 'text.vetoed' };
  return { outcome: 'accepted', reasonCode: 'hotich.received' };
}

function failureOf(status: string, json: JsonObject): { message: string; code: string } {
  if (status === '0')
    return { message: filledText(json['errorDescription']) ?? '', code: filledText(json['errorCode']) ?? '' };
  if (typeof json['errors'] === 'string') return { message: json['errors'], code: status };
  return { message: filledText(json['statusDescription']) ?? '', code: filledText(json['errorCode']) ?? '' };
}

function matched(verdict: Exclude<TextVerdict, { outcome: 'unknown' }>, push: PushKind): Reading {
  const rule = { id: verdict.ruleId, version: verdict.version };
  const isSurprise = verdict.outcome === 'already-applied' && push.isRepush && !push.wasUnknown;
  if (isSurprise) return { outcome: 'refused', reasonCode: 'hotich.discrepancy.repush-already-received', rule };
  return { outcome: verdict.outcome, reasonCode: verdict.ruleId, rule };
}
