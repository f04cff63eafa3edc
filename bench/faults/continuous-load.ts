import { pause } from '../harness/until';

export interface LoadOptions {
  /** Pause between two cases, ms; open loop. */
  everyMs: number;
  /** Files the case of that number. @returns its codes at DVCLT */
  file(kind: 'birth' | 'death', number: number): Promise<string[]>;
  /** Most cases under way; beyond it the load waits, so that a long outage does not pile up work for hours. */
  maxUnderWay: number;
  /** Cases that are not finished, of the codes filed so far. */
  underWay(filed: number): Promise<number>;
  goesOn(): boolean;
}

const LOOK_EVERY_MS = 500;

/** Births and deaths, two to one, for as long as it goes on. @returns all codes */
export async function fileContinuously(options: LoadOptions): Promise<string[]> {
  const { everyMs, file, maxUnderWay, underWay, goesOn } = options;
  const codes: string[] = [];
  let nextAtMs = performance.now();
  for (let number = 0; goesOn(); number += 1) {
    while (goesOn() && (await underWay(codes.length)) >= maxUnderWay) await pause(LOOK_EVERY_MS);
    codes.push(...(await file(number % 3 === 2 ? 'death' : 'birth', number)));
    nextAtMs = Math.max(nextAtMs + everyMs, performance.now() - everyMs);
    await pause(Math.max(0, nextAtMs - performance.now()));
  }
  return codes;
}
