import { percentile } from '../harness/statistics';
import { KILLABLE, type Kill } from './random-kills';

/** A delivery that reached its partner, epoch ms. */
export interface SettledDelivery {
  /** Its first call; null for one that was never tried by itself. */
  startedAtMs: number;
  settledAtMs: number;
}

/** From a kill to the next effect that was settled for a dossier that had nothing under way at that moment, ms. */
export interface Recovery {
  part: string;
  kills: number;
  p50Ms: number;
  maxMs: number;
}

/** Pauses by killed part, and over all. A kill after which nothing was settled any more is left out. Pure. */
export function recoveryPauses(kills: readonly Kill[], settled: readonly SettledDelivery[]): Recovery[] {
  const byStart = [...settled].sort((a, b) => a.startedAtMs - b.startedAtMs);
  const earliestFrom: number[] = new Array<number>(byStart.length);
  let earliest = Infinity;
  for (let at = byStart.length - 1; at >= 0; at -= 1) {
    earliest = Math.min(earliest, byStart[at].settledAtMs);
    earliestFrom[at] = earliest;
  }
  const pauses = kills.map(({ part, atMs }) => {
    const at = byStart.findIndex(({ startedAtMs }) => startedAtMs > atMs);
    return { part, pauseMs: at === -1 ? Number.NaN : earliestFrom[at] - atMs };
  });
  const rowOf = (name: string, own: readonly { pauseMs: number }[]): Recovery => {
    const known = own.map(({ pauseMs }) => pauseMs).filter((pauseMs) => !Number.isNaN(pauseMs));
    return { part: name, kills: own.length, p50Ms: percentile(known, 50), maxMs: Math.max(...known) };
  };
  return [
    ...KILLABLE.map((part) =>
      rowOf(
        part,
        pauses.filter((one) => one.part === part),
      ),
    ),
    rowOf('all', pauses),
  ];
}
