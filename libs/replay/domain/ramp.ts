import type { PartnerId } from '#dossier';
import type { StopCause } from './plan';

/** How a run grows and when it stops itself (`config/replay.yaml`). */
export interface RampPolicy {
  /** Items of the first wave. */
  firstWave: number;
  /** How many times larger each next wave is. */
  factor: number;
  /** A released item that has not ended after this long stops the run, ms. */
  maxLatencyMs: number;
  /** Released and not ended at once, at most. */
  maxUnderWay: number;
}

/** Where a run stands. */
export interface RunProgress {
  items: number;
  nextNumber: number;
  wave: number;
  waveFirst: number;
  waveLast: number;
  ratePerSecond: number;
  maxErrorShare: number;
  drainFrom: Date | null;
  drained: number;
  /** Released and not ended. */
  underWay: number;
  /** Of them, the oldest one's age, ms; null when there is none. */
  oldestMs: number | null;
  /** Ended with the wave's numbers. */
  failedInWave: number;
  /** Of the last hundred that ended. */
  recent: { ended: number; failed: number };
  /** Partner of the next items that is not to be called now. */
  closed: { partner: PartnerId; why: 'breaker-open' | 'partner-held' } | null;
}

export type NextMove =
  | { kind: 'stop'; stop: StopCause }
  | { kind: 'done' }
  | { kind: 'wait' }
  /** Begins the next wave, up to this item. */
  | { kind: 'wave'; last: number }
  | { kind: 'release'; atMost: number };

const RECENT = 100;

/** The next move of a run. Pure: time comes in as a value. A wave is over when all of its items have ended; the run stops when more than the
 *  allowed share of the wave, or of the last hundred, has failed, when an item takes too long, or when the partner is not to be called. */
export function nextMove(progress: RunProgress, policy: RampPolicy, now: Date): NextMove {
  const stop = stopCause(progress, policy);
  if (stop) return { kind: 'stop', stop };
  const { nextNumber, items, waveLast, underWay } = progress;
  if (nextNumber > items) return underWay > 0 ? { kind: 'wait' } : { kind: 'done' };
  if (nextNumber > waveLast) {
    if (underWay > 0) return { kind: 'wait' };
    return { kind: 'wave', last: Math.min(items, nextNumber - 1 + waveSize(progress.wave + 1, policy)) };
  }
  const atMost = Math.min(allowance(progress, now), policy.maxUnderWay - underWay, waveLast - nextNumber + 1);
  return atMost > 0 ? { kind: 'release', atMost } : { kind: 'wait' };
}

/** Items of the n-th wave, n ≥ 1. */
export function waveSize(wave: number, { firstWave, factor }: Pick<RampPolicy, 'firstWave' | 'factor'>): number {
  return Math.min(1_000_000, Math.round(firstWave * factor ** (wave - 1)));
}

function stopCause(progress: RunProgress, policy: RampPolicy): StopCause | undefined {
  const { failedInWave, waveFirst, waveLast, maxErrorShare, recent, oldestMs, closed, nextNumber, items } = progress;
  const size = Math.max(1, waveLast - waveFirst + 1);
  const isWaveBad = failedInWave > Math.max(0, maxErrorShare * size);
  const isRecentBad = recent.ended >= RECENT && recent.failed > maxErrorShare * recent.ended;
  if (isWaveBad || isRecentBad) return { code: 'too-many-errors' };
  if (oldestMs !== null && oldestMs > policy.maxLatencyMs) return { code: 'too-slow' };
  return closed !== null && nextNumber <= items ? { code: closed.why, partner: closed.partner } : undefined;
}

type Pace = Pick<RunProgress, 'drainFrom' | 'drained' | 'ratePerSecond'>;

/** How many may be sent now, at the rate counted from the wave's beginning. A pause is not made up for: at most the items of one second, since a
 *  partner that has just come back is the last to be given what piled up meanwhile. */
function allowance(pace: Pace, now: Date): number {
  return Math.min(owed(pace, now), inOneSecond(pace));
}

/** Where the count stands after so many were sent: what was not sent in time does not add up. Pure. */
export function paceAfter(pace: Pace, sent: number, now: Date): Pick<Pace, 'drainFrom' | 'drained'> {
  const cap = inOneSecond(pace);
  return owed(pace, now) > cap
    ? { drainFrom: now, drained: Math.max(1, 1 + sent - cap) }
    : { drainFrom: pace.drainFrom, drained: pace.drained + sent };
}

function owed({ drainFrom, drained, ratePerSecond }: Pace, now: Date): number {
  if (drainFrom === null) return 0;
  return Math.floor(((now.getTime() - drainFrom.getTime()) / 1_000) * ratePerSecond) + 1 - drained;
}

function inOneSecond({ ratePerSecond }: Pace): number {
  return Math.max(1, Math.ceil(ratePerSecond));
}

/** Seconds until the rest is sent at its rate; the pauses between waves come on top. */
export function secondsLeft(left: number, ratePerSecond: number): number {
  return Math.ceil(left / ratePerSecond);
}
