import { decideRestart } from './restart-policy';

describe('restart of a part that died', () => {
  it.each([
    { deathsAtMs: [10_000], decision: { kind: 'restart', afterMs: 500 } },
    { deathsAtMs: [10_000, 20_000], decision: { kind: 'restart', afterMs: 1_000 } },
    { deathsAtMs: [10_000, 20_000, 69_999], decision: { kind: 'give-up' } },
    { deathsAtMs: [10_000, 20_000, 70_000], decision: { kind: 'restart', afterMs: 1_000 } },
    { deathsAtMs: [10_000, 20_000, 200_000], decision: { kind: 'restart', afterMs: 500 } },
  ])('decides $decision.kind for deaths at $deathsAtMs', ({ deathsAtMs, decision }) => {
    expect(decideRestart(deathsAtMs)).toEqual(decision);
  });

  it('waits at most 2 s when more deaths are allowed', () => {
    const deathsAtMs = Array.from({ length: 40 }, (_, number) => 1_000 * number);
    expect(decideRestart(deathsAtMs, 41)).toEqual({ kind: 'restart', afterMs: 2_000 });
    expect(decideRestart(deathsAtMs, 40)).toEqual({ kind: 'give-up' });
  });
});
