import type { CallResult } from '#delivery';
import { DVCLT_PATH, type DvcltStatus } from '#dossier';
import type { JsonObject } from '../http/answer-json';
import type { PartnerReply } from '../http/partner-call';
import { classifyText, type TextVerdict } from '../replies/classify-text';
import type { ReplyTable } from '../replies/reply-rules';
import { arrayOf, objectOf, textOf } from '../wire/fields';

type JsonReply = Extract<PartnerReply, { kind: 'json' }>;

/** The message fields: `title` and `errors.*[]` (CONTRACTS §1.3); `traceId`, `type` and echoes are not read. */
export function messageFields(json: JsonObject): string[] {
  const errors = Object.values(objectOf(json['errors']) ?? {}).flatMap((value) =>
    typeof value === 'string' ? [value] : arrayOf(value),
  );
  return [json['title'], ...errors].map(textOf).filter((text) => text !== undefined);
}

/** The relation of a state that an answer proves to the one we reported. */
function relation(requested: DvcltStatus, proven: DvcltStatus): 'applied' | 'earlier' | 'other-branch' {
  if (requested === proven) return 'applied';
  const wanted = DVCLT_PATH.indexOf(requested);
  const reached = DVCLT_PATH.indexOf(proven);
  if (wanted === -1 || reached === -1) return 'other-branch';
  return reached > wanted ? 'applied' : 'earlier';
}

/** A proven later state on the path 1-3-7-4-5 means that the earlier steps are applied; another branch, or a state before ours, is a
 *  discrepancy: the two systems do not agree, and repeating cannot mend it. */
function judgeProven(
  requested: DvcltStatus | undefined,
  proven: DvcltStatus,
  ruleId: string,
): Pick<CallResult, 'outcome' | 'reasonCode'> {
  const found = requested === undefined ? 'other-branch' : relation(requested, proven);
  if (found === 'applied') return { outcome: 'already-applied', reasonCode: ruleId };
  return {
    outcome: 'refused',
    reasonCode: found === 'earlier' ? 'dvclt.discrepancy.earlier-state' : 'dvclt.discrepancy.other-branch',
  };
}

function judgement(
  verdict: Exclude<TextVerdict, { outcome: 'unknown' }>,
  requested: DvcltStatus | undefined,
): Pick<CallResult, 'outcome' | 'reasonCode' | 'proves'> {
  if (verdict.provenStatus === undefined) return { outcome: verdict.outcome, reasonCode: verdict.ruleId };
  return {
    ...judgeProven(requested, verdict.provenStatus, verdict.ruleId),
    proves: { provenStatus: verdict.provenStatus },
  };
}

/** Judges DVCLT's answer to a write by its texts, never by the HTTP code alone (Q01).
 *  @param requested the status we reported; undefined for an acknowledgement */
export function judgeAnswer(
  table: ReplyTable,
  operation: string,
  reply: JsonReply,
  requested?: DvcltStatus,
): CallResult {
  const messages = messageFields(reply.json);
  const code = textOf(reply.json['status']) ?? '';
  const verdict = classifyText(table, operation, messages, code);
  const facts = { wire: 'answered' as const, httpStatus: reply.httpStatus, answer: reply.answer };
  const isContradicted = verdict.outcome === 'accepted' && reply.httpStatus >= 300;
  if (verdict.outcome === 'unknown' || isContradicted) {
    const reason = verdict.outcome === 'unknown' ? verdict.reason : 'contradictory';
    return { ...facts, outcome: 'unknown', reasonCode: `text.${reason}`, unread: { messages, code } };
  }
  return {
    ...facts,
    ...judgement(verdict, requested),
    rule: { id: verdict.ruleId, version: verdict.version },
    ...(verdict.ruleId === EARLIER_MISSING ? { needsEarlier: stepsBefore(requested) } : {}),
  };
}

/** Rule of "chưa được gửi không thể cập nhật trạng thái" (dvclt.md §6). */
const EARLIER_MISSING = 'dvclt.earlier-step-missing';

/** The step of the path that DVCLT may miss before a status (dvclt.md §5: 1 → 3 → 7 → 4 → 5; 2 and 6 come after 1 or 7). A 2 is never among
 *  them: sent again after its supplement came, it would ask the citizen anew. */
function stepsBefore(requested: DvcltStatus | undefined): DvcltStatus[] {
  if (requested === undefined) return [];
  const at = DVCLT_PATH.indexOf(requested);
  return at === -1 ? DVCLT_PATH.slice(0, 3) : DVCLT_PATH.slice(0, at).slice(-1);
}
