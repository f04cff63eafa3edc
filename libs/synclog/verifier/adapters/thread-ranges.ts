import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { RangeJob, RangeResult, TileRange } from '../domain/check-range';
import { checkListedRange } from '../domain/listed-range';
import { ListedSource } from '../domain/manifest';
import type { RangeChecks } from '../ports';
import { folderSource } from './folder-source';

/** What marks a thread of ours among the threads that may start this program. */
const ROLE = 'lienthong-verify-ranges';

interface ThreadData {
  role: typeof ROLE;
  dir: string;
  job: RangeJob;
}

/** Below so many tiles a thread costs more than it gives. */
const MIN_TILES_FOR_THREADS = 100;

/** Checks the ranges of a folder in as many threads as the machine has cores.
 *  @param entry the program's own file, which calls `serveRanges` in a thread */
export function threadRanges(dir: string, entry: string, threads = availableParallelism()): RangeChecks {
  return {
    check: async (job, ranges) => {
      const tiles = ranges.reduce((sum, range) => sum + range.tiles, 0);
      if (threads < 2 || tiles < MIN_TILES_FOR_THREADS) {
        const source = new ListedSource(folderSource(dir));
        return ranges.map((range) => checkListedRange(source, job, range));
      }
      const waiting = [...ranges];
      const data: ThreadData = { role: ROLE, dir, job };
      const lanes = Array.from({ length: threads }, () => runLane(new Worker(entry, { workerData: data }), waiting));
      return (await Promise.all(lanes)).flat();
    },
  };
}

/** Gives one thread range after range until none is left. */
function runLane(worker: Worker, waiting: TileRange[]): Promise<RangeResult[]> {
  const results: RangeResult[] = [];
  return new Promise<RangeResult[]>((resolve, reject) => {
    const next = (): void => {
      const range = waiting.shift();
      if (range === undefined) resolve(results);
      else worker.postMessage(range);
    };
    worker.on('message', (result: RangeResult) => {
      results.push(result);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('a thread of the check ended before its work')));
    next();
  }).finally(() => worker.terminate());
}

/** Serves ranges when this is one of our threads. @returns whether it is */
export function serveRanges(): boolean {
  const given = workerData as Partial<ThreadData> | null;
  if (parentPort === null || given?.role !== ROLE) return false;
  const port = parentPort;
  const { dir, job } = given as ThreadData;
  const source = new ListedSource(folderSource(dir));
  port.on('message', (range: TileRange) => {
    const result = checkListedRange(source, job, range);
    // The ids, by far the most of it, move to the other side: nothing is copied.
    port.postMessage(result, [result.ids.buffer as ArrayBuffer]);
  });
  return true;
}
