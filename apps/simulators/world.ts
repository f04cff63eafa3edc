import type { CaseGenerator } from './cases/case-generator';
import type { CaseStore } from './cases/case-store';
import type { SamplePdf } from './cases/sample-pdf';
import type { EffectLedger } from './ledger/effect-ledger';
import type { PaperWitness } from './ledger/paper-witness';
import type { AllTexts } from './server/all-texts';
import type { SeededRandom } from './server/seeded-random';
import type { Timers } from './server/timers';

/** How long a scripted officer, or the citizen who answers a request, takes; milliseconds. */
export interface OfficerPace {
  readonly minMs: number;
  readonly maxMs: number;
}

/** What all systems share: time, chance, papers, the cases behind the scenes and the ledger. */
export interface World {
  now(): number;
  readonly timers: Timers;
  readonly random: SeededRandom;
  readonly pace: OfficerPace;
  readonly pdf: SamplePdf;
  readonly cases: CaseStore;
  readonly generator: CaseGenerator;
  readonly ledger: EffectLedger;
  readonly papers: PaperWitness;
  readonly texts: AllTexts;
  readonly tokenLifetimeMs: number;
}

/** One draw of an officer's time. */
export function officerDelayMs(world: World): number {
  return world.random.integer(world.pace.minMs, world.pace.maxMs);
}
