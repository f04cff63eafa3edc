import { canonicalBytes, sha256 } from '#platform';

/** A person asks for their data, or for its end (NĐ 356/2025 Article 5); one officer writes it down, another approves. */
export const REQUEST_KINDS = ['export', 'erase'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** States of a request. The SQL CHECK and docs/reference/states.md say the same; a test compares the three. */
export const REQUEST_STATES = ['open', 'approved', 'withdrawn'] as const;

/** How long a second person has. */
export const APPROVAL_TTL_MS = 24 * 3_600_000;
/** How long an approved export may be taken. */
const TAKE_TTL_MS = 24 * 3_600_000;

export interface PersonRequest {
  id: string;
  kind: RequestKind;
  /** Frozen when it was asked for. */
  dossiers: readonly string[];
  /** Digest of kind and dossiers: what the approver was shown. */
  setDigest: string;
  reason: string;
  requestedBy: string;
  requestedAt: Date;
  expiresAt: Date;
  state: (typeof REQUEST_STATES)[number];
  approvedBy: string | null;
  approvedAt: Date | null;
  /** When who asked took it back. */
  withdrawnAt: Date | null;
  /** How often the export was taken. */
  takes: number;
  /** Dossiers from before the upgrade were still being indexed when it was asked for: some may be missing. */
  indexIncomplete: boolean;
}

/** What a request is in the eyes of a reader: one that nobody approved in time is `expired`. */
export type RequestState = PersonRequest['state'] | 'expired';

export function requestDigest(kind: RequestKind, dossiers: readonly string[]): string {
  return sha256(canonicalBytes({ kind, dossiers: [...dossiers].sort() })).toString('hex');
}

export function requestState(
  { state, expiresAt }: Pick<PersonRequest, 'state' | 'expiresAt'>,
  now: Date,
): RequestState {
  return state === 'open' && expiresAt <= now ? 'expired' : state;
}

/** Why a request may not be decided by somebody, or not any more. */
export type RequestRefusal =
  'own-request' | 'not-own-request' | 'request-not-open' | 'request-expired' | 'request-set-differs';

/** Why somebody may not approve a request now; undefined when nothing speaks against it. */
export function approvalRefusal(
  request: PersonRequest,
  { approver, setDigest, now }: { approver: string; setDigest: string; now: Date },
): RequestRefusal | undefined {
  if (approver === request.requestedBy) return 'own-request';
  const over = overRefusal(request, now);
  if (over) return over;
  const isTheFrozenSet =
    setDigest === request.setDigest && requestDigest(request.kind, request.dossiers) === request.setDigest;
  return isTheFrozenSet ? undefined : 'request-set-differs';
}

/** Why somebody may not take a request back now; undefined when nothing speaks against it. */
export function withdrawalRefusal(
  request: PersonRequest,
  { by, now }: { by: string; now: Date },
): RequestRefusal | undefined {
  return by === request.requestedBy ? overRefusal(request, now) : 'not-own-request';
}

function overRefusal(request: PersonRequest, now: Date): RequestRefusal | undefined {
  const state = requestState(request, now);
  if (state === 'open') return undefined;
  return state === 'expired' ? 'request-expired' : 'request-not-open';
}

export type TakeRefusal = 'not-own-request' | 'request-not-approved' | 'request-expired' | 'export-taken';

/** Why an export may not be taken now: only by who asked for it, soon after the approval, and a few times. */
export function takeRefusal(
  request: PersonRequest,
  { account, now, maxTakes }: { account: string; now: Date; maxTakes: number },
): TakeRefusal | undefined {
  if (request.kind !== 'export' || request.approvedAt === null) return 'request-not-approved';
  if (request.requestedBy !== account) return 'not-own-request';
  if (request.approvedAt.getTime() + TAKE_TTL_MS <= now.getTime()) return 'request-expired';
  return request.takes >= maxTakes ? 'export-taken' : undefined;
}
