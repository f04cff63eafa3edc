import { durationMs } from './duration';

describe('a time of the command line', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('reads %s', (text, ms) => expect(durationMs(text)).toBe(ms));

  it.each(['', '30', 's', '-1s', '1.5h', '1 week', '2026-11-25'])('does not read "%s"', (text) => {
    expect(durationMs(text)).toBeUndefined();
  });
});
