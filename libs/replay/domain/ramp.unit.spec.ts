import { nextMove, paceAfter, waveSize, type RampPolicy, type RunProgress } from './ramp';

const POLICY: RampPolicy = { firstWave: 1, factor: 10, maxLatencyMs: 60_000, maxUnderWay: 100 };
const FROM = new Date('2026-03-02T02:00:00Z');
const after = (ms: number): Date => new Date(FROM.getTime() + ms);

const IN_WAVE: RunProgress = {
  items: 1_000,
  nextNumber: 12,
  wave: 3,
  waveFirst: 12,
  waveLast: 111,
  ratePerSecond: 10,
  maxErrorShare: 0.05,
  drainFrom: FROM,
  drained: 0,
  underWay: 0,
  oldestMs: null,
  failedInWave: 0,
  recent: { ended: 0, failed: 0 },
  closed: null,
};
const moveOf = (more: Partial<RunProgress>, now = FROM) => nextMove({ ...IN_WAVE, ...more }, POLICY, now);

describe('the ramp of a run', () => {
  it('grows from one item by its factor', () => {
    expect([1, 2, 3, 4].map((wave) => waveSize(wave, POLICY))).toEqual([1, 10, 100, 1_000]);
  });

  it.each([
    ['begins with one item', { wave: 0, nextNumber: 1, waveFirst: 1, waveLast: 0 }, { kind: 'wave', last: 1 }],
    ['goes on with ten', { wave: 1, nextNumber: 2, waveFirst: 1, waveLast: 1 }, { kind: 'wave', last: 11 }],
    ['ends a wave before the next', { wave: 1, nextNumber: 2, waveLast: 1, underWay: 1 }, { kind: 'wait' }],
    ['makes no wave longer than the plan', { wave: 3, nextNumber: 990, waveLast: 989 }, { kind: 'wave', last: 1_000 }],
    ['waits for the last ones', { nextNumber: 1_001, underWay: 2 }, { kind: 'wait' }],
    ['is done when all have ended', { nextNumber: 1_001 }, { kind: 'done' }],
  ] as const)('%s', (_name, more, move) => {
    expect(moveOf(more)).toEqual(move);
  });

  it('releases at its rate, counted from the beginning of the wave', () => {
    expect(moveOf({})).toEqual({ kind: 'release', atMost: 1 });
    expect(moveOf({ drained: 1 })).toEqual({ kind: 'wait' });
    expect(moveOf({ drained: 1 }, after(1_000))).toEqual({ kind: 'release', atMost: 10 });
    expect(moveOf({ drained: 11 }, after(1_099))).toEqual({ kind: 'wait' });
  });

  it('does not make up for a pause: at most the items of one second go at once, and the count begins anew', () => {
    expect(moveOf({ drained: 1 }, after(60_000))).toEqual({ kind: 'release', atMost: 10 });
    expect(paceAfter({ ...IN_WAVE, drained: 1 }, 10, after(60_000))).toEqual({ drainFrom: after(60_000), drained: 1 });
    expect(moveOf({ drainFrom: after(60_000), drained: 1 }, after(60_099))).toEqual({ kind: 'wait' });
  });

  it('counts a dossier that is longer than a second allows in full, also after a pause', () => {
    expect(paceAfter({ ...IN_WAVE, drained: 1 }, 25, after(60_000))).toEqual({ drainFrom: after(60_000), drained: 16 });
    expect(moveOf({ drainFrom: after(60_000), drained: 16 }, after(61_500))).toEqual({ kind: 'wait' });
    expect(moveOf({ drainFrom: after(60_000), drained: 16 }, after(61_600))).toEqual({ kind: 'release', atMost: 1 });
  });

  it('goes on counting from the beginning of the wave when it is in time', () => {
    expect(paceAfter({ ...IN_WAVE, drained: 4 }, 3, after(700))).toEqual({ drainFrom: FROM, drained: 7 });
  });

  it('never has more under way than allowed, nor goes beyond its wave', () => {
    expect(moveOf({ underWay: 95 }, after(60_000))).toEqual({ kind: 'release', atMost: 5 });
    expect(moveOf({ nextNumber: 110 }, after(60_000))).toEqual({ kind: 'release', atMost: 2 });
    expect(moveOf({ underWay: 100 }, after(60_000))).toEqual({ kind: 'wait' });
  });

  it.each([
    ['its only item failed', { waveFirst: 1, waveLast: 1, failedInWave: 1 }, { code: 'too-many-errors' }],
    ['one of ten failed', { waveFirst: 2, waveLast: 11, failedInWave: 1 }, { code: 'too-many-errors' }],
    ['six of a hundred failed', { failedInWave: 6 }, { code: 'too-many-errors' }],
    [
      'six of the last hundred failed, in a wave of a thousand',
      { waveFirst: 112, waveLast: 1_111, failedInWave: 6, recent: { ended: 100, failed: 6 } },
      { code: 'too-many-errors' },
    ],
    ['an item takes too long', { oldestMs: 60_001 }, { code: 'too-slow' }],
    [
      'the circuit is open',
      { closed: { partner: 'hotich', why: 'breaker-open' } },
      { code: 'breaker-open', partner: 'hotich' },
    ],
    [
      'the partner is held',
      { closed: { partner: 'hotich', why: 'partner-held' } },
      { code: 'partner-held', partner: 'hotich' },
    ],
  ] as const)('stops when %s', (_name, more, stop) => {
    expect(moveOf(more)).toEqual({ kind: 'stop', stop });
  });

  it.each([
    ['five of a hundred failed', { failedInWave: 5 }],
    ['fewer than a hundred have ended', { waveLast: 1_011, failedInWave: 6, recent: { ended: 99, failed: 6 } }],
    ['an item has just come to its time', { oldestMs: 60_000 }],
  ])('goes on when %s', (_name, more) => {
    expect(moveOf(more)).toEqual({ kind: 'release', atMost: 1 });
  });
});
