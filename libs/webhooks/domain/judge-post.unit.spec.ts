import { judgePost, retryPauseMs } from './judge-post';

describe('what a receiver says', () => {
  it.each([
    [200, { kind: 'taken' }],
    [202, { kind: 'taken' }],
    [301, { kind: 'retry', code: 'http-301' }],
    [400, { kind: 'retry', code: 'http-400' }],
    [410, { kind: 'stop', code: 'receiver-gone' }],
    [503, { kind: 'retry', code: 'http-503' }],
  ])('%d', (status, verdict) => expect(judgePost({ kind: 'answer', status })).toMatchObject(verdict));

  it('is not known when nothing comes back', () => {
    expect(judgePost({ kind: 'failed', code: 'deadline' })).toEqual({ kind: 'retry', code: 'deadline' });
  });
});

describe('the pause after failures', () => {
  const pace = { firstRetryMs: 1_000, maxRetryMs: 300_000 };
  it.each([
    [1, 0, 500],
    [1, 1, 1_000],
    [3, 1, 4_000],
    [20, 1, 300_000],
    [5_000, 1, 300_000],
  ])('doubles, up to the longest: failure %d', (failures, random, ms) =>
    expect(retryPauseMs(pace, failures, random)).toBe(ms),
  );

  it('is at least what the receiver asks for, up to an hour', () => {
    expect(retryPauseMs(pace, 1, 0, 90)).toBe(90_000);
    expect(retryPauseMs(pace, 1, 0, 86_400)).toBe(3_600_000);
  });
});
