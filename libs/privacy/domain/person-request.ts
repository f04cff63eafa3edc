import { secondPersonRefusal, type RequestRefusal, type SecondPersonRequest } from '#access';
import { canonicalBytes, sha256 } from '#platform';

/** A person asks for their data, or for its end (NĐ 356/2025 Article 5); one officer writes it down, another approves. */
export const REQUEST_KINDS = ['export', 'erase'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** How long an approved export may be taken. */
const TAKE_TTL_MS = 24 * 3_600_000;

export interface PersonRequest extends SecondPersonRequest {
  id: string;
  kind: RequestKind;
  /** Frozen when it was asked for. */
  dossiers: readonly string[];
  /** Digest of kind and dossiers: what the approver was shown. */
  setDigest: string;
  reason: string;
  requestedAt: Date;
  approvedBy: string | null;
  approvedAt: Date | null;
  /** When who asked took it back. */
  withdrawnAt: Date | null;
  /** How often the export was taken. */
  takes: number;
  /** Dossiers from before the upgrade were still being indexed when it was asked for: some may be missing. */
  indexIncomplete: boolean;
}

export function requestDigest(kind: RequestKind, dossiers: readonly string[]): string {
  return sha256(canonicalBytes({ kind, dossiers: [...dossiers].sort() })).toString('hex');
}

/** Why somebody may not approve a request now; undefined when nothing speaks against it. */
export function approvalRefusal(
  request: PersonRequest,
  { approver, setDigest, now }: { approver: string; setDigest: string; now: Date },
): RequestRefusal | undefined {
  const refusal = secondPersonRefusal(request, { approver, now });
  if (refusal) return refusal;
  const isTheFrozenSet =
    setDigest === request.setDigest && requestDigest(request.kind, request.dossiers) === request.setDigest;
  return isTheFrozenSet ? undefined : 'request-set-differs';
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
