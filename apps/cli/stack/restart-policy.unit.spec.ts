import { decideRestart } from './restart-policy';

describe('restart of a child that died', () => {
  it.each([
    { deathsAtMs: [10_000], decision: { kind: 'restart', afterMs: 500 } },
    { deathsAtMs: [10_000, 20_000], decision: { kind: 'restart', afterMs: 1_000 } },
    { deathsAtMs: [10_000, 20_000, 69_999], decision: { kind: 'give-up' } },
    { deathsAtMs: [10_000, 20_000, 70_000], decision: { kind: 'restart', afterMs: 1_000 } },
    { deathsAtMs: [10_000, 20_000, 200_000], decision: { kind: 'restart', afterMs: 500 } },
  ])('decides $decision.kind for deaths at $deathsAtMs', ({ deathsAtMs, decision }) => {
    expect(decideRestart(deathsAtMs)).toEqual(decision);
  });
});
