import { join } from 'node:path';
import { fixedClock } from '#testing';
import { loadReconciliationPolicy } from '../adapters/load-reconciliation-policy';
import { NoAnswer, Pace } from './ask-partner';

const CONFIG = join(__dirname, '..', '..', '..', 'config');
const NEVER = new AbortController().signal;

describe('a question to a partner', () => {
  const clock = fixedClock('2026-03-02T09:00:00+07:00');
  const policy = loadReconciliationPolicy(CONFIG);
  const pace = (): Pace => new Pace({ clock, policy, deadlineMs: () => 40 });

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

  it('that became several calls holds up the next one as long as they would have', async () => {
    const asked = pace();
    const ended = new AbortController();
    await asked.call({ partner: 'hotich' }, async () => ({ askedAt: clock.now(), calls: 5 }), NEVER);
    const next = asked.call({ partner: 'hotich' }, async () => ({ askedAt: clock.now() }), ended.signal);
    const oneCallMs = 1_000 / policy.partners.hotich.callsPerSecond;
    const first = await Promise.race([
      next.then(() => 'asked'),
      new Promise((resolve) => AbortSignal.timeout(2 * oneCallMs).addEventListener('abort', () => resolve('waits'))),
    ]);
    expect(first).toBe('waits');
    ended.abort();
    await expect(next).rejects.toMatchObject({ code: 'worker-stopping' });
  });
});
