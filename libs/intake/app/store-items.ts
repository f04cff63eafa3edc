import type { SealItem } from '#access';
import {
  applyCommands,
  createDossiers,
  lockDossiers,
  type CommandOnDossier,
  type CommandResult,
  type DossierState,
  type NewDossier,
} from '#dossier';
import { AppError, rfc3339, type Tx } from '#platform';
import type { SyncLogActor, SyncLogEntryInput } from '#synclog';
import { insertMessages, type IntakeMessage, type MessageDisposition } from '../adapters/intake-messages';
import { findDossiersByCode } from '../adapters/listing-facts';
import type { QuarantineRow } from '../adapters/quarantine-store';
import { isFit, type FitItem, type IntakeItem, type ItemEnd, type UnfitItem } from '../domain/intake-item';
import type { IntakeDeps } from './intake-deps';
import { quarantineItems, resolveQuarantined } from './quarantine';
import { contentToSeal, messageToSeal, type MessageToSeal } from './seal-content';

/** Whose items these are. */
export interface StoreContext {
  /** Who hands over the dossiers: the polled system, or the one-stop that files them. */
  source: 'dvclt' | 'onestop';
  actor: SyncLogActor;
}

/** What became of an item; dossier and leaf are absent where none was written. */
export interface StoredItem {
  end: ItemEnd;
  dossierId?: string;
  /** Leaf hash of the item's sync log entry. */
  leafHash?: Buffer;
}

/** Everything one transaction writes about its items. */
interface Plan {
  sealed: SealItem[];
  create: NewDossier[];
  apply: CommandOnDossier[];
  messages: IntakeMessage[];
  quarantine: QuarantineRow[];
  resolve: string[];
  /** With the reference of the sealed content, whose digest is known after sealing. */
  entries: { item: IntakeItem; entry: SyncLogEntryInput; contentRef?: string }[];
  ends: Map<IntakeItem, StoredItem>;
}

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
  const plan: Plan = {
    sealed: [],
    create: [],
    apply: [],
    messages: [],
    quarantine: [],
    resolve: [],
    entries: [],
    ends: new Map(),
  };
  const fit = items.filter(isFit);
  const known = await findDossiersByCode(
    tx,
    fit.map((item) => item.code),
  );
  const states = await lockDossiers(tx, [...new Set(known.values())].sort());
  for (const item of fit) {
    const dossierId = known.get(item.code);
    if (dossierId === undefined) planNew(item, plan, context, deps);
    else planAgain(item, states.get(dossierId) ?? null, plan, { context, deps });
  }
  for (const item of items) if (!isFit(item)) planUnfit(item, plan, context, deps);
  await write(tx, plan, context, deps);
  return items.map((item) => plan.ends.get(item) ?? { end: 'failed' });
}

function planNew(item: FitItem, plan: Plan, context: StoreContext, deps: IntakeDeps): void {
  const dossierId = deps.ids.next();
  const contentRef = planPayload(item, dossierId, 'accepted', plan, { context, deps });
  plan.create.push({
    dossierId,
    actor: context.actor,
    command: {
      kind: 'receive',
      module: item.dossier.module,
      procedureCode: item.dossier.procedureCode,
      unit: item.unit,
      receivedAt: rfc3339(item.dossier.receivedAt),
      source: context.source,
      ...(item.oneStopCode === undefined ? {} : { oneStopCode: item.oneStopCode }),
      dvcltCode: item.code,
      contentRef,
      contentDigest: item.contentDigest,
    },
  });
}

/** The code is known: which case it is follows from the state that is locked until the commit. */
function planAgain(
  item: FitItem,
  state: DossierState | null,
  plan: Plan,
  { context, deps }: { context: StoreContext; deps: IntakeDeps },
): void {
  if (!state) throw new AppError({ code: 'dossier-without-state', disposition: 'bug' });
  if (item.openItemId) plan.resolve.push(item.openItemId);
  const isHeld = state.contentDigests.includes(item.contentDigest);
  const isAwaited = state.state === 'awaiting-supplement';
  if (isHeld && isAwaited) {
    plan.ends.set(item, { end: 'left', dossierId: state.id });
    return;
  }
  const command = { kind: 'receive-again' as const, contentDigest: item.contentDigest };
  if (isHeld) {
    plan.messages.push(messageOf(item, { dossierId: state.id, disposition: 'duplicate' }, context, deps));
    plan.apply.push({
      dossierId: state.id,
      actor: context.actor,
      command: { ...command, contentRef: state.contentRef },
    });
    note(item, 'duplicate', { dossierId: state.id }, plan, context);
    return;
  }
  const contentRef = planPayload(item, state.id, isAwaited ? 'supplement' : 'conflict', plan, { context, deps });
  plan.apply.push({
    dossierId: state.id,
    actor: context.actor,
    command: { ...command, contentRef, messageId: plan.messages.at(-1)?.id },
  });
}

