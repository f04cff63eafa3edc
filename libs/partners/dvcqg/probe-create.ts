import type { CallResult, ProbeResult, ProbeVerdict } from '#delivery';
import type { JsonObject } from '../http/answer-json';
import type { PartnerReply } from '../http/partner-call';
import { classifyText } from '../replies/classify-text';
import type { ReplyTable } from '../replies/reply-rules';
import { arrayOf, filledText, integerOf, objectOf } from '../wire/fields';
import { isSuccessCode } from './portal-reply';

/** What was created, as it stands in the kept content. */
export interface CreatedDossier {
  code: string;
  status: number | undefined;
}

/**
 * Reads `TraCuuHoSo` for a create whose outcome is unknown (CONTRACTS §1.3): a row in our state means that it was applied. A row
 * in another state proves the dossier (so an update follows, rendered anew) but not this message: absent. No row: absent. An
 * answer that is no look-up tells nothing.
 */
export function judgeLookUp(
  replies: ReplyTable,
  created: CreatedDossier,
  reply: PartnerReply,
  askedAt: Date,
): ProbeResult {
  if (reply.kind === 'failed') return { verdict: 'cannot-tell', askedAt, call: reply.result };
  const raw = { wire: 'answered', httpStatus: reply.httpStatus, answer: reply.answer } as const;
  const probed = (
    verdict: ProbeVerdict,
    call: Pick<CallResult, 'outcome' | 'reasonCode'> & Partial<CallResult>,
  ): ProbeResult => ({
    verdict,
    askedAt,
    call: { ...raw, ...call },
  });
  const rows = lookedUpRows(replies, reply.json);
  if (rows === undefined) return probed('cannot-tell', { outcome: 'unknown', reasonCode: 'dvcqg.look-up-failed' });
  const row = rowOf(created.code, rows);
  if (row === undefined) return probed('absent', { outcome: 'accepted', reasonCode: 'dvcqg.look-up-absent' });
  const status = integerOf(row['TrangThaiHoSo']);
  const proves = { portalHasDossier: true, ...(status === undefined ? {} : { provenStatus: status }) };
  if (status !== undefined && status === created.status)
    return probed('applied', { outcome: 'accepted', reasonCode: 'dvcqg.look-up-found', proves });
  const isThere = { proves: { portalHasDossier: true }, rerender: true };
  return probed('absent', { outcome: 'accepted', reasonCode: 'dvcqg.look-up-other-state', ...isThere });
}

/** Rows of an answer to `TraCuuHoSo`; undefined when it tells nothing. */
function lookedUpRows(replies: ReplyTable, json: JsonObject): readonly unknown[] | undefined {
  return isAnswered(replies, json) ? arrayOf(json['result']) : undefined;
}

/** The code says that it was looked up, or the text that there is no such dossier. */
function isAnswered(replies: ReplyTable, json: JsonObject): boolean {
  const verdict = classifyText(
    replies,
    'look-up',
    [filledText(json['message']) ?? ''],
    filledText(json['error_code']) ?? '',
  );
  if (verdict.outcome === 'refused') return true;
  return isSuccessCode(json['error_code']) && (Array.isArray(json['result']) || json['result'] === null);
}

function rowOf(code: string, rows: readonly unknown[]): JsonObject | undefined {
  return rows.map(objectOf).find((row) => row !== undefined && filledText(row['MaHoSo']) === code);
}
