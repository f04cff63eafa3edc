import { join } from 'node:path';
import { AppError } from '#platform';
import { fixedClock } from '#testing';
import { loadReconciliationPolicy } from '../adapters/load-reconciliation-policy';
import { NoAnswer, NoRoom, Pace } from './ask-partner';

const CONFIG = join(__dirname, '..', '..', '..', 'config');
const NEVER = new AbortController().signal;

describe('a question to a partner', () => {
  const clock = fixedClock('2026-03-02T09:00:00+07:00');
  const policy = loadReconciliationPolicy(CONFIG);
  const pace = (): Pace => new Pace({ clock, policy, deadlineMs: () => 40, hasRoom: async () => true });

  /** Answers when the time of one call is over, unless its own is over first. */
  const slow = (deadline: AbortSignal): Promise<{ askedAt: Date; calls: number }> =>
    new Promise((resolve, reject) => {
      AbortSignal.timeout(60).addEventListener('abort', () => resolve({ askedAt: clock.now(), calls: 5 }));
      deadline.addEventListener('abort', () => reject(new Error('too late')));
    });

  it('that may become several calls has the time of several', async () => {
    await expect(pace().call({ partner: 'hotich', mostCalls: 5 }, slow, NEVER)).resolves.toMatchObject({ calls: 5 });
    await expect(pace().call({ partner: 'hotich' }, slow, NEVER)).rejects.toThrow(NoAnswer);
  });

  it.each([
    ['that became several calls', async () => ({ askedAt: clock.now(), calls: 5 })],
    [
      'that failed after several calls',
      () => Promise.reject(new AppError({ code: 'hotich.poll-refused', disposition: 'retry', extra: { calls: 5 } })),
    ],
  ])('%s holds up the next one as long as they would have', async (_name, ask) => {
    const asked = pace();
    const ended = new AbortController();
    const first = await asked.call({ partner: 'hotich' }, ask, NEVER).catch((error: unknown) => error);
    expect(first).toMatchObject({ calls: 5 });
    const next = asked.call({ partner: 'hotich' }, async () => ({ askedAt: clock.now() }), ended.signal);
    const oneCallMs = 1_000 / policy.partners.hotich.callsPerSecond;
    const sooner = await Promise.race([
      next.then(() => 'asked'),
      new Promise((resolve) => AbortSignal.timeout(2 * oneCallMs).addEventListener('abort', () => resolve('waits'))),
    ]);
    expect(sooner).toBe('waits');
    ended.abort();
    await expect(next).rejects.toMatchObject({ code: 'worker-stopping' });
  });

  it('is not asked when the partner has no room for it', async () => {
    const asked = new Pace({ clock, policy, deadlineMs: () => 40, hasRoom: async (partner) => partner !== 'hotich' });
    const ask = jest.fn(async () => ({ askedAt: clock.now() }));
    await expect(asked.call({ partner: 'hotich' }, ask, NEVER)).rejects.toThrow(NoRoom);
    expect(ask).not.toHaveBeenCalled();
    await expect(asked.call({ partner: 'dvcqg' }, ask, NEVER)).resolves.toEqual({ askedAt: clock.now() });
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['its code, calls and the pause asked for', { calls: 3, retryAfterMs: 9_000 }, [3, 9_000]],
    ['one call and no pause where nothing is said', {}, [1, undefined]],
    ['one call and no pause where nonsense is said', { calls: 'x', retryAfterMs: Number.NaN }, [1, undefined]],
  ])('that failed says %s', (_name, extra, expected) => {
    const failed = new NoAnswer(new AppError({ code: 'http.429', disposition: 'retry', extra }));
    expect([failed.code, failed.calls, failed.waitMs]).toEqual(['http.429', ...expected]);
  });

  it('that failed for a reason that is no code says no more than that', () => {
    expect(new NoAnswer(Object.assign(new Error('lost'), { code: 'Nguyễn Văn A' })).code).toBe('unexpected');
  });
});
