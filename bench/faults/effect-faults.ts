import type { EffectLine } from '../harness/simulator-client';

/** What a dossier has to say for itself at the end, by its two codes. */
export interface EndOfDossier {
  dvclt: string;
  /** Null while the one-stop's code is not known to us. */
  oneStop: string | null;
  isFinished: boolean;
}

export interface EffectFaults {
  lost: string[];
  doubled: string[];
  disordered: string[];
}

const DVCLT_PATH = '1,3,7,4,5';
/** Effects that happen once in the straight life of a dossier, whoever asks how often. */
const ONCE = [
  ['dvclt', 'acknowledged'],
  ['onestop', 'dossier'],
  ['hotich', 'received'],
  ['hotich', 'registration'],
  ['dvcqg', 'dossier'],
] as const;

type Lines = ReadonlyMap<string, EffectLine>;

/** Judges the simulators' ledger for dossiers on the straight path: nothing missing, nothing twice, every status in its order. Pure. */
export function effectFaults(ledger: readonly EffectLine[], dossiers: readonly EndOfDossier[]): EffectFaults {
  const lines: Lines = new Map(ledger.map((line) => [`${line.system} ${line.kind} ${line.code}`, line]));
  const faults: EffectFaults = { lost: [], doubled: [], disordered: [] };
  for (const { system, kind, code, count } of ledger) {
    if (kind === 'duplicate-registration') faults.doubled.push(`${system} ${kind} of ${code}: ${count} times`);
  }
  for (const dossier of dossiers) {
    if (!dossier.isFinished) faults.lost.push(`${dossier.dvclt} is not finished`);
    countOnce(lines, dossier, faults);
    followPaths(lines, dossier, faults);
  }
  return faults;
}

function countOnce(lines: Lines, { dvclt, oneStop }: EndOfDossier, faults: EffectFaults): void {
  for (const [system, kind] of ONCE) {
    const count = lines.get(`${system} ${kind} ${system === 'dvclt' ? dvclt : oneStop}`)?.count ?? 0;
    if (count === 0) faults.lost.push(`${system} ${kind} of ${dvclt}`);
    if (count > 1) faults.doubled.push(`${system} ${kind} of ${dvclt}: ${count} times`);
  }
}

function followPaths(lines: Lines, { dvclt, oneStop }: EndOfDossier, faults: EffectFaults): void {
  const statuses = (lines.get(`dvclt status ${dvclt}`)?.order ?? []).join();
  if (statuses !== DVCLT_PATH) faults.disordered.push(`dvclt status of ${dvclt}: ${statuses}`);
  const steps = (lines.get(`dvcqg progress ${oneStop}`)?.order ?? []).map(Number);
  const line = `dvcqg progress of ${dvclt}: ${steps.join()}`;
  if (steps.some((step, at) => at > 0 && step < steps[at - 1])) faults.disordered.push(line);
  if (new Set(steps).size !== steps.length) faults.doubled.push(line);
}
