import type { CallResult } from '#delivery';
import type { PartnerReply } from '../http/partner-call';
import { classifyText, hasVetoWord } from '../replies/classify-text';
import type { ReplyTable } from '../replies/reply-rules';
import { filledText, textOf } from '../wire/fields';

type JsonReply = Extract<PartnerReply, { kind: 'json' }>;

/** Success is `status` "1" (text or number), whatever its text says, unless that holds a word of failure (Q01). A hand-over is only done
 *  with the one-stop's code: without it the same call is made again, which gives the code. Failures are told by their text. */
export function judgeOneStop(table: ReplyTable, operation: string, reply: JsonReply): CallResult {
  const facts = { wire: 'answered' as const, httpStatus: reply.httpStatus, answer: reply.answer };
  const description = textOf(reply.json['statusDescription']) ?? '';
  const code = textOf(reply.json['status']) ?? '';
  if (code === '1' && reply.httpStatus < 300) {
    if (hasVetoWord(table, description)) return { ...facts, ...unread('vetoed', description, code) };
    return { ...facts, ...accepted(operation, filledText(reply.json['maHoSoMCDT'])) };
  }
  const verdict = classifyText(table, operation, [description], code);
  if (verdict.outcome === 'unknown') return { ...facts, ...unread(verdict.reason, description, code) };
  return {
    ...facts,
    outcome: verdict.outcome,
    reasonCode: verdict.ruleId,
    rule: { id: verdict.ruleId, version: verdict.version },
  };
}

/** A person's to classify. */
function unread(
  reason: string,
  description: string,
  code: string,
): Pick<CallResult, 'outcome' | 'reasonCode' | 'unread'> {
  return { outcome: 'unknown', reasonCode: `text.${reason}`, unread: { messages: [description], code } };
}

function accepted(
  operation: string,
  oneStopCode: string | undefined,
): Pick<CallResult, 'outcome' | 'reasonCode' | 'proves'> {
  if (operation !== 'hand-over-dossier') return { outcome: 'accepted', reasonCode: 'onestop.accepted' };
  if (oneStopCode === undefined) return { outcome: 'unknown', reasonCode: 'onestop.code-missing' };
  return { outcome: 'accepted', reasonCode: 'onestop.accepted', proves: { oneStopCode } };
}
