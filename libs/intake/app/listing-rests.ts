import { AppError, codeOf } from '#platform';
import { deleteListingWatches, upsertListingWatches, type ListingWatch } from '../adapters/listing-watch';
import type { DueItem, ItemEnd, UnfitItem } from '../domain/intake-item';
import { FETCH_STAGE } from '../domain/judge-listing';
import { restAfter, type ListingRest } from '../domain/listing-rest';
import type { DossierSource, ListedItem } from '../ports';
import type { IntakeDeps } from './intake-deps';

const DEFAULT_REST: ListingRest = { firstMs: 1_000, maxMs: 180_000, maxRefused: 5 };

/** What is done about details that could not be had. */
export interface RefusedDetails {
  /** Refused too often: for quarantine. */
  unfit: UnfitItem[];
  /** Ids of items that are in quarantine for that already. */
  stillRefused: string[];
}

/** Lets listed rows rest whose detail brought nothing, so that they are not fetched at every poll. Belongs to one turn. */
export class ListingRests {
  private readonly rest: ListingRest;
  private readonly refusals: { item: ListedItem; code: string }[] = [];
  private readonly dueOf = new Map<ListedItem, DueItem>();

  constructor(
    private readonly source: Pick<DossierSource, 'id' | 'fetch' | 'decodeLarge'>,
    private readonly deps: Pick<IntakeDeps, 'db' | 'clock' | 'vault'>,
    rest: Partial<ListingRest> = {},
  ) {
    this.rest = { ...DEFAULT_REST, ...rest };
  }

  expect(due: readonly DueItem[]): void {
    for (const one of due) this.dueOf.set(one.item, one);
  }

  /** The source, with a note of every detail that it refused. A call that was not answered says nothing about the item. */
  get noting(): Pick<DossierSource, 'id' | 'fetch' | 'decodeLarge'> {
    return {
      id: this.source.id,
      decodeLarge: (raw, files) => this.source.decodeLarge(raw, files),
      fetch: async (item, signal) => {
        try {
          const raw = await this.source.fetch(item, signal);
          return Buffer.isBuffer(raw) ? raw : this.notingCut(raw, item, signal);
        } catch (error) {
          const isRefusal = error instanceof AppError && error.disposition === 'refuse';
          if (isRefusal && !signal.aborted) this.refusals.push({ item, code: codeOf(error) });
          throw error;
        }
      },
    };
  }

  /** A long detail that breaks off says as much about the item as one that is refused. */
  private async *notingCut(
    raw: AsyncIterable<Uint8Array>,
    item: ListedItem,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    try {
      yield* raw;
    } catch (error) {
      if (!signal.aborted) this.refusals.push({ item, code: codeOf(error) });
      throw error;
    }
  }

  /** Counts the refusals noted since the last call, and lets their rows rest. */
  async afterFetch(): Promise<RefusedDetails> {
    const refused = this.refusals.splice(0).map(({ item, code }) => ({
      due: this.dueOf.get(item) ?? { item, openItemId: null },
      code,
    }));
    const watches = refused.map(({ due }) => this.watchOf(due, (due.before?.refused ?? 0) + 1));
    await upsertListingWatches(this.deps.db, this.source.id, watches);
    const result: RefusedDetails = { unfit: [], stillRefused: [] };
    for (const [index, { due, code }] of refused.entries()) {
      if (due.openItemId !== null && due.openStage === FETCH_STAGE) result.stillRefused.push(due.openItemId);
      else if (watches[index].refused >= this.rest.maxRefused) result.unfit.push(this.unfit(due, code));
    }
    return result;
  }

  /** After items were stored: what was left alone rests, what came to an end is watched no more. */
  async afterStore(ended: readonly { due: DueItem; end: ItemEnd }[]): Promise<void> {
    const left = ended.filter(({ end }) => end === 'left').map(({ due }) => this.watchOf(due, 0));
    await upsertListingWatches(this.deps.db, this.source.id, left);
    const over = ended.filter(({ due, end }) => due.before && end !== 'left' && end !== 'failed');
    await deleteListingWatches(
      this.deps.db,
      this.source.id,
      over.map(({ due }) => due.item.code),
    );
  }

  private watchOf({ item, before }: DueItem, refused: number): ListingWatch {
    const fetches = (before?.fetches ?? 0) + 1;
    const nextFetchAt = new Date(this.deps.clock.now().getTime() + restAfter(fetches, this.rest));
    return { code: item.code, listingDigest: this.deps.vault.dedupDigest(item.listing), fetches, refused, nextFetchAt };
  }

  private unfit({ item: { listing, code }, openItemId }: DueItem, reasonCode: string): UnfitItem {
    const failure = {
      stage: FETCH_STAGE,
      code: reasonCode,
      reason: 'the source does not give the detail of an item that it lists',
      responsible: this.source.id,
    };
    return { listing, code, raw: listing, stages: [], openItemId, failure };
  }
}
