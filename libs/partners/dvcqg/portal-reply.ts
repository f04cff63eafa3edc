import type { CallResult } from '#delivery';
import type { JsonObject } from '../http/answer-json';
import { classifyText, type TextVerdict } from '../replies/classify-text';
import type { ReplyTable } from '../replies/reply-rules';
import { filledText } from '../wire/fields';

/** A JSON answer of the portal, as it came. */
export interface PortalAnswer {
  httpStatus: number;
  json: JsonObject;
  answer: Buffer;
}

/** What was written: decides what an answer proves. */
export interface PortalWrite {
  operation: 'sync-dossier' | 'append-progress';
  /** `isUpdating` "False": the portal is not known to have the dossier. */
  isCreate: boolean;
  /** An answer has proved that the portal holds the dossier. */
  isKnownThere: boolean;
  /** `TrangThaiHoSo` of a synchronisation: the state that an acceptance confirms. */
  status?: number;
}

/** Rule of a create that finds its dossier there: an update follows (dvcqg.md §2). */
const EXISTS_RULE = 'dvcqg.dossier-exists';
const UNKNOWN_RULE = 'dvcqg.discrepancy.unknown';
/** Rules of a refused state share one reason: the state is true and never rewritten, and the lane goes on (CONTRACTS §1.3 *Portal*). */
const STATE_REFUSED = 'dvcqg.state-refused';

/** 0, "0" or "00" (Q02). Not yet a success: that needs the text too (codes-and-statuses.md §9.10). */
export function isSuccessCode(code: unknown): boolean {
  const text = filledText(code);
  return text === '0' || text === '00';
}

/**
 * Judges the answer to `DongBoHoSoMC` or `CapNhatTienDoHoSoMC` by `error_code` and `message`.
 * "Đã tồn tại" to a create applied nothing: `retry`, with the proof that the dossier is there, and the content is rendered
 * anew as an update. To an update it means nothing we know, so a person classifies it. "Không tồn tại" to an update or a
 * progress row contradicts what the portal confirmed before: `refused` for a person, never an unasked-for second create.
 */
export function judgeWrite(
  replies: ReplyTable,
  write: PortalWrite,
  { httpStatus, json, answer }: PortalAnswer,
): CallResult {
  const raw = { wire: 'answered', httpStatus, answer } as const;
  const message = filledText(json['message']);
  const code = filledText(json['error_code']);
  if (code === undefined && message === undefined)
    return { outcome: 'unknown', reasonCode: 'answer.unexpected-shape', ...raw };
  const unread = { messages: [message ?? ''], code: code ?? '' };
  const verdict = classifyText(replies, write.operation, unread.messages, unread.code);
  const reason = whyUnread(verdict, write, httpStatus);
  if (verdict.outcome === 'unknown' || reason !== undefined)
    return { outcome: 'unknown', reasonCode: `text.${reason}`, unread, ...raw };
  if (verdict.ruleId !== EXISTS_RULE) return judged(write, verdict, raw);
  return {
    outcome: 'retry',
    reasonCode: EXISTS_RULE,
    rule: { id: verdict.ruleId, version: verdict.version },
    ...raw,
    rerender: true,
    proves: { portalHasDossier: true },
  };
}

/** Why a person has to read the text; undefined when it says something. */
function whyUnread(verdict: TextVerdict, write: PortalWrite, httpStatus: number): string | undefined {
  if (verdict.outcome === 'unknown') return verdict.reason;
  if (verdict.outcome === 'accepted' && httpStatus >= 300) return 'contradictory';
  return verdict.ruleId === EXISTS_RULE && !write.isCreate ? 'unmatched' : undefined;
}

type Matched = Exclude<TextVerdict, { outcome: 'unknown' }>;

function judged(
  write: PortalWrite,
  verdict: Matched,
  raw: Pick<CallResult, 'wire' | 'httpStatus' | 'answer'>,
): CallResult {
  const { ruleId, version, outcome } = verdict;
  const isStateRefused = ruleId.startsWith(`${STATE_REFUSED}.`);
  const laneGoesOn = isStateRefused || hasNothingToAppendTo(write, ruleId);
  return {
    outcome,
    reasonCode: isStateRefused ? STATE_REFUSED : ruleId,
    ...(laneGoesOn ? { laneGoesOn } : {}),
    rule: { id: ruleId, version },
    ...raw,
    ...proofOf(write, verdict),
  };
}

/** The create before this row was refused for its true state: the lane goes on to the next one, which carries the state of now. */
function hasNothingToAppendTo({ operation, isKnownThere }: PortalWrite, ruleId: string): boolean {
  return operation === 'append-progress' && !isKnownThere && ruleId === UNKNOWN_RULE;
}

function proofOf(write: PortalWrite, verdict: Matched): Pick<CallResult, 'proves'> {
  if (verdict.outcome !== 'accepted' || write.operation !== 'sync-dossier') return {};
  return { proves: { portalHasDossier: true, ...(write.status === undefined ? {} : { provenStatus: write.status }) } };
}
