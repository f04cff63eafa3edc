import fc from 'fast-check';
import { LAW_SEED, lawRun } from '#testing';
import type { CallResult, PartnerPolicy, ProbeResult } from '../ports';
import { decideNext, type DeliveryHistory, type NextStep, type TriedAttempt } from './decide-next';

const RUN = lawRun(1_000, 50_000);
const START_MS = Date.parse('2026-11-25T02:00:00Z');

const policy: fc.Arbitrary<PartnerPolicy> = fc.record({
  deadlineMs: fc.integer({ min: 100, max: 60_000 }),
  maxConcurrency: fc.constant(4),
  firstRetryMs: fc.integer({ min: 1, max: 30_000 }),
  maxRetryMs: fc.integer({ min: 1, max: 900_000 }),
  maxAttempts: fc.integer({ min: 1, max: 200 }),
  maxAgeMs: fc.integer({ min: 1_000, max: 259_200_000 }),
  absentAfterMs: fc.integer({ min: 0, max: 60_000 }),
  breaker: fc.constant({ lanes: 5, openMs: 2_000, maxOpenMs: 30_000 }),
  perDay: fc.constant(null),
});
const call: fc.Arbitrary<CallResult> = fc
  .record({
    outcome: fc.constantFrom(
      'accepted' as const,
      'already-applied' as const,
      'refused' as const,
      'retry' as const,
      'unknown' as const,
    ),
    wire: fc.constantFrom('not-written' as const, 'written' as const, 'answered' as const),
    reasonCode: fc.constantFrom(
      'http.5xx',
      'http.429',
      'wire.deadline',
      'text.unmatched',
      'text.vetoed',
      'text.contradictory',
    ),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 3_600_000 }), { nil: undefined }),
    laneGoesOn: fc.boolean(),
    rerender: fc.boolean(),
  })
  .map(({ retryAfterMs, ...rest }) => (retryAfterMs === undefined ? rest : { ...rest, retryAfterMs }));
const probe: fc.Arbitrary<ProbeResult> = fc.record({
  verdict: fc.constantFrom('applied' as const, 'absent' as const, 'cannot-tell' as const),
  askedAt: fc.integer({ min: -60_000, max: 300_000 }).map((afterMs) => new Date(START_MS + afterMs)),
  call,
});
const tried: fc.Arbitrary<TriedAttempt> = fc.oneof(
  call.map((result) => ({ kind: 'call' as const, result })),
  probe.map((one) => ({ kind: 'probe' as const, probe: one })),
);

interface Case {
  tried: TriedAttempt;
  history: DeliveryHistory;
  policy: PartnerPolicy;
  now: Date;
  next: NextStep;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    tried,
    policy,
    status: fc.constantFrom('in-flight' as const, 'unknown' as const),
    attempts: fc.integer({ min: 1, max: 250 }),
    ageMs: fc.integer({ min: 0, max: 300_000_000 }),
    sinceCallMs: fc.integer({ min: 0, max: 200_000 }),
    random: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
    repeatPolicy: fc.constantFrom('harmless-repeat' as const, 'probe-first' as const),
  })
  .map(({ ageMs, sinceCallMs, status, attempts, random, repeatPolicy, ...rest }) => {
    const now = new Date(START_MS);
    const history = {
      status,
      attempts,
      firstAttemptAt: new Date(START_MS - ageMs),
      lastCallAt: new Date(START_MS - sinceCallMs),
    };
    const next = decideNext(rest.tried, history, { policy: rest.policy, repeatPolicy, random, now });
    return { ...rest, history, now, next };
  });

const holds = (law: (one: Case) => void): void => fc.assert(fc.property(cases, law), RUN);
const callOf = ({ tried: one }: Case): CallResult => (one.kind === 'call' ? one.result : one.probe.call);

describe(`laws of the next step of a delivery, seed ${LAW_SEED}`, () => {
  it('is settled as applied only by an answer or a probe that says so', () => {
    holds(({ tried: one, next }) => {
      if (next.status !== 'settled' || next.outcome === 'refused') return;
      if (one.kind === 'call') expect(['accepted', 'already-applied']).toContain(one.result.outcome);
      else expect(one.probe.verdict).toBe('applied');
    });
  });

  it('what was unknown is sent again as absent only when it was asked late enough, or a repeat is harmless [Q13]', () => {
    holds((given) => {
      const { tried: one, history, policy: rules, next } = given;
      if (one.kind !== 'probe' || next.status !== 'waiting') return;
      const isHarmless = one.probe.call.wire === 'not-written' && one.probe.call.outcome !== 'retry';
      const late = history.lastCallAt.getTime() + rules.deadlineMs + rules.absentAfterMs;
      expect(one.probe.verdict).toBe('absent');
      expect(isHarmless || one.probe.askedAt.getTime() > late).toBe(true);
    });
  });

  it('a call without a usable answer never becomes a plain retry, nor does a failed repeat of an unknown one [Q13]', () => {
    holds(({ tried: one, history, next }) => {
      if (one.kind !== 'call' || next.status !== 'waiting') return;
      expect(one.result.outcome).toBe('retry');
      expect(history.status).toBe('in-flight');
    });
  });

  it('after a text that nobody has classified nothing is due [Q44]', () => {
    holds((given) => {
      const { tried: one, next } = given;
      if (one.kind !== 'call' || one.result.outcome !== 'unknown' || !one.result.reasonCode.startsWith('text.')) return;
      expect(next).toEqual({ status: 'unknown', dueAt: null, dropContent: false });
    });
  });

  it('waits no longer than Retry-After or the greatest pause say, and never into the past [Q32 Q34]', () => {
    holds((given) => {
      const { tried: one, history, policy: rules, now, next } = given;
      if (!('dueAt' in next) || next.dueAt === null) return;
      const waitMs = next.dueAt.getTime() - now.getTime();
      const untilAbsentMs =
        one.kind === 'probe'
          ? history.lastCallAt.getTime() + rules.deadlineMs + rules.absentAfterMs + 1 - now.getTime()
          : 0;
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(Math.max(callOf(given).retryAfterMs ?? rules.maxRetryMs, untilAbsentMs));
    });
  });

  it('ends in a dead letter when its tries or its time are used up, and not before', () => {
    holds((given) => {
      const { history, policy: rules, now, next } = given;
      if (next.status === 'dead' && next.cause === 'attempts-exhausted')
        expect(history.attempts).toBeGreaterThanOrEqual(rules.maxAttempts);
      if (!('dueAt' in next) || next.dueAt === null) return;
      expect(history.attempts).toBeLessThan(rules.maxAttempts);
      expect(next.dueAt.getTime() - history.firstAttemptAt.getTime()).toBeLessThanOrEqual(rules.maxAgeMs);
      expect(next.dueAt.getTime()).toBeGreaterThanOrEqual(now.getTime());
    });
  });
});
