import type { DossierContent } from '#dossier';
import { resolveUnit, type DecodedDossier, type DossierSource, type ListedItem, type UnitCrossWalk } from '#intake';
import { rfc3339, sha256, uuidIds } from '#platform';
import type { Floor } from './floor';
import type { ContentRow } from './group-commit';

export interface ReceiveOptions {
  source: DossierSource;
  units: UnitCrossWalk;
  /** Pause between two lists, ms. */
  everyMs: number;
  /** Detail calls at once. */
  maxConcurrency: number;
}

const DEADLINE_MS = 10_000;

/** list → what is new → details → decode → store. The acknowledgement is caused by the stored fact. */
export class ReceiveDossiers {
  private readonly known = new Set<string>();

  constructor(
    private readonly floor: Floor,
    private readonly options: ReceiveOptions,
  ) {}

  /** Polls until `signal` fires. @throws what the source or a poison item does */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const started = performance.now();
      await this.pollOnce();
      const restMs = Math.max(0, this.options.everyMs - (performance.now() - started));
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  }

  private async pollOnce(): Promise<void> {
    const { items } = await this.options.source.list(AbortSignal.timeout(DEADLINE_MS));
    const fresh = items.filter((item) => !this.known.has(item.code));
    const stored: Promise<void>[] = [];
    const worker = async (): Promise<void> => {
      for (let item = fresh.shift(); item; item = fresh.shift()) {
        this.known.add(item.code);
        const raw = await this.options.source.fetch(item, AbortSignal.timeout(DEADLINE_MS));
        if (!Buffer.isBuffer(raw)) throw new Error('the floor carries no large files');
        stored.push(this.store(item, raw));
      }
    };
    await Promise.all(Array.from({ length: this.options.maxConcurrency }, worker));
    await Promise.all(stored);
  }

  private async store(item: ListedItem, raw: Buffer): Promise<void> {
    const decoded = this.options.source.decode(raw);
    if (!('dossier' in decoded)) throw new Error(`an item was not understood: ${decoded.failure.code}`);
    const { dossier } = decoded;
    const resolved = resolveUnit(this.options.units, dossier.unitText, dossier.receivedAt);
    if (!('unit' in resolved)) throw new Error('an item has an unknown unit');
    const dossierId = uuidIds.next();
    const { contentRef, rows } = this.rowsOf(dossierId, dossier, resolved.unit);
    const command = {
      kind: 'receive' as const,
      module: dossier.module,
      procedureCode: dossier.procedureCode,
      unit: resolved.unit,
      receivedAt: rfc3339(dossier.receivedAt),
      source: 'dvclt' as const,
      dvcltCode: item.code,
      contentRef,
      contentDigest: sha256(raw).toString('base64'),
    };
    await this.floor.tell(dossierId, command, { contents: [this.floor.row(dossierId, 'raw', raw), ...rows] });
  }

  /** The content and each file on a row of its own. */
  private rowsOf(dossierId: string, dossier: DecodedDossier, unit: string): { contentRef: string; rows: ContentRow[] } {
    const rows: ContentRow[] = [];
    const attachments = dossier.attachments.map(({ bytes, ...named }) => {
      const row = bytes && this.floor.row(dossierId, 'file', bytes);
      if (row) rows.push(row);
      return { ...named, ...(row ? { ref: row.id } : {}), sizeBytes: bytes?.length ?? 0 };
    });
    const { procedureCode, module, receivedAtText, technicalId, subject, requester, declaration } = dossier;
    const content: DossierContent = {
      procedureCode,
      module,
      unit,
      receivedAtText,
      technicalId,
      subject,
      requester,
      declaration,
      attachments,
    };
    const row = this.floor.row(dossierId, 'content', Buffer.from(JSON.stringify(content)));
    return { contentRef: row.id, rows: [row, ...rows] };
  }
}
