/** How long a request waits for its second person. */
export const APPROVAL_TTL_MS = 24 * 3_600_000;

/** States of a request that a second person approves. The SQL CHECKs and docs/reference/states.md say the same; tests compare them. */
export const REQUEST_STATES = ['open', 'approved', 'withdrawn'] as const;

/** What the rule looks at. */
export interface SecondPersonRequest {
  requestedBy: string;
  expiresAt: Date;
  state: (typeof REQUEST_STATES)[number];
}

/** What a request is in the eyes of a reader: one that nobody approved in time is `expired`. */
export type RequestState = SecondPersonRequest['state'] | 'expired';

/** Why a request may not be decided by somebody, or not any more. */
export type RequestRefusal =
  'own-request' | 'not-own-request' | 'request-not-open' | 'request-expired' | 'request-set-differs';

export function requestState(
  { state, expiresAt }: Pick<SecondPersonRequest, 'state' | 'expiresAt'>,
  now: Date,
): RequestState {
  return state === 'open' && expiresAt <= now ? 'expired' : state;
}

/** Why somebody may not be the second person now; undefined when nothing speaks against it. Whether they were shown what was asked for is the caller's. */
export function secondPersonRefusal(
  request: SecondPersonRequest,
  { approver, now }: { approver: string; now: Date },
): RequestRefusal | undefined {
  return approver === request.requestedBy ? 'own-request' : overRefusal(request, now);
}

/** Why somebody may not take a request back now; undefined when nothing speaks against it. */
export function withdrawalRefusal(
  request: SecondPersonRequest,
  { by, now }: { by: string; now: Date },
): RequestRefusal | undefined {
  return by === request.requestedBy ? overRefusal(request, now) : 'not-own-request';
}

function overRefusal(request: SecondPersonRequest, now: Date): RequestRefusal | undefined {
  const state = requestState(request, now);
  if (state === 'open') return undefined;
  return state === 'expired' ? 'request-expired' : 'request-not-open';
}
