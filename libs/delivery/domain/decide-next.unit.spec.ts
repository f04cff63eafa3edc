import type { CallResult, PartnerPolicy, ProbeResult } from '../ports';
import { decideNext, type DecisionRules, type DeliveryHistory, type NextStep } from './decide-next';

const policy: PartnerPolicy = {
  deadlineMs: 10_000,
  maxConcurrency: 4,
  firstRetryMs: 500,
  maxRetryMs: 30_000,
  maxAttempts: 5,
  maxAgeMs: 600_000,
  absentAfterMs: 2_000,
  breaker: { lanes: 5, openMs: 2_000, maxOpenMs: 30_000 },
  perDay: null,
};
const now = new Date('2026-03-02T02:01:00Z');
const after = (ms: number): Date => new Date(now.getTime() + ms);
const history: DeliveryHistory = {
  status: 'in-flight',
  attempts: 1,
  firstAttemptAt: after(-1_000),
  lastCallAt: after(-1_000),
};
const rules: DecisionRules = { policy, repeatPolicy: 'harmless-repeat', random: 0.5, now };
const result = (outcome: CallResult['outcome'], more: Partial<CallResult> = {}): CallResult => ({
  outcome,
  wire: 'answered',
  reasonCode: 'test.reason',
  ...more,
});

type CallCase = [name: string, result: CallResult, history: Partial<DeliveryHistory>, expected: NextStep];

describe('decideNext after a call', () => {
  const settled = { status: 'settled', outcome: 'accepted' } as const;
  const waiting = (ms: number, dropContent = false): NextStep => ({ status: 'waiting', dueAt: after(ms), dropContent });
  const unknown = (ms: number | null, dropContent = false): NextStep => ({
    status: 'unknown',
    dueAt: ms === null ? null : after(ms),
    dropContent,
  });
  const table: CallCase[] = [
    ['accepted, first', result('accepted'), {}, settled],
    ['accepted, repeat of an unknown one', result('accepted'), { status: 'unknown', attempts: 3 }, settled],
    ['accepted at the last attempt', result('accepted'), { attempts: 5 }, settled],
    [
      'already applied',
      result('already-applied'),
      { status: 'unknown' },
      { status: 'settled', outcome: 'already-applied' },
    ],
    ['refused', result('refused'), {}, { status: 'dead', cause: 'refused' }],
    ['refused on repeat', result('refused'), { status: 'unknown' }, { status: 'dead', cause: 'refused' }],
    [
      'a true state refused by the portal',
      result('refused', { laneGoesOn: true }),
      {},
      { status: 'settled', outcome: 'refused' },
    ],
    ['retry, half of the first bound', result('retry'), {}, waiting(250)],
    ['retry, bound doubled', result('retry'), { attempts: 3 }, waiting(1_000)],
    ['retry with Retry-After as given', result('retry', { retryAfterMs: 90_000 }), {}, waiting(90_000)],
    ['retry that renders anew', result('retry', { rerender: true }), {}, waiting(250, true)],
    [
      'retry of an unknown one leaves it unknown',
      result('retry', { wire: 'not-written' }),
      { status: 'unknown', attempts: 2 },
      unknown(500),
    ],
    ['retry at the last attempt', result('retry'), { attempts: 5 }, { status: 'dead', cause: 'attempts-exhausted' }],
    [
      'retry that would be too old',
      result('retry'),
      { firstAttemptAt: after(-600_000) },
      { status: 'dead', cause: 'age-exhausted' },
    ],
    [
      'Retry-After beyond the age',
      result('retry', { retryAfterMs: 600_000 }),
      {},
      { status: 'dead', cause: 'age-exhausted' },
    ],
    ['unknown', result('unknown', { wire: 'written', reasonCode: 'http.5xx' }), {}, unknown(250)],
    ['unknown again', result('unknown', { wire: 'written' }), { status: 'unknown', attempts: 4 }, unknown(2_000)],
    [
      'unknown at the last attempt',
      result('unknown'),
      { status: 'unknown', attempts: 5 },
      { status: 'dead', cause: 'attempts-exhausted' },
    ],
    ['an unmatched text', result('unknown', { reasonCode: 'text.unmatched' }), {}, unknown(null)],
    ['a vetoed text', result('unknown', { reasonCode: 'text.vetoed', rerender: true }), {}, unknown(null)],
    ['a contradictory text', result('unknown', { reasonCode: 'text.contradictory' }), {}, unknown(null)],
    [
      'an unmatched text at the last attempt',
      result('unknown', { reasonCode: 'text.unmatched' }),
      { attempts: 5 },
      unknown(null),
    ],
  ];

  it.each(table)('%s', (_name, call, more, expected) => {
    expect(decideNext({ kind: 'call', result: call }, { ...history, ...more }, rules)).toEqual(expected);
  });

  it('never waits longer than the greatest pause, however often it failed [Q34]', () => {
    const patient = { ...policy, maxAttempts: 1_000, maxAgeMs: Number.MAX_SAFE_INTEGER };
    for (let attempts = 1; attempts < 200; attempts++) {
      const step = decideNext(
        { kind: 'call', result: result('retry') },
        { ...history, attempts },
        { ...rules, policy: patient, random: 0.999_999 },
      );
      expect(step).toMatchObject({ status: 'waiting' });
      expect(step.status === 'waiting' && step.dueAt.getTime() - now.getTime()).toBeLessThan(30_000);
    }
  });
});

