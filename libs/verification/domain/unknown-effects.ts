import type { EffectLine } from './ledger';
import type { Finding } from './violation';

/** Effects that only a call of ours can have; an officer's, a registrar's or a reader's own doings are none of ours. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  dvclt: ['acknowledged', 'status'],
  onestop: ['dossier', 'supplement', 'decision'],
  hotich: ['received', 'registration'],
  dvcqg: ['dossier', 'progress'],
};

interface Allowance {
  now: Date;
  graceMs: number;
  /** Dossiers that the one-stop may hold under a code that has not reached us yet. */
  handOversUnderWay: number;
}

/** Ledger lines of codes that no dossier has, as findings. What is younger than the grace time may still reach us, and so may the codes
 *  of hand-overs under way. */
export function unknownEffects(
  lines: Iterable<EffectLine>,
  { now, graceMs, handOversUnderWay }: Allowance,
): (Finding & { codes: readonly string[] })[] {
  const old = [...lines].filter(
    ({ system, kind, at }) =>
      OURS[system]?.includes(kind) && at.some((one) => Date.parse(one) <= now.getTime() - graceMs),
  );
  const newCodes = new Set(old.filter(({ system }) => system !== 'dvclt').map(({ code }) => code));
  return old
    .filter(({ system }) => system === 'dvclt' || newCodes.size > handOversUnderWay)
    .map(({ system, kind, code, count }) => ({
      code: 'lost.effect-unknown-to-us',
      subject: `${system} ${kind} ${code}`,
      codes: [code],
      sentence: `the ledger of ${system} has ${count} ${kind} of ${code}, and no dossier has that code`,
    }));
}
