import { codeOf, isConnectionLost } from '#platform';
import type { RerunItem } from '../adapters/quarantine-store';
import { isFit, type DueItem, type FitItem, type IntakeItem, type UnfitItem } from '../domain/intake-item';
import { FETCH_STAGE } from '../domain/judge-listing';
import type { DossierSource, ListedItem, RawBytes } from '../ports';
import { isOfTheMoment } from './database-failures';
import { decodeMessage, storedMessage, type DecodedMessage } from './decode-message';
import { discardDrafts } from './discard-drafts';
import type { IntakeDeps } from './intake-deps';
import { prepareItem } from './prepare-item';
import { isStillToRun, reopen, RERUN_ACTOR, resolve, type RerunEnd, type StillBroken } from './rerun-outcome';
import { storeItems } from './store-items';

export interface RerunListedDeps extends IntakeDeps {
  dossierSource: DossierSource;
  /** Total deadline of a detail call, for what has no stored detail. */
  deadlineMs: number;
}

/** Two workers, or a poll, may create the same dossier meanwhile: the loser looks again and finds it. */
const MAX_TRIES = 3;
/** Stages at which the stored bytes are the row of the list: there is no detail yet. */
const ROW_STAGES: readonly string[] = ['list', FETCH_STAGE];

type Prepared = { item: IntakeItem; hasNewBytes: boolean } | { broken: StillBroken };

/** Runs a quarantined listed item again from its stored bytes: its dossier goes its way, and is acknowledged like any other; or the item
 *  is open again with the reason of now. Nothing is fetched but what was never had. */
export async function rerunListedItem(item: RerunItem, deps: RerunListedDeps, signal: AbortSignal): Promise<RerunEnd> {
  const prepared = await prepareAgain(item, deps, signal);
  try {
    return await storeOrReopen(item, prepared, deps);
  } finally {
    if ('item' in prepared) await discardDrafts([prepared.item], deps);
  }
}

async function storeOrReopen(item: RerunItem, prepared: Prepared, deps: RerunListedDeps): Promise<RerunEnd> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store(item, prepared, deps);
    } catch (error) {
      if (isConnectionLost(error)) throw error;
      const isWorthRetry = codeOf(error) === 'dossier-code-taken' || isOfTheMoment(error);
      if (!isWorthRetry || tries === MAX_TRIES) return reopenAfter(item, error, deps);
    }
  }
}

async function prepareAgain(item: RerunItem, deps: RerunListedDeps, signal: AbortSignal): Promise<Prepared> {
  const rawRef = item.rawRef as string;
  if (!ROW_STAGES.includes(item.stage)) {
    const message = await messageOf(await storedMessage(deps.vault, rawRef), deps);
    return { item: decodeAgain(item, message, deps), hasNewBytes: false };
  }
  const row = deps.dossierSource.readRow(await deps.vault.open(rawRef));
  if (!row) return { broken: { ...item, code: item.reasonCode, field: item.field ?? undefined } };
  return fetchAnew(item, row, deps, signal);
}

/** A large message is read in constant memory, stored or fetched. */
async function messageOf(raw: RawBytes, deps: RerunListedDeps): Promise<Buffer | DecodedMessage> {
  return Buffer.isBuffer(raw)
    ? raw
    : decodeMessage(raw, { source: deps.dossierSource, vault: deps.vault, log: deps.log });
}

function decodeAgain(item: RerunItem, raw: Buffer | DecodedMessage, deps: RerunListedDeps): IntakeItem {
  // The row of the list is not needed any more: what it would tell stands in the item.
  const due: DueItem = {
    item: { listId: '', code: item.code ?? '', listing: Buffer.alloc(0) },
    openItemId: item.id,
  };
  return { ...prepareItem(due, raw, { ...mapping(deps), source: deps.dossierSource }), listing: null };
}

async function fetchAnew(
  item: RerunItem,
  row: ListedItem,
  deps: RerunListedDeps,
  signal: AbortSignal,
): Promise<Prepared> {
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(deps.deadlineMs)]);
    const message = await messageOf(await deps.dossierSource.fetch(row, deadline), deps);
    const due = { item: row, openItemId: item.id };
    return {
      item: prepareItem(due, message, { ...mapping(deps), source: deps.dossierSource }),
      hasNewBytes: true,
    };
  } catch (error) {
    const reason = 'the source does not give the detail of an item that it lists';
    return { broken: { stage: item.stage, code: codeOf(error), reason, responsible: deps.dossierSource.id } };
  }
}

function mapping({ vault, procedures, units }: IntakeDeps): Pick<IntakeDeps, 'vault' | 'procedures' | 'units'> {
  return { vault, procedures, units };
}

async function store(item: RerunItem, prepared: Prepared, deps: RerunListedDeps): Promise<RerunEnd> {
  const end = await deps.db.run(async (tx): Promise<RerunEnd> => {
    if (!(await isStillToRun(tx, item))) return 'resolved';
    if ('broken' in prepared) return reopen(tx, item, prepared.broken, deps);
    if (!isFit(prepared.item) && !prepared.hasNewBytes) return reopen(tx, item, prepared.item.failure, deps);
    const context = { source: 'dvclt' as const, actor: RERUN_ACTOR };
    await storeItems(tx, [prepared.item], context, deps);
    return endOf(item, prepared.item) === 'open' ? 'open' : resolve(tx, item, deps);
  });
  if (end === 'resolved') deps.doorbell.ring('outbox');
  return end;
}

/** A detail that was fetched now and is broken made its item anew; an unreadable row that has a code now goes on under that. */
function endOf(item: RerunItem, stored: FitItem | UnfitItem): RerunEnd {
  return !isFit(stored) && stored.code === item.itemKey ? 'open' : 'resolved';
}

function reopenAfter(item: RerunItem, error: unknown, deps: RerunListedDeps): Promise<RerunEnd> {
  const broken = {
    // The stage says what the stored bytes are.
    stage: ROW_STAGES.includes(item.stage) ? item.stage : 'store',
    code: codeOf(error),
    reason: 'the item was understood and could not be stored',
    responsible: 'province',
  };
  return deps.db.run(async (tx) => ((await isStillToRun(tx, item)) ? reopen(tx, item, broken, deps) : 'resolved'));
}