describe('decideNext after a probe', () => {
  const asked: DeliveryHistory = {
    status: 'unknown',
    attempts: 2,
    firstAttemptAt: after(-20_000),
    lastCallAt: after(-20_000),
  };
  const probe = (verdict: ProbeResult['verdict'], more: Partial<CallResult> = {}, askedAt = now): ProbeResult => ({
    verdict,
    askedAt,
    call: result('accepted', more),
  });
  const table: [name: string, probe: ProbeResult, history: Partial<DeliveryHistory>, expected: NextStep][] = [
    ['applied', probe('applied'), {}, { status: 'settled', outcome: 'already-applied' }],
    ['absent, asked late enough', probe('absent'), {}, { status: 'waiting', dueAt: now, dropContent: false }],
    [
      'absent, and another content is right now',
      probe('absent', { rerender: true }),
      {},
      { status: 'waiting', dueAt: now, dropContent: true },
    ],
    [
      'absent, but the old request may still be running',
      probe('absent'),
      { lastCallAt: after(-11_000) },
      { status: 'unknown', dueAt: after(1_001), dropContent: false },
    ],
    [
      'absent, asked at the very end of the time',
      probe('absent', {}, after(-8_000)),
      { lastCallAt: after(-20_000) },
      { status: 'unknown', dueAt: now, dropContent: false },
    ],
    [
      'absent without a question: the repeat is harmless',
      probe('absent', { wire: 'not-written' }),
      { lastCallAt: now },
      { status: 'waiting', dueAt: now, dropContent: false },
    ],
    ['absent at the last attempt', probe('absent'), { attempts: 5 }, { status: 'dead', cause: 'attempts-exhausted' }],
    ['cannot tell', probe('cannot-tell'), {}, { status: 'unknown', dueAt: after(500), dropContent: false }],
    [
      'cannot tell, told when to come back',
      probe('cannot-tell', { retryAfterMs: 7_000 }),
      {},
      { status: 'unknown', dueAt: after(7_000), dropContent: false },
    ],
    [
      'cannot tell at the last attempt',
      probe('cannot-tell'),
      { attempts: 5 },
      { status: 'dead', cause: 'attempts-exhausted' },
    ],
  ];

  it.each(table)('%s', (_name, answered, more, expected) => {
    expect(
      decideNext({ kind: 'probe', probe: answered }, { ...asked, ...more }, { ...rules, repeatPolicy: 'probe-first' }),
    ).toEqual(expected);
  });
});
