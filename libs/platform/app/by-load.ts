import { performance, type EventLoopUtilization } from 'node:perf_hooks';

/** How long one look at the load lasts. */
const LOOK_MS = 250;
/** Below this share of its time at work, a process does things at once; from FULL on it gathers as long as it may. */
const CALM = 0.4;
const FULL = 0.9;

let lastLook: EventLoopUtilization | undefined;
let lastLookAt = 0;
let load = 0;

/** Share of its time that this process was at work lately, 0 to 1. */
function loadOfProcess(): number {
  const now = performance.now();
  if (lastLook !== undefined && now - lastLookAt < LOOK_MS) return load;
  const look = performance.eventLoopUtilization();
  load = lastLook === undefined ? 0 : performance.eventLoopUtilization(look, lastLook).utilization;
  lastLook = look;
  lastLookAt = now;
  return load;
}

/** A value between the one of a calm process and the one of a busy one, by how busy this process was lately. For pauses in which work gathers: short
 *  while the process has time, since waiting would only cost time, and longer the busier it is, since then every statement saved is time for the others. */
export function byLoad(calm: number, busy: number): number {
  const share = Math.min(1, Math.max(0, (loadOfProcess() - CALM) / (FULL - CALM)));
  return calm + share * (busy - calm);
}
