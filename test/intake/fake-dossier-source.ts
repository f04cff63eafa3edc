import { AppError, type Clock } from '#platform';
import type { DecodedDossier, DecodeResult, DossierSource, ListedItem } from '#intake';

export interface FakeDossier {
  code: string;
  /** Part of the list row: a change makes another listing. */
  listId: string;
  unitText?: string;
  procedureCode?: string;
  module?: 'KS' | 'KT';
  receivedAt?: string;
  declaration?: Record<string, string>;
  /** Makes `decode` fail at this stage. */
  failAt?: string;
  /** Code that the detail carries instead of the listed one. */
  detailCode?: string;
  file?: string;
}

/** A source of dossiers at the port: lists what was not acknowledged, again and again (Q10). */
export class FakeDossierSource implements DossierSource {
  readonly id = 'dvclt';
  readonly rows: FakeDossier[] = [];
  readonly unreadable: { listing: Buffer; reason: string }[] = [];
  readonly fetched: string[] = [];
  lists = 0;
  failingDetails = new Set<string>();
  /** Codes whose detail is refused, with the reason. */
  readonly refusedDetails = new Map<string, string>();
  listFails = false;
  /** The decoder was mended: `failAt` counts no more. */
  isMended = false;
  /** Runs inside the list call, before it answers. */
  onList: () => void | Promise<void> = () => undefined;
  onFetch: (code: string) => void | Promise<void> = () => undefined;

  constructor(private readonly clock: Clock) {}

  /** What the partner does when an acknowledgement arrives. */
  takeOff(code: string): void {
    const left = this.rows.filter((row) => row.code !== code);
    this.rows.splice(0, this.rows.length, ...left);
  }

  async list(): ReturnType<DossierSource['list']> {
    const askedAt = this.clock.now();
    this.lists += 1;
    const items = this.rows.map((row): ListedItem => ({ listId: row.listId, code: row.code, listing: listingOf(row) }));
    await this.onList();
    if (this.listFails) throw new AppError({ code: 'fake.down', disposition: 'retry' });
    return { askedAt, items, unreadable: [...this.unreadable] };
  }

  async fetch(item: ListedItem): Promise<Buffer> {
    this.fetched.push(item.code);
    await this.onFetch(item.code);
    if (this.failingDetails.has(item.code)) throw new AppError({ code: 'fake.detail-down', disposition: 'retry' });
    const refusal = this.refusedDetails.get(item.code);
    if (refusal) throw new AppError({ code: refusal, disposition: 'refuse' });
    const row = this.rows.find((one) => one.code === item.code && listingOf(one).equals(item.listing));
    return Buffer.from(JSON.stringify(row));
  }

  readRow(listing: Buffer): ListedItem | undefined {
    const { code, id } = JSON.parse(listing.toString()) as { code?: string; id?: string };
    return code && id ? { code, listId: id, listing } : undefined;
  }

  async decodeLarge(raw: AsyncIterable<Uint8Array>): Promise<DecodeResult> {
    const pieces: Uint8Array[] = [];
    for await (const piece of raw) pieces.push(piece);
    return this.decode(Buffer.concat(pieces));
  }

  decode(raw: Buffer): DecodeResult {
    const row = JSON.parse(raw.toString()) as FakeDossier;
    const stages = [{ stage: 'outer', bytes: Buffer.from(`outer of ${row.code}`) }, { stage: 'inner' }];
    if (row.failAt && !this.isMended)
      return { stages, failure: { stage: row.failAt, code: 'broken', reason: 'made to fail', responsible: 'dvclt' } };
    return { stages, dossier: decoded(row) };
  }
}

function listingOf({ code, listId }: FakeDossier): Buffer {
  return Buffer.from(JSON.stringify({ code, id: listId }));
}

function decoded(row: FakeDossier): DecodedDossier {
  const file = {
    sourceId: '1',
    title: 'Giấy mẫu',
    fileName: 'mau.pdf',
    withdrawn: false,
    contentType: 'application/pdf',
  };
  return {
    code: row.detailCode ?? row.code,
    procedureCode: row.procedureCode ?? '2.000986',
    module: row.module ?? 'KS',
    unitText: row.unitText ?? '00123',
    receivedAtText: '02/03/2026 08:00:00',
    receivedAt: new Date(row.receivedAt ?? '2026-03-02T01:00:00Z'),
    subject: { name: 'TRẺ EM MẪU', identityNumber: '999000000001' },
    requester: { name: 'NGƯỜI YÊU CẦU MẪU', identityNumber: '999000000002' },
    declaration: row.declaration ?? { nksHoTen: 'TRẺ EM MẪU' },
    attachments: [
      { ...file, bytes: Buffer.from(row.file ?? 'PDF MẪU') },
      { ...file, sourceId: '2', withdrawn: true },
    ],
  };
}
