import { localTime } from '../output/print';
import { CliError, EXIT } from '../client/cli-error';
import { pairsOf, tableOf } from '../output/table';

/** An item as the API gives it. */
export interface QuarantineItem {
  id: string;
  source: string;
  codes: { dvclt?: string; oneStop?: string };
  stage: string;
  reasonCode: string;
  reason: string;
  field: string | null;
  responsible: string;
  unit: string | null;
  firstSeen: string;
  lastSeen: string;
  seen: number;
  state: string;
}

/** One item, for a person. */
export function itemText(item: QuarantineItem): string {
  return pairsOf([
    ['item', item.id],
    ['from', item.source],
    ['dossier', item.codes.dvclt ?? item.codes.oneStop],
    ['stage', item.stage],
    ['reason', item.reason],
    ['code', item.reasonCode],
    ['field', item.field],
    ['commune', item.unit],
    ['must act', item.responsible],
    ['first seen', localTime(item.firstSeen)],
    ['last seen', localTime(item.lastSeen)],
    ['times seen', item.seen],
    ['state', item.state],
  ]);
}

/** Many items, for a person. */
export function itemsText(items: readonly QuarantineItem[]): string {
  return tableOf(items, [
    { head: 'item', value: (row) => row.id },
    { head: 'code', value: (row) => row.codes.dvclt ?? row.codes.oneStop },
    { head: 'stage', value: (row) => row.stage },
    { head: 'reason', value: (row) => (row.field ? `${row.reasonCode} (${row.field})` : row.reasonCode) },
    { head: 'acts', value: (row) => row.responsible },
    { head: 'seen', value: (row) => row.seen, align: 'right' },
    { head: 'state', value: (row) => row.state },
  ]);
}

/** An item that was asked for and is not touched. */
export interface SkippedItem {
  id: string;
  why: string;
  state: string | null;
}

/** Which items were not touched, and why; nothing when there are none. */
export function skippedText(skipped: readonly SkippedItem[]): string[] {
  if (skipped.length === 0) return [];
  const table = tableOf(skipped, [
    { head: 'left alone', value: (row) => row.id },
    { head: 'why', value: (row) => row.why },
    { head: 'state now', value: (row) => row.state },
  ]);
  return [table];
}

/** What a command acts on: items, or a group.
 *  @throws CliError when it is both or nothing */
export function selectionFrom(ids: string[], group: string | undefined): { ids: string[] } | { group: string } {
  if (group !== undefined && ids.length === 0) return { group };
  if (group === undefined && ids.length > 0) return { ids };
  throw new CliError('Name items, or a group with --group KEY (see quarantine groups).', EXIT.usage);
}
