import { CLOSED, isTrialDue, openForMs, openSlots, signOf } from './breaker';

const POLICY = { lanes: 5, openMs: 2_000, maxOpenMs: 30_000 };
const at = (ms: number) => new Date(1_700_000_000_000 + ms);

describe('what a call says about its partner', () => {
  it.each([
    ['answered', 'dvclt.done', 'up'],
    ['answered', 'text.unmatched', 'up'],
    ['answered', 'hotich.validation', 'up'],
    ['not-written', 'wire.econnrefused', 'down'],
    ['written', 'wire.deadline', 'down'],
    ['answered', 'http.5xx', 'down'],
    ['answered', 'answer.not-json', 'down'],
    ['answered', 'http.redirect', 'down'],
    ['not-written', 'auth.unavailable', 'down'],
    ['not-written', 'auth.deadline', 'down'],
    ['answered', 'http.429', 'none'],
    ['not-written', 'auth.refused', 'none'],
    ['not-written', 'wire.lease-lost', 'none'],
    ['not-written', 'partner.out-of-validity', 'none'],
    ['not-written', 'dvcqg.update-is-repeated', 'none'],
  ] as const)('%s %s: %s', (wire, reasonCode, sign) => {
    expect(signOf({ wire, reasonCode })).toBe(sign);
  });
});

describe('an open circuit', () => {
  it('stays open twice as long each time, up to a bound, jittered by a quarter', () => {
    expect([1, 2, 3, 9].map((openings) => openForMs(openings, POLICY, 0))).toEqual([1_500, 3_000, 6_000, 22_500]);
    expect([1, 2, 3, 9].map((openings) => openForMs(openings, POLICY, 0.999_999))).toEqual([
      2_000, 4_000, 8_000, 30_000,
    ]);
  });

  it('is tried again when its time is over, and when a trial was lost', () => {
    const open = { status: 'open', until: at(1_000), openings: 1, closedAt: null } as const;
    expect([isTrialDue(open, at(999)), isTrialDue(open, at(1_000))]).toEqual([false, true]);
    expect(isTrialDue({ ...open, status: 'half-open' }, at(1_000))).toBe(true);
    expect(isTrialDue(CLOSED, at(1_000))).toBe(false);
  });

  it('gives no slots, and gives them back step by step when it has closed', () => {
    const closed = { ...CLOSED, closedAt: at(0) };
    expect(openSlots(16, { ...CLOSED, status: 'open' }, at(0))).toBe(0);
    expect(openSlots(16, { ...CLOSED, status: 'half-open' }, at(0))).toBe(0);
    expect(openSlots(16, CLOSED, at(0))).toBe(16);
    expect([0, 999, 1_000, 2_000, 3_999, 4_000, 90_000_000].map((ms) => openSlots(16, closed, at(ms)))).toEqual([
      1, 1, 2, 4, 8, 16, 16,
    ]);
  });
});
