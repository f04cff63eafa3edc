import type { CallResult } from '#delivery';
import type { JsonObject } from '../http/answer-json';
import { classifyText, hasVetoWord, type TextVerdict } from '../replies/classify-text';
import type { ReplyTable } from '../replies/reply-rules';
import { arrayOf, filledText } from '../wire/fields';
import type { FieldIssue } from './precheck';
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

type Reading = Pick<CallResult, 'outcome' | 'reasonCode' | 'rule' | 'fields' | 'unread'>;

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
  const reading = readingOf(replies, push, json, httpStatus);
  return { ...reading, wire: 'answered', httpStatus, answer };
}

function readingOf(replies: ReplyTable, push: PushKind, json: JsonObject, httpStatus: number): Reading {
  const status = filledText(json['status']) ?? '';
  if (status === '1') return accepted(replies, filledText(json['statusDescription']) ?? '', httpStatus);
  if (status === '' && gluedErrors(json) === undefined) {
    return { outcome: 'unknown', reasonCode: 'answer.unexpected-shape' };
  }
  const failure = failureOf(status, json);
  const verdict = classifyText(replies, 'submit-registration', [failure.message], failure.code);
  const fields = validationIssues(failure.message);
  if (verdict.outcome === 'unknown') return unmatched(verdict.reason, fields, failure);
  const complaint = verdict.outcome === 'refused' && fields.length > 0 ? { fields } : {};
  return { ...matched(verdict, push), ...complaint };
}

interface Failure {
  message: string;
  code: string;
}

/** Glued lines can hide the border of a phrase; a message about named fields is a refusal of them all the same (Q24). */
function unmatched(reason: string, fields: readonly FieldIssue[], failure: Failure): Reading {
  const isComplaint = reason === 'unmatched' && fields.length > 0;
  return isComplaint ? { outcome: 'refused', reasonCode: 'hotich.validation', fields } : unread(reason, failure);
}

/** A person's to classify. */
function unread(reason: string, { message, code }: Failure): Reading {
  return { outcome: 'unknown', reasonCode: `text.${reason}`, unread: { messages: [message], code } };
}

/** The code says yes; a word of failure or an HTTP failure beside it makes it a question (Q01). */
function accepted(replies: ReplyTable, description: string, httpStatus: number): Reading {
  const failure = { message: description, code: '1' };
  if (hasVetoWord(replies, description)) return unread('vetoed', failure);
  if (httpStatus >= 300) return unread('contradictory', failure);
  return { outcome: 'accepted', reasonCode: 'hotich.received' };
}

function failureOf(status: string, json: JsonObject): Failure {
  if (status === '0')
    return { message: filledText(json['errorDescription']) ?? '', code: filledText(json['errorCode']) ?? '' };
  const glued = gluedErrors(json);
  if (glued !== undefined) return { message: glued, code: status };
  return { message: filledText(json['statusDescription']) ?? '', code: filledText(json['errorCode']) ?? '' };
}

function matched(verdict: Exclude<TextVerdict, { outcome: 'unknown' }>, push: PushKind): Reading {
  const rule = { id: verdict.ruleId, version: verdict.version };
  const isSurprise = verdict.outcome === 'already-applied' && push.isRepush && !push.wasUnknown;
  if (isSurprise) return { outcome: 'refused', reasonCode: 'hotich.discrepancy.repush-already-received', rule };
  return { outcome: verdict.outcome, reasonCode: verdict.ruleId, rule };
}

/** `errors` of the iGate form: one string; a list of texts is read like it. */
function gluedErrors(json: JsonObject): string | undefined {
  const errors = json['errors'];
  if (typeof errors === 'string') return errors;
  const texts = arrayOf(errors).filter((text) => typeof text === 'string');
  return texts.length === 0 ? undefined : texts.join('\n');
}
