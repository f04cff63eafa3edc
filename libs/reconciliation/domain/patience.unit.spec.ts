import { NO_FAILURES, patienceAfter, type Failure, type Failures } from './patience';
import type { ReconciliationPolicy } from './reconciliation-policy';

const AT = new Date('2026-03-02T02:00:00+07:00');
const MINUTE_MS = 60_000;
const policy = { giveUpAfter: 20, retryMs: 1_000, maxRetryMs: 30_000 } as ReconciliationPolicy;

describe('patience with a partner', () => {
  const after = (before: Partial<Failures>, failure: Failure): unknown => {
    const { now, pauseMs } = patienceAfter({ ...NO_FAILURES, ...before }, failure, {
      partner: 'onestop',
      at: AT,
      policy,
    });
    return [now, pauseMs];
  };
  const since = (minutes: number): Date => new Date(AT.getTime() - minutes * MINUTE_MS);

  it.each<readonly [string, Partial<Failures>, Failure, unknown]>([
    ['waits a little at first', {}, { code: 'http.5xx' }, ['waits', 1_000]],
    ['waits longer each time', { failures: 3 }, { code: 'wire.timeout' }, ['waits', 8_000]],
    ['waits never longer than that by itself', { failures: 15 }, { code: 'http.5xx' }, ['waits', 30_000]],
    ['waits as long as it is asked to', {}, { code: 'http.5xx', waitMs: 600_000 }, ['waits', 600_000]],
    ['waits longer than it is asked to', { failures: 3 }, { code: 'http.5xx', waitMs: 1 }, ['waits', 8_000]],
    ['gives up in the end', { failures: 19 }, { code: 'http.5xx' }, ['given-up', 30_000]],
    ['waits no pause of more than an hour', {}, { code: 'http.5xx', waitMs: 3_600_001 }, ['too-long', 3_600_001]],
    ['is not used up by too many calls', { failures: 19, throttled: 40 }, { code: 'http.429' }, ['waits', 30_000]],
    ['is, after an hour', { throttled: 9, throttledSince: since(60) }, { code: 'http.429' }, ['too-long', 30_000]],
    ['is not, before', { throttled: 9, throttledSince: since(59) }, { code: 'http.429' }, ['waits', 30_000]],
    ['hears a refusal a first time', { failures: 1 }, { code: 'onestop.read-refused' }, ['waits', 2_000]],
    ['hears it the third time', { failures: 2 }, { code: 'onestop.read-refused' }, ['refused', 4_000]],
    ['takes no failure of the way for one', { failures: 9 }, { code: 'http.5xx' }, ['waits', 30_000]],
  ])('%s', (_name, before, failure, expected) => {
    expect(after(before, failure)).toEqual(expected);
  });

  it('knows since when there were too many calls', () => {
    const how = { partner: 'onestop', at: AT, policy };
    const first = patienceAfter(NO_FAILURES, { code: 'http.429' }, how);
    expect(first).toMatchObject({ failures: 0, throttled: 1, throttledSince: AT });
    const later = { ...how, at: new Date(AT.getTime() + MINUTE_MS) };
    expect(patienceAfter(first, { code: 'http.429' }, later)).toMatchObject({ throttled: 2, throttledSince: AT });
    expect(patienceAfter(first, { code: 'http.5xx' }, later)).toMatchObject({ failures: 1, throttledSince: AT });
  });
});
