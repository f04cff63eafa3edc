import { applyCommands, createDossiers, lockDossiers, type CommandResult, type DossierState } from '#dossier';
import { AppError, type Tx } from '#platform';
import { indexPersons } from '#privacy';
import type { SyncLogEntryInput } from '#synclog';
import { insertMessages } from '../adapters/intake-messages';
import { findDossiersByCode } from '../adapters/listing-facts';
import { isFit, type IntakeItem } from '../domain/intake-item';
import type { IntakeDeps } from './intake-deps';
import { ItemPlan, type StoreContext, type StoredItem } from './item-plan';
import { quarantineItems, resolveQuarantined } from './quarantine';

/** Stores items in the caller's transaction by the rules of CONTRACTS §1.3 *Intake*: payloads sealed, dossiers created or
 *  told, messages and quarantine kept, sync log appended. Nothing is acknowledged here: that is a delivery caused by the
 *  events, so it cannot run before this commits (law 1). Each code may occur once. Returns what became of each item, in order.
 *  @throws AppError `dossier-code-taken` when another transaction created one of the dossiers meanwhile */
export async function storeItems(
  tx: Tx,
  items: readonly IntakeItem[],
  context: StoreContext,
  deps: IntakeDeps,
): Promise<StoredItem[]> {
  const plan = new ItemPlan(context, deps);
  const codes = items.filter(isFit).map((item) => item.code);
  const known = await findDossiersByCode(tx, codes);
  const states =
    known.size === 0 ? new Map<string, DossierState>() : await lockDossiers(tx, [...new Set(known.values())].sort());
  for (const item of items) {
    const dossierId = item.code === null ? undefined : known.get(item.code);
    if (!isFit(item)) plan.addUnfit(item);
    else if (dossierId === undefined) plan.addNew(item);
    else plan.addAgain(item, states.get(dossierId) ?? null);
  }
  await write(tx, plan, context, deps);
  return items.map((item) => plan.ends.get(item) ?? { end: 'failed' });
}

async function write(tx: Tx, plan: ItemPlan, { actor }: StoreContext, deps: IntakeDeps): Promise<void> {
  const sealed = (await deps.vault.sealMany(tx, plan.sealed)).flat();
  const digests = new Map(sealed.map(({ ref, digest }) => [ref, digest.toString('base64')]));
  refuseConflicts(await createDossiers(tx, plan.create, deps));
  refuseConflicts(await applyCommands(tx, plan.apply, deps));
  indexPersons(tx, plan.persons, (bytes) => deps.vault.dedupDigest(bytes));
  await insertMessages(tx, plan.messages, deps.clock.now());
  const quarantined = await quarantineItems(tx, plan.quarantine, { ...deps, actor });
  const resolved = await resolveQuarantined(tx, plan.resolve, { ...deps, actor });
  const entries = plan.entries.map(({ entry, contentRef }): SyncLogEntryInput => ({
    ...entry,
    contentDigest: entry.contentDigest ?? (contentRef && digests.get(contentRef)),
  }));
  const appended = await deps.syncLog.append(tx, [...entries, ...quarantined, ...resolved]);
  for (const [index, { item }] of plan.entries.entries()) {
    const end = plan.ends.get(item);
    if (end) end.leafHash = appended[index].leafHash;
  }
}

/** Unit, procedure and state were checked before: a conflict here means that the checks and `accept` disagree. */
function refuseConflicts(results: readonly CommandResult[]): void {
  for (const { conflict } of results) {
    if (conflict) throw new AppError({ code: `intake-${conflict.code}`, disposition: 'bug' });
  }
}
