import type { SealItem } from '#access';
import type { CommandOnDossier, DossierState, NewDossier } from '#dossier';
import { AppError, rfc3339 } from '#platform';
import { numbersInContent, type PersonsOfDossier } from '#privacy';
import type { SyncLogActor, SyncLogEntryInput } from '#synclog';
import type { IntakeMessage, MessageDisposition } from '../adapters/intake-messages';
import type { QuarantineRow } from '../adapters/quarantine-store';
import { isFit, type FitItem, type IntakeItem, type ItemEnd, type UnfitItem } from '../domain/intake-item';
import type { IntakeDeps } from './intake-deps';
import { itemKeyOf } from './item-key';
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

const KIND_OF = {
  accepted: 'dossier.received',
  supplement: 'supplement.received',
  duplicate: 'duplicate.received',
  conflict: 'conflict.recorded',
} as const;

/** Everything one transaction is going to write about its items, by the rules of CONTRACTS §1.3 *Intake*. */
export class ItemPlan {
  readonly sealed: SealItem[] = [];
  readonly create: NewDossier[] = [];
  readonly apply: CommandOnDossier[] = [];
  readonly messages: IntakeMessage[] = [];
  readonly quarantine: QuarantineRow[] = [];
  /** Identity numbers in what is stored, for the search by person. */
  readonly persons: PersonsOfDossier[] = [];
  /** Open quarantine items whose code has come through. */
  readonly resolve: string[] = [];
  /** With the reference of the sealed content, whose digest is known after sealing. */
  readonly entries: { item: IntakeItem; entry: SyncLogEntryInput; contentRef?: string }[] = [];
  readonly ends = new Map<IntakeItem, StoredItem>();

  constructor(
    private readonly context: StoreContext,
    private readonly deps: Pick<IntakeDeps, 'ids' | 'vault'>,
  ) {}

  /** Nobody has this code yet. */
  addNew(item: FitItem): void {
    const dossierId = this.deps.ids.next();
    if (item.openItemId) this.resolve.push(item.openItemId);
    const { contentRef } = this.addPayload(item, dossierId, 'accepted');
    this.create.push({
      dossierId,
      actor: this.context.actor,
      command: {
        kind: 'receive',
        module: item.dossier.module,
        procedureCode: item.dossier.procedureCode,
        unit: item.unit,
        receivedAt: rfc3339(item.dossier.receivedAt),
        source: this.context.source,
        ...(item.oneStopCode === undefined ? {} : { oneStopCode: item.oneStopCode }),
        dvcltCode: item.code,
        contentRef,
        contentDigest: item.contentDigest,
      },
    });
  }

  /** The code is known: which case it is follows from the state, which is locked until the commit. */
  addAgain(item: FitItem, state: DossierState | null): void {
    if (!state) throw new AppError({ code: 'dossier-without-state', disposition: 'bug' });
    if (item.openItemId) this.resolve.push(item.openItemId);
    const isAwaited = state.state === 'awaiting-supplement';
    if (!state.contentDigests.includes(item.contentDigest)) {
      const { contentRef, messageId } = this.addPayload(item, state.id, isAwaited ? 'supplement' : 'conflict');
      this.applyAgain(item, state.id, contentRef, messageId);
    } else if (isAwaited) {
      this.ends.set(item, { end: 'left', dossierId: state.id });
    } else {
      const messageId = this.addMessage(item, { dossierId: state.id, disposition: 'duplicate' });
      this.applyAgain(item, state.id, state.contentRef, messageId);
      this.note(item, 'duplicate', { dossierId: state.id, messageId });
    }
  }

  addUnfit(item: UnfitItem): void {
    const id = this.deps.ids.next();
    const message = messageToSeal({ ownerKind: 'message', ownerId: id }, item.raw, item.stages, this.deps.ids);
    this.sealed.push(message);
    this.addMessage(item, { id, dossierId: null, disposition: 'quarantined', message });
    this.quarantine.push(this.quarantineRow(item, id));
    this.ends.set(item, { end: 'quarantined' });
  }

  private applyAgain(item: FitItem, dossierId: string, contentRef: string, messageId: string): void {
    const { contentDigest } = item;
    const command = { kind: 'receive-again' as const, contentRef, contentDigest, messageId };
    this.apply.push({ dossierId, actor: this.context.actor, command });
  }

  private addPayload(
    item: FitItem,
    dossierId: string,
    disposition: 'accepted' | 'supplement' | 'conflict',
  ): { contentRef: string; messageId: string } {
    const owner = { ownerKind: 'dossier' as const, ownerId: dossierId };
    const message = messageToSeal(owner, item.raw, item.stages, this.deps.ids);
    const { contentRef, objects } = contentToSeal(item.dossier, item.unit, this.deps.ids);
    this.sealed.push({ ...owner, objects: [...objects, ...message.objects] });
    this.persons.push({ dossierId, numbers: numbersInContent(item.dossier) });
    const messageId = this.addMessage(item, { dossierId, disposition, message });
    this.note(item, disposition, { dossierId, messageId, contentRef });
    return { contentRef, messageId };
  }

  private addMessage(
    item: IntakeItem,
    of: { id?: string; dossierId: string | null; disposition: MessageDisposition; message?: MessageToSeal },
  ): string {
    const { vault, ids } = this.deps;
    const id = of.id ?? ids.next();
    this.messages.push({
      id,
      source: this.context.source,
      externalCode: item.code,
      listingDigest: item.listing && vault.dedupDigest(item.listing),
      contentDigest: isFit(item)
        ? Buffer.from(item.contentDigest, 'base64')
        : vault.dedupDigest(Buffer.isBuffer(item.raw) ? item.raw : item.raw.sha256),
      dossierId: of.dossierId,
      rawRef: of.message?.rawRef ?? null,
      stages: of.message?.stages ?? [],
      disposition: of.disposition,
    });
    return id;
  }

  private note(
    item: FitItem,
    end: keyof typeof KIND_OF,
    of: { dossierId: string; messageId: string; contentRef?: string },
  ): void {
    const { dossierId, messageId, contentRef } = of;
    this.ends.set(item, { end, dossierId });
    const entry: SyncLogEntryInput = {
      kind: KIND_OF[end],
      actor: this.context.actor,
      dossierId,
      codes: [item.code],
      partner: this.context.source,
      unit: item.unit,
      contentDigest: item.receiptDigest,
      detail: { messageId },
    };
    this.entries.push({ item, entry, contentRef });
  }

  private quarantineRow(item: UnfitItem, messageId: string): QuarantineRow {
    const { stage, code, reason, field, responsible, unit } = item.failure;
    return {
      id: this.deps.ids.next(),
      source: this.context.source,
      itemKey: itemKeyOf(item, this.deps.vault),
      codes: item.code === null ? {} : { dvclt: item.code },
      stage,
      reasonCode: code,
      reason,
      field: field ?? null,
      responsible,
      unit: unit ?? null,
      listingDigest: item.listing && this.deps.vault.dedupDigest(item.listing),
      messageId,
    };
  }
}
