import { APPROVAL_TTL_MS, requestState, withdrawalRefusal } from '#access';
import { approvalRefusal, requestDigest, takeRefusal, type PersonRequest } from './person-request';

const AT = new Date('2026-03-09T03:00:00Z');
const later = (ms: number): Date => new Date(AT.getTime() + ms);
const dossiers = ['a', 'b'];
const request: PersonRequest = {
  id: 'r',
  kind: 'export',
  dossiers,
  setDigest: requestDigest('export', dossiers),
  reason: 'letter 12/2026',
  requestedBy: 'operator',
  requestedAt: AT,
  expiresAt: later(APPROVAL_TTL_MS),
  state: 'open',
  approvedBy: null,
  approvedAt: null,
  withdrawnAt: null,
  takes: 0,
  indexIncomplete: false,
};
const approved: PersonRequest = { ...request, state: 'approved', approvedBy: 'approver', approvedAt: AT };
const withdrawn: PersonRequest = { ...request, state: 'withdrawn', withdrawnAt: AT };
/** The digest of the set does not depend on the order in which it is named. */
const yes = { approver: 'approver', setDigest: requestDigest('export', ['b', 'a']), now: AT };

describe('a request of a person', () => {
  it.each([
    ['a second person in time', request, yes, undefined],
    ['who asked', request, { ...yes, approver: 'operator' }, 'own-request'],
    ['somebody 24 h later', request, { ...yes, now: later(APPROVAL_TTL_MS) }, 'request-expired'],
    ['somebody when it is approved', approved, yes, 'request-not-open'],
    ['somebody when it is taken back', withdrawn, yes, 'request-not-open'],
    ['somebody who was shown other dossiers', request, { ...yes, setDigest: '0'.repeat(64) }, 'request-set-differs'],
    [
      'somebody who was shown an erasure',
      request,
      { ...yes, setDigest: requestDigest('erase', dossiers) },
      'request-set-differs',
    ],
    ['somebody when its dossiers were exchanged', { ...request, dossiers: ['a'] }, yes, 'request-set-differs'],
  ])('is approved by %s', (_name, asked, by, refusal) => {
    expect(approvalRefusal(asked, by)).toBe(refusal);
  });

  it.each([
    ['who asked', request, { by: 'operator', now: AT }, undefined],
    ['who asked, for an erasure', { ...request, kind: 'erase' as const }, { by: 'operator', now: AT }, undefined],
    ['who asked, at the last moment', request, { by: 'operator', now: later(APPROVAL_TTL_MS - 1) }, undefined],
    ['somebody else', request, { by: 'operator2', now: AT }, 'not-own-request'],
    ['somebody else, when it is over', withdrawn, { by: 'approver', now: AT }, 'not-own-request'],
    ['who asked, 24 h later', request, { by: 'operator', now: later(APPROVAL_TTL_MS) }, 'request-expired'],
    ['who asked, for an approved export', approved, { by: 'operator', now: AT }, 'request-not-open'],
    ['who asked, again', withdrawn, { by: 'operator', now: later(APPROVAL_TTL_MS) }, 'request-not-open'],
  ])('is taken back by %s', (_name, asked, by, refusal) => {
    expect(withdrawalRefusal(asked, by)).toBe(refusal);
  });

  it('is expired to a reader when nobody decided it in time, and never when somebody did', () => {
    const states = [request, approved, withdrawn].map((one) => requestState(one, later(APPROVAL_TTL_MS)));
    expect(states).toEqual(['expired', 'approved', 'withdrawn']);
  });

  const own = { account: 'operator', now: AT, maxTakes: 3 };
  it.each<[string, PersonRequest, typeof own, string | undefined]>([
    ['who asked, when it is approved', approved, own, undefined],
    ['who asked, at the last moment', approved, { ...own, now: later(APPROVAL_TTL_MS - 1) }, undefined],
    ['who asked, 24 h after the approval', approved, { ...own, now: later(APPROVAL_TTL_MS) }, 'request-expired'],
    ['the approver', approved, { ...own, account: 'approver' }, 'not-own-request'],
    ['who asked, before', request, own, 'request-not-approved'],
    ['who asked, when it was taken back', withdrawn, own, 'request-not-approved'],
    ['who asked for an erasure', { ...approved, kind: 'erase' }, own, 'request-not-approved'],
    ['who asked, too often', { ...approved, takes: 3 }, own, 'export-taken'],
  ])('is taken by %s', (_name, asked, by, refusal) => {
    expect(takeRefusal(asked, by)).toBe(refusal);
  });
});
