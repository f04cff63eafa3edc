import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseVerifierKey } from '../libs/synclog/tlog/signed-note';
import { folderSource } from '../libs/synclog/verifier/adapters/folder-source';
import { threadRanges } from '../libs/synclog/verifier/adapters/thread-ranges';
import { verifyBundle } from '../libs/synclog/verifier/app/verify-bundle';
import type { BenchReport } from './harness/report';
import { spreadOf, type Spread } from './harness/statistics';
import { writeLog, type LogOnDisk } from './synclog/log-on-disk';

interface VerifyRun {
  /** An empty folder; it is gone afterwards. */
  dir: string;
  /** Of the log that is checked. */
  entries: number;
  repeats: number;
  say: (line: string) => void;
}

const GOAL_PER_SECOND = 200_000;

/** The built program: a thread runs JavaScript, which only the build makes. */
const PROGRAM = join(__dirname, '../apps/verifier/main.js');

/** How fast a log is checked offline (each entry, each tile, each file's digest), with all cores and with one in turns.
 *  @throws Error when the log is not proven */
export async function synclogVerify({ dir, entries, repeats, say }: VerifyRun): Promise<BenchReport> {
  say(`synclog-verify: a log of ${entries} entries, ${repeats} interleaved repeats`);
  const log = writeLog(dir, entries);
  const threads = availableParallelism();
  const [together, alone]: [number[], number[]] = [[], []];
  try {
    // What is measured is the check, not the disk: everything is read once before.
    for (const path of folderSource(dir).list()) readFileSync(join(dir, path));
    for (let repeat = 1; repeat <= repeats; repeat += 1) {
      together.push(await checkedPerSecond(log, threads));
      alone.push(await checkedPerSecond(log, 1));
      say(`  repeat ${repeat}: ${together.at(-1)} entries/s in ${threads} threads, ${alone.at(-1)} in one`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const [perSecond, perSecondAlone] = [spreadOf(together), spreadOf(alone)];
  return {
    settings: { entries, threads, bytesPerEntry: Math.round(log.entryBytes / entries) },
    goals: [
      {
        text: `≥ ${GOAL_PER_SECOND} entries/s are checked offline (median ${perSecond.median.toFixed(0)}/s)`,
        isMet: perSecond.median >= GOAL_PER_SECOND,
      },
    ],
    text: [lineOf(`${threads} threads`, perSecond), lineOf('one thread', perSecondAlone)].join('\n'),
    figures: { perSecond: together, perSecondAlone: alone },
  };
}

async function checkedPerSecond({ dir, vkey, entries }: LogOnDisk, threads: number): Promise<number> {
  const from = performance.now();
  const { report } = await verifyBundle({
    source: folderSource(dir),
    ranges: threadRanges(dir, PROGRAM, threads),
    key: parseVerifierKey(vkey),
    older: [],
    witnesses: [],
  });
  const seconds = (performance.now() - from) / 1_000;
  if (report.wrongCount > 0) throw new Error(`the log is not proven: ${report.wrong[0].code}`);
  return Math.round(entries / seconds);
}

function lineOf(name: string, { median, min, max }: Spread): string {
  return `${name.padEnd(12)} ${median.toFixed(0)} entries/s (${min} to ${max})`;
}