function planPayload(
  item: FitItem,
  dossierId: string,
  disposition: 'accepted' | 'supplement' | 'conflict',
  plan: Plan,
  { context, deps }: { context: StoreContext; deps: IntakeDeps },
): string {
  const owner = { ownerKind: 'dossier' as const, ownerId: dossierId };
  const message = messageToSeal(owner, item.raw, item.stages, deps.ids);
  const content = contentToSeal(item.dossier, item.unit, deps.ids);
  plan.sealed.push({ ...owner, objects: [...content.objects, ...message.objects] });
  plan.messages.push(messageOf(item, { dossierId, disposition, message }, context, deps));
  if (disposition === 'accepted' && item.openItemId) plan.resolve.push(item.openItemId);
  note(item, disposition, { dossierId, contentRef: content.contentRef }, plan, context);
  return content.contentRef;
}

function planUnfit(item: UnfitItem, plan: Plan, context: StoreContext, deps: IntakeDeps): void {
  const id = deps.ids.next();
  const message = messageToSeal({ ownerKind: 'message', ownerId: id }, item.raw, item.stages, deps.ids);
  plan.sealed.push(message);
  plan.messages.push({
    ...messageOf(item, { dossierId: null, disposition: 'quarantined', message }, context, deps),
    id,
  });
  plan.quarantine.push(quarantineRow(item, id, context, deps));
  plan.ends.set(item, { end: 'quarantined' });
}

/** Key of an item without a readable code: a keyed digest of its row. */
export function itemKeyOf(
  item: Pick<IntakeItem, 'code' | 'listing'>,
  vault: Pick<IntakeDeps['vault'], 'dedupDigest'>,
): string {
  return item.code ?? `row:${vault.dedupDigest(item.listing ?? Buffer.alloc(0)).toString('base64url')}`;
}

function quarantineRow(item: UnfitItem, messageId: string, context: StoreContext, deps: IntakeDeps): QuarantineRow {
  const { stage, code, reason, field, responsible } = item.failure;
  return {
    id: deps.ids.next(),
    source: context.source,
    itemKey: itemKeyOf(item, deps.vault),
    codes: item.code === null ? {} : { dvclt: item.code },
    stage,
    reasonCode: code,
    reason,
    field: field ?? null,
    responsible,
    listingDigest: item.listing && deps.vault.dedupDigest(item.listing),
    messageId,
  };
}

interface MessageFacts {
  dossierId: string | null;
  disposition: MessageDisposition;
  message?: MessageToSeal;
}

function messageOf(
  item: IntakeItem,
  { dossierId, disposition, message }: MessageFacts,
  context: StoreContext,
  deps: IntakeDeps,
): IntakeMessage {
  return {
    id: deps.ids.next(),
    source: context.source,
    externalCode: item.code,
    listingDigest: item.listing && deps.vault.dedupDigest(item.listing),
    contentDigest: isFit(item) ? Buffer.from(item.contentDigest, 'base64') : deps.vault.dedupDigest(item.raw),
    dossierId,
    rawRef: message?.rawRef ?? null,
    stages: message?.stages ?? [],
    disposition,
  };
}

const KIND_OF = {
  accepted: 'dossier.received',
  supplement: 'supplement.received',
  duplicate: 'duplicate.received',
  conflict: 'conflict.recorded',
} as const;

function note(
  item: FitItem,
  end: keyof typeof KIND_OF,
  of: { dossierId: string; contentRef?: string },
  plan: Plan,
  { source, actor }: StoreContext,
): void {
  plan.ends.set(item, { end, dossierId: of.dossierId });
  const detail = { messageId: plan.messages.at(-1)?.id ?? null };
  plan.entries.push({
    item,
    entry: {
      kind: KIND_OF[end],
      actor,
      dossierId: of.dossierId,
      codes: [item.code],
      partner: source,
      unit: item.unit,
      contentDigest: item.receiptDigest,
      detail,
    },
    contentRef: of.contentRef,
  });
}

async function write(tx: Tx, plan: Plan, { actor }: StoreContext, deps: IntakeDeps): Promise<void> {
  const sealed = (await deps.vault.sealMany(tx, plan.sealed)).flat();
  const digests = new Map(sealed.map(({ ref, digest }) => [ref, digest.toString('base64')]));
  refuseConflicts(await createDossiers(tx, plan.create, deps));
  refuseConflicts(await applyCommands(tx, plan.apply, deps));
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
  for (const { conflict } of results)
    if (conflict) throw new AppError({ code: `intake-${conflict.code}`, disposition: 'bug' });
}
