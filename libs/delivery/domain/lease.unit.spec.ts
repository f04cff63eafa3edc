import { LEASE_MARGIN_MS, leaseUntil, mayStartWriting, WORKER_SILENCE_MS } from './lease';

const claimedAt = new Date('2026-03-02T02:00:00Z');
const at = (ms: number): Date => new Date(claimedAt.getTime() + ms);

describe('the right to write', () => {
  it.each([
    ['right after the claim', 0, 0, true],
    ['until the margin ends', LEASE_MARGIN_MS - 1, 0, true],
    ['not when the call would outlast the lease', LEASE_MARGIN_MS, LEASE_MARGIN_MS, false],
    ['not with an old heartbeat', 1_000, -7_000, false],
    ['not when the clock went back', -1, 0, false],
  ])('%s', (_name, nowMs, heartbeatMs, expected) => {
    expect(mayStartWriting({ claimedAt, heartbeatAt: at(heartbeatMs) }, at(nowMs))).toBe(expected);
  });

  it('does not exist before the first heartbeat', () => {
    expect(mayStartWriting({ claimedAt, heartbeatAt: undefined }, claimedAt)).toBe(false);
  });

  it('ends before anybody may take the lease of a silent worker, whatever was claimed when', () => {
    for (let heartbeatMs = -20_000; heartbeatMs <= 0; heartbeatMs += 250) {
      const takenAt = heartbeatMs + WORKER_SILENCE_MS;
      expect(mayStartWriting({ claimedAt, heartbeatAt: at(heartbeatMs) }, at(takenAt))).toBe(false);
    }
  });

  it('leaves time for a whole call inside the lease', () => {
    expect(leaseUntil(claimedAt, 10_000)).toEqual(at(15_000));
  });
});
