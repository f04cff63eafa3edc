import { AppError } from '#platform';

/** Names that `detail` may use. All of them hold codes, numbers, times or references; a name for a person's data has no
 *  place here, so that none can be logged by accident (law 8). */
export const SYNC_LOG_DETAIL_KEYS = [
  'addressCount',
  'agreed',
  'allowedDecisions',
  'answerDigest',
  'askedAt',
  'attempt',
  'attemptId',
  'calls',
  'cause',
  'class',
  'clientId',
  'code',
  'contentRef',
  'count',
  'credentialId',
  'decidedAt',
  'decision',
  'deliveryId',
  'differing',
  'discrepancyId',
  'disposition',
  'durationMs',
  'eventTypes',
  'field',
  'fields',
  'filters',
  'format',
  'fromIndex',
  'fromState',
  'holdId',
  'httpStatus',
  'itemId',
  'keyId',
  'messageId',
  'month',
  'newKey',
  'notLookedAt',
  'oldKey',
  'operation',
  'operationCount',
  'ours',
  'perDay',
  'perMinute',
  'planId',
  'position',
  'previousKeyId',
  'ratePerSecond',
  'reasonCode',
  'reasonCodes',
  'receiptId',
  'reconciliationId',
  'recordId',
  'refs',
  'requestId',
  'responsible',
  'roles',
  'round',
  'scope',
  'sensitive',
  'setDigest',
  'signatures',
  'sizeBytes',
  'skipped',
  'stage',
  'startedAt',
  'state',
  'status',
  'theirs',
  'toIndex',
  'toState',
  'units',
  'unreadable',
  'until',
  'viewId',
  'watchId',
  'webhookId',
  'wire',
] as const;

export type SyncLogDetailKey = (typeof SYNC_LOG_DETAIL_KEYS)[number];
export type SyncLogDetailValue = string | number | boolean | null | readonly string[];
export type SyncLogDetail = Readonly<Partial<Record<SyncLogDetailKey, SyncLogDetailValue>>>;

const KEYS: ReadonlySet<string> = new Set(SYNC_LOG_DETAIL_KEYS);
/** Codes, ids, times, digests: no white space and nothing outside ASCII, so that no name or sentence fits. */
const CODE = /^[\w.:+/=@-]{1,200}$/;
/** A bare run of 9 to 12 digits is an identity paper or a telephone number in this country, never one of our codes. */
const PERSONAL_NUMBER = /^\+?\d{9,12}$/;

/** True for a text that may stand in the sync log: a code and not a person's number. */
export function isLoggableCode(text: string): boolean {
  return CODE.test(text) && !PERSONAL_NUMBER.test(text);
}

/** @throws AppError `synclog-detail-refused` (a bug) on an unknown name or a value that is no code, number or flag */
export function checkDetail(detail: SyncLogDetail): void {
  for (const [key, value] of Object.entries(detail)) {
    if (!KEYS.has(key) || !isAllowed(value)) {
      throw new AppError({
        code: 'synclog-detail-refused',
        disposition: 'bug',
        field: key,
        detail: `detail.${key} may hold only codes, numbers and flags`,
      });
    }
  }
}

function isAllowed(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string' && isLoggableCode(one));
  if (typeof value === 'string') return isLoggableCode(value);
  return (
    value === null ||
    value === undefined ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}
