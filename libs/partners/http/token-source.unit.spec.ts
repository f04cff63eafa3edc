import { AppError, silentLog } from '#platform';
import { fixedClock } from '#testing';
import { TokenSource, type TokenGrant } from './token-source';

const signal = (): AbortSignal => new AbortController().signal;

describe('TokenSource', () => {
  const clock = fixedClock();
  let logIns: number;
  const make = (obtain: (n: number, signal: AbortSignal) => Promise<TokenGrant>, deadlineMs = 1_000): TokenSource =>
    new TokenSource({ name: 'x', deadlineMs, clock, log: silentLog, obtain: (deadline) => obtain(++logIns, deadline) });

  beforeEach(() => {
    logIns = 0;
  });

  it('logs in once for many calls at the same time', async () => {
    const tokens = make(async (n) => ({ value: `t${n}` }));
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.current(signal())));
    expect(new Set(all.map((token) => token.value))).toEqual(new Set(['t1']));
    expect(logIns).toBe(1);
  });

  it('renews once when many calls find the same token dead, and gives the new one to a late finder', async () => {
    const tokens = make(async (n) => ({ value: `t${n}` }));
    const dead = await tokens.current(signal());
    const renewed = await Promise.all(Array.from({ length: 10 }, () => tokens.renew(dead, signal())));
    expect(new Set(renewed.map((token) => token.value))).toEqual(new Set(['t2']));
    expect((await tokens.renew(dead, signal())).value).toBe('t2');
    expect(logIns).toBe(2);
  });

  it('renews early when the partner tells the end, a short-lived token at nine tenths of its life [Q04 Q41]', async () => {
    const tokens = make(async (n) => ({
      value: `t${n}`,
      goodUntil: new Date(clock.now().getTime() + (n === 1 ? 60_000 : 1_000)),
    }));
    await tokens.current(signal());
    clock.advance(54_000);
    expect((await tokens.current(signal())).value).toBe('t1');
    clock.advance(1_500);
    expect((await tokens.current(signal())).value).toBe('t2');
    clock.advance(850);
    expect((await tokens.current(signal())).value).toBe('t2');
    clock.advance(60);
    expect((await tokens.current(signal())).value).toBe('t3');
  });

  it('keeps no failed log-in: the next call tries again', async () => {
    const tokens = make(async (n) => {
      if (n === 1) throw new AppError({ code: 'auth.unavailable', disposition: 'retry' });
      return { value: `t${n}` };
    });
    await expect(tokens.current(signal())).rejects.toMatchObject({ code: 'auth.unavailable' });
    expect((await tokens.current(signal())).value).toBe('t2');
  });

  it('a caller whose deadline passes leaves, the log-in goes on for the others', async () => {
    let finish: (token: TokenGrant) => void = () => undefined;
    const tokens = make(() => new Promise((resolve) => (finish = resolve)));
    const impatient = new AbortController();
    const left = tokens.current(impatient.signal);
    const stays = tokens.current(signal());
    impatient.abort();
    await expect(left).rejects.toMatchObject({ code: 'auth.deadline', disposition: 'retry' });
    finish({ value: 'late' });
    expect((await stays).value).toBe('late');
    expect(logIns).toBe(1);
  });

  it('gives the log-in a deadline of its own', async () => {
    const tokens = make(
      (_n, deadline) =>
        new Promise((_resolve, reject) =>
          deadline.addEventListener('abort', () =>
            reject(new AppError({ code: 'auth.unavailable', disposition: 'retry' })),
          ),
        ),
      20,
    );
    await expect(tokens.current(signal())).rejects.toMatchObject({ code: 'auth.unavailable' });
  });
});
