import { APPROVAL_TTL_MS, requestState, withdrawalRefusal } from '#access';
import {
  approvalRefusal,
  compareWithFrozen,
  freeze,
  setDigestOf,
  type GiveUpRequest,
  type ItemFacts,
} from './give-up-request';

const AT = new Date('2026-03-09T03:00:00Z');
const later = (ms: number): Date => new Date(AT.getTime() + ms);
const item = (id: string, more: Partial<ItemFacts> = {}): ItemFacts => ({
  id,
  stage: 'unit',
  reasonCode: 'unit-unknown',
  field: 'unit',
  messageId: `message-of-${id}`,
  listingDigest: 'aa',
  ...more,
});
const items = ['a', 'b'].map((id) => freeze(item(id)));
const request: GiveUpRequest = {
  id: 'r',
  items,
  setDigest: setDigestOf(items),
  reason: 'training',
  requestedBy: 'operator',
  requestedAt: AT,
  expiresAt: later(APPROVAL_TTL_MS),
  state: 'open',
  approvedBy: null,
  approvedAt: null,
  givenUp: null,
  skipped: null,
  withdrawnAt: null,
};
const withdrawn: GiveUpRequest = { ...request, state: 'withdrawn', withdrawnAt: AT };
const ok = { approver: 'approver', setDigest: request.setDigest, now: AT };

describe('a request to give items up', () => {
  it.each([
    ['a second person in time', request, ok, undefined],
    ['the last moment', request, { ...ok, now: later(APPROVAL_TTL_MS - 1) }, undefined],
    ['the requester', request, { ...ok, approver: 'operator' }, 'own-request'],
    ['24 h later', request, { ...ok, now: later(APPROVAL_TTL_MS) }, 'request-expired'],
    ['a second approval', { ...request, state: 'approved' as const }, ok, 'request-not-open'],
    ['a digest of other items', request, { ...ok, setDigest: '0'.repeat(64) }, 'request-set-differs'],
    ['a set that was exchanged', { ...request, items: [items[0]] }, ok, 'request-set-differs'],
    ['an approval of what was taken back', withdrawn, ok, 'request-not-open'],
  ])('by %s', (_name, asked, by, refusal) => {
    expect(approvalRefusal(asked, by)).toBe(refusal);
  });

  it.each([
    ['who asked', request, { by: 'operator', now: AT }, undefined],
    ['who asked, at the last moment', request, { by: 'operator', now: later(APPROVAL_TTL_MS - 1) }, undefined],
    ['somebody else', request, { by: 'operator2', now: AT }, 'not-own-request'],
    ['somebody else, of what is over', withdrawn, { by: 'approver', now: AT }, 'not-own-request'],
    ['who asked, 24 h later', request, { by: 'operator', now: later(APPROVAL_TTL_MS) }, 'request-expired'],
    [
      'who asked, after a yes',
      { ...request, state: 'approved' as const },
      { by: 'operator', now: AT },
      'request-not-open',
    ],
    ['who asked, again', withdrawn, { by: 'operator', now: later(APPROVAL_TTL_MS) }, 'request-not-open'],
  ])('is taken back by %s', (_name, asked, by, refusal) => {
    expect(withdrawalRefusal(asked, by)).toBe(refusal);
  });

  it('is expired to a reader when nobody approved it in time, and never when somebody did or took it back', () => {
    expect(requestState(request, later(APPROVAL_TTL_MS))).toBe('expired');
    expect(requestState({ ...request, state: 'approved' }, later(APPROVAL_TTL_MS))).toBe('approved');
    expect(requestState(withdrawn, later(APPROVAL_TTL_MS))).toBe('withdrawn');
  });

  it('has one digest in whatever order its items are named', () => {
    expect(setDigestOf([...items].reverse())).toBe(request.setDigest);
  });
});

describe('a frozen set against what is there now', () => {
  const now = (more: Partial<ItemFacts & { state: string }> = {}) =>
    new Map([['a', { ...item('a'), state: 'open', ...more }]]);

  it.each([
    ['another stage', { stage: 'procedure' }],
    ['another reason', { reasonCode: 'unit-ambiguous' }],
    ['another field', { field: null }],
    ['another message', { messageId: 'next' }],
    ['another row of the list', { listingDigest: 'bb' }],
  ])('counts an item with %s as changed', (_name, change) => {
    expect(compareWithFrozen([items[0]], now(change))).toEqual({
      same: [],
      skipped: [{ id: 'a', why: 'changed', state: 'open' }],
    });
  });

  it('keeps what is the same, and names what is run again or gone', () => {
    expect(compareWithFrozen([items[0]], now())).toEqual({ same: ['a'], skipped: [] });
    expect(compareWithFrozen(items, now({ state: 'rerun' }))).toEqual({
      same: [],
      skipped: [
        { id: 'a', why: 'not-open', state: 'rerun' },
        { id: 'b', why: 'unknown', state: null },
      ],
    });
  });
});
