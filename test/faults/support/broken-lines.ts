import { pause } from '../../../bench/harness/until';
import type { FaultProxy } from '../../support/fault-proxy';
import type { ProxyMode } from '../../support/proxy-mode';

/** One fault of one line for a time, and a time in which all is well. */
export interface Spell {
  line: number;
  break: ProxyMode | { kind: 'refuse' };
  lastsMs: number;
  restMs: number;
}

interface Drawing {
  random(): number;
  /** How many lines there are to break. */
  lines: number;
  /** Length of all spells together, ms. */
  totalMs: number;
}

const SHORTEST_MS = 400;
const LONGEST_MS = 2_400;

/** Draws spells until their time is used up; the kinds of fault take turns, from a drawn one on, so that none is left out for long. */
export function drawSpells({ random, lines, totalMs }: Drawing): Spell[] {
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least));
  const kinds: readonly (() => Spell['break'])[] = [
    () => ({ kind: 'drop', afterBytes: between(1, 4_000), way: 'back' }),
    () => ({ kind: 'drop', afterBytes: between(1, 4_000), way: 'forth' }),
    () => ({ kind: 'swallow' }),
    () => ({ kind: 'refuse' }),
    () => ({ kind: 'late', minMs: 5, maxMs: between(20, 300) }),
    () => ({ kind: 'drip', bytes: between(16, 900), everyMs: 2 }),
    () => ({ kind: 'stall' }),
    () => ({ kind: 'cut' }),
  ];
  const first = between(0, kinds.length);
  const spells: Spell[] = [];
  for (let usedMs = 0; usedMs < totalMs;) {
    const lastsMs = between(SHORTEST_MS, LONGEST_MS);
    const restMs = between(100, 700);
    const kind = kinds[(first + spells.length) % kinds.length];
    spells.push({ line: between(0, lines), break: kind(), lastsMs, restMs });
    usedMs += lastsMs + restMs;
  }
  return spells;
}

/** Breaks the lines one spell after the other; all is healed at the end. */
export async function breakLines(lines: readonly FaultProxy[], spells: readonly Spell[]): Promise<void> {
  for (const spell of spells) {
    const line = lines[spell.line];
    if (spell.break.kind === 'refuse') line.refuse();
    else line.set(spell.break);
    try {
      await pause(spell.lastsMs);
    } finally {
      await line.heal();
    }
    await pause(spell.restMs);
  }
}
