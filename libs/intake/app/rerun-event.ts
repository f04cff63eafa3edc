import type { Tx } from '#platform';
import { hasEvent, lockEvent, readRowDigests } from '../adapters/decision-events';
import type { RerunItem } from '../adapters/quarantine-store';
import type { EventRow } from '../ports';
import { applyEvents, type ApplyEventDeps } from './apply-events';
import { isStillToRun, reopen, resolve, type RerunEnd, type StillBroken } from './rerun-outcome';
import { EVENT_SOURCE } from './quarantined-event';
import { storeEvents } from './store-events';

/** Runs a quarantined decision again, from its kept row: applied, kept as a conflict, or open again with the reason of now. */
export async function rerunEvent(item: RerunItem, deps: ApplyEventDeps): Promise<RerunEnd> {
  return deps.db.run(async (tx) => {
    if (!(await isStillToRun(tx, item))) return 'resolved';
    const { messageId } = item;
    const broken =
      messageId !== null && (await hasEvent(tx, messageId))
        ? await applyAgain(tx, messageId, deps)
        : await storeAgain(tx, item, deps);
    return broken ? reopen(tx, item, broken, deps) : resolve(tx, item, deps);
  });
}

async function applyAgain(tx: Tx, eventId: string, deps: ApplyEventDeps): Promise<StillBroken | undefined> {
  const event = await lockEvent(tx, eventId);
  if (!event)
    return {
      stage: 'dossier',
      code: 'earlier-decision-waits',
      reason: 'an earlier decision on the same dossier waits for it',
      responsible: 'province',
    };
  const [end] = await applyEvents(tx, [event], deps);
  return 'failure' in end ? end.failure : undefined;
}

/** A row without a usable position of its own: once it can be read it takes its place among the decisions. */
async function storeAgain(tx: Tx, item: RerunItem, deps: ApplyEventDeps): Promise<StillBroken | undefined> {
  const row: EventRow = deps.source.read(await deps.vault.open(item.rawRef as string, tx));
  if ('failure' in row) return { stage: 'event', ...row.failure, responsible: EVENT_SOURCE };
  const isUsed = row.position === undefined || (await readRowDigests(tx, [row.position])).has(row.position);
  if (isUsed) return { ...item, code: item.reasonCode, field: item.field ?? undefined };
  await storeEvents(tx, [row], deps);
  return undefined;
}
