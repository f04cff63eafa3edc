import type { Command } from 'commander';
import type { ApiClient } from '../client/api-client';
import { CliError, EXIT } from '../client/cli-error';
import { pairsOf } from '../output/table';
import { waitUntil } from '../stack/wait-until';
import { contextOf, examples } from './context';
import {
  itemsText,
  itemText,
  selectionFrom,
  skippedText,
  type QuarantineItem,
  type SkippedItem,
} from './quarantine-item';

/** What the API says to one request. */
interface Taken {
  taken: string[];
  skipped: SkippedItem[];
  remaining: number;
}

interface Outcome {
  taken: number;
  resolved: string[];
  /** Still broken, with the reason of now. */
  open: QuarantineItem[];
  /** Not run by a worker yet. */
  waiting: string[];
  skipped: SkippedItem[];
}

/** `lienthong quarantine rerun`. */
export function addRerunCommand(quarantine: Command): void {
  quarantine
    .command('rerun [ids...]')
    .description(
      'run items or a whole group again from their stored bytes, after the fix; exit code 1 when one is still broken',
    )
    .option('--group <key>', 'all open items of this group (quarantine groups)')
    .option('--no-wait', 'do not wait for the worker')
    .addHelpText(
      'after',
      examples(['quarantine rerun 0190a1b2-…', 'quarantine rerun --group 3f0c9a51d2e87b46', 'quarantine rerun ID ID']),
    )
    .action(async (ids: string[], given: { group?: string; wait: boolean }, command: Command) => {
      if (ids.length === 1 && given.group === undefined) return rerunOne(ids[0], given.wait, command);
      return rerunMany(selectionFrom(ids, given.group), given.wait, command);
    });
}

async function rerunOne(id: string, isToWait: boolean, command: Command): Promise<void> {
  const { api, print } = contextOf(command);
  const path = `/quarantine/${encodeURIComponent(id)}`;
  const marked = await api.post<QuarantineItem>(`${path}/rerun`, {});
  if (isToWait) await untilRun(api, [id]);
  const item = isToWait ? await api.get<QuarantineItem>(path) : marked;
  print.show(item, () => itemText(item));
  if (item.state === 'open') process.exitCode = EXIT.no;
}

async function rerunMany(
  selection: { ids: string[] } | { group: string },
  isToWait: boolean,
  command: Command,
): Promise<void> {
  const { api, print } = contextOf(command);
  const { taken, skipped } = await takeAll(api, selection);
  if (isToWait) await untilRun(api, taken);
  const outcome = isToWait
    ? await outcomeOf(api, taken, skipped)
    : { taken: taken.length, resolved: [], open: [], waiting: taken, skipped };
  print.show(outcome, () => outcomeText(outcome));
  const isUnfinished = isToWait && outcome.waiting.length > 0;
  if (isUnfinished || outcome.open.length + skipped.length > 0 || taken.length === 0) process.exitCode = EXIT.no;
}

/** A request takes a bounded number of a group: as many requests as it needs. An item is taken once, since what was taken is not open. */
async function takeAll(
  api: ApiClient,
  selection: { ids: string[] } | { group: string },
): Promise<Pick<Taken, 'taken' | 'skipped'>> {
  const all: Pick<Taken, 'taken' | 'skipped'> = { taken: [], skipped: [] };
  for (;;) {
    const { taken, skipped, remaining } = await api.post<Taken>('/quarantine/rerun', selection);
    all.taken.push(...taken);
    all.skipped.push(...skipped);
    if (remaining === 0 || taken.length === 0) return all;
  }
}

/** A worker looks for marked items twice a second; as long as it gets on it is given more time. */
const STANDSTILL_MS = 60_000;
const ASK_EVERY_MS = 300;

/** Until the worker is done with all of these.
 *  @throws CliError when none of them got done within a minute */
async function untilRun(api: ApiClient, ids: readonly string[]): Promise<void> {
  let waiting = ids.length;
  while (waiting > 0) {
    const before = waiting;
    const isFurther = async (): Promise<boolean> => {
      waiting = (await itemsIn(api, 'rerun', ids)).length;
      return waiting < before;
    };
    if (!(await waitUntil(isFurther, STANDSTILL_MS, ASK_EVERY_MS)))
      throw new CliError(
        `No worker has run ${waiting} of the items yet; they stay marked. Does a worker with the role pollers run?`,
        EXIT.no,
      );
  }
}

const MOST_ITEMS = 100_000;

async function itemsIn(api: ApiClient, state: string, ids: readonly string[]): Promise<QuarantineItem[]> {
  const wanted = new Set(ids);
  return (await api.list<QuarantineItem>('/quarantine', { state }, MOST_ITEMS)).filter(({ id }) => wanted.has(id));
}

async function outcomeOf(api: ApiClient, taken: readonly string[], skipped: SkippedItem[]): Promise<Outcome> {
  const open = await itemsIn(api, 'open', taken);
  // A colleague may have had some of them run once more meanwhile.
  const waiting = (await itemsIn(api, 'rerun', taken)).map(({ id }) => id);
  const isUnresolved = new Set([...waiting, ...open.map(({ id }) => id)]);
  return { taken: taken.length, resolved: taken.filter((id) => !isUnresolved.has(id)), open, waiting, skipped };
}

function outcomeText({ taken, resolved, open, waiting, skipped }: Outcome): string {
  const counts = pairsOf([
    ['taken', taken],
    ['resolved', resolved.length],
    ['still broken', open.length],
    ...(waiting.length > 0 ? [['waiting for a worker', waiting.length] as const] : []),
    ['left alone', skipped.length],
  ]);
  return [counts, ...(open.length > 0 ? [itemsText(open)] : []), ...skippedText(skipped)].join('\n\n');
}
