import { OutageLog } from '#platform';
import { isLoggableCode, type SyncLogActor } from '#synclog';
import { readListingFacts } from '../adapters/listing-facts';
import { touchItems } from '../adapters/quarantine-store';
import { isFit, type DueItem, type IntakeItem, type ItemEnd } from '../domain/intake-item';
import { judgeListing, restOf, type ListingFacts } from '../domain/judge-listing';
import type { ListingRest } from '../domain/listing-rest';
import type { DossierSource, ListedItem } from '../ports';
import { fetchDetails, type FetchLimits } from './fetch-details';
import type { IntakeDeps } from './intake-deps';
import { itemKeyOf } from './item-key';
import { ListingRests } from './listing-rests';
import { inTurn, type PollerLease } from './poller-lease';
import { prepareItem } from './prepare-item';
import { storeBatch } from './store-batch';

export interface PollDossierSourceOptions {
  /** Who polls: the worker's id. */
  workerId: string;
  /** Least time between two lists, shared by all workers. @default 1_000 ms */
  everyMs?: number;
  /** How long a silent turn keeps other workers out. @default 30_000 ms */
  leaseMs?: number;
  /** Detail calls, batch sizes, deadline of each call. */
  limits?: Partial<FetchLimits>;
  /** Of rows whose detail brought nothing. */
  rest?: Partial<ListingRest>;
}

/** What one turn came to; counts of items. */
export type DossierPollSummary = Record<ItemEnd, number> & {
  /** False when it was another worker's turn, or too early. */
  isOurTurn: boolean;
  listed: number;
  acknowledgementPending: number;
  quarantinedUnchanged: number;
  /** Unchanged rows that were given up. */
  givenUp: number;
  /** Unchanged rows that were fetched in vain a little while ago. */
  resting: number;
  /** Code of what ended the turn early. */
  failure?: string;
};

interface Turn {
  lease: PollerLease;
  summary: DossierPollSummary;
  signal: AbortSignal;
}

const DEFAULT_LIMITS: FetchLimits = {
  maxConcurrency: 8,
  maxItems: 50,
  maxBytes: 8_388_608,
  deadlineMs: 10_000,
  maxMs: 10_000,
};

/** New dossiers of a source that is polled (DVCLT): list → what is new → details → store. What is stored causes its own
 *  acknowledgement (law 1). One turn at a time in the whole installation. */
export class PollDossierSource {
  private readonly actor: SyncLogActor;
  private readonly limits: FetchLimits;
  private readonly outage: OutageLog;

  constructor(
    private readonly source: DossierSource,
    private readonly deps: IntakeDeps,
    private readonly options: PollDossierSourceOptions,
  ) {
    this.actor = { id: `poller.${source.id}`, type: 'system' };
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.outage = new OutageLog(deps.log, 'intake.poll', { source: source.id });
  }

  /** One turn. Does not throw for what the source or the database does: that is in the summary and in the log. */
  async pollOnce(signal: AbortSignal): Promise<DossierPollSummary> {
    const summary = emptySummary();
    const { db, clock } = this.deps;
    const { workerId: owner, leaseMs, everyMs = 1_000 } = this.options;
    const turn = { db, clock, name: `dossiers.${this.source.id}`, owner, leaseMs, everyMs };
    await inTurn(turn, summary, (lease) => this.turn(lease, summary, signal));
    this.tell(summary);
    return summary;
  }

  private async turn(lease: PollerLease, summary: DossierPollSummary, signal: AbortSignal): Promise<void> {
    const { askedAt, items, unreadable } = await this.source.list(
      AbortSignal.any([signal, AbortSignal.timeout(this.limits.deadlineMs)]),
    );
    await lease.hold(this.deps.db);
    summary.listed = items.length + unreadable.length;
    const strange = [
      ...unreadable,
      ...items
        .filter((item) => !isCode(item.code))
        .map(({ listing }) => ({ listing, reason: 'the code is no dossier code' })),
    ];
    await this.keepStrange(strange, askedAt, lease, summary);
    const taken = new Set<string>();
    const rests = new ListingRests(this.source, this.deps, this.options.rest);
    for (const round of roundsOf(items.filter((item) => isCode(item.code)))) {
      const queue = await this.due(round, askedAt, taken, summary);
      for (const { item } of queue) taken.add(item.code);
      rests.expect(queue);
      await this.drain(queue, rests, { lease, summary, signal });
    }
  }

  /** Fetches the next batch while the one before is stored. */
  private async drain(queue: DueItem[], rests: ListingRests, { lease, summary, signal }: Turn): Promise<void> {
    const fetchNext = (): ReturnType<typeof fetchDetails> =>
      fetchDetails(queue, rests.noting, this.limits, {
        ...this.deps,
        signal,
        keepTurn: () => lease.hold(this.deps.db),
      });
    let next = fetchNext();
    for (;;) {
      const { fetched, failed } = await next;
      summary.failed += failed;
      await this.keepRefused(rests, lease, summary);
      if (fetched.length === 0 && (queue.length === 0 || signal.aborted)) return;
      next = fetchNext();
      const prepared = fetched.map(({ due, raw }) => prepareItem(due, raw, { ...this.deps, source: this.source }));
      const ends = await this.store(prepared, lease, summary);
      await rests.afterStore(fetched.map(({ due }, index) => ({ due, end: ends[index] })));
    }
  }

  /** Details that the source lists and does not give: after some tries a person has to see them (law 4). */
  private async keepRefused(rests: ListingRests, lease: PollerLease, summary: DossierPollSummary): Promise<void> {
    const { unfit, stillRefused } = await rests.afterFetch();
    await this.touch(stillRefused, summary);
    const ends = await this.store(unfit, lease, summary);
    summary.failed -= stillRefused.length + ends.filter((end) => end === 'quarantined').length;
  }

  /** `taken`: codes of which an earlier row of this list was fetched. A second, different row is judged by its content too:
   *  the acknowledgement is by code and would take both off the list. */
  private async due(
    round: readonly ListedItem[],
    askedAt: Date,
    taken: ReadonlySet<string>,
    summary: DossierPollSummary,
  ): Promise<DueItem[]> {
    const facts = await readListingFacts(
      this.deps.db,
      this.source.id,
      round.map((item) => item.code),
    );
    const due: DueItem[] = [];
    const unchanged: string[] = [];
    for (const item of round) {
      const known = facts.get(item.code) as ListingFacts;
      const digest = this.deps.vault.dedupDigest(item.listing);
      const verdict = judgeListing(known, digest, askedAt);
      if (verdict === 'fetch' || taken.has(item.code)) due.push(dueOf(item, known, digest));
      else if (verdict === 'quarantined-unchanged') unchanged.push(known.quarantine?.itemId as string);
      else summary[COUNTED_AS[verdict]] += 1;
    }
    await this.touch(unchanged, summary);
    return due;
  }

  /** Rows without a usable code: kept with their bytes, never dropped (law 4). */
  private async keepStrange(
    rows: readonly { listing: Buffer; reason: string }[],
    askedAt: Date,
    lease: PollerLease,
    summary: DossierPollSummary,
  ): Promise<void> {
    if (rows.length === 0) return;
    const byKey = new Map(rows.map((row) => [itemKeyOf({ code: null, listing: row.listing }, this.deps.vault), row]));
    const facts = await readListingFacts(this.deps.db, this.source.id, [...byKey.keys()]);
    const unchanged: string[] = [];
    const unfit: IntakeItem[] = [];
    for (const [key, { listing, reason }] of byKey) {
      const known = facts.get(key) as ListingFacts;
      const verdict = judgeListing(known, this.deps.vault.dedupDigest(listing), askedAt);
      if (verdict === 'quarantined-unchanged') unchanged.push(known.quarantine?.itemId as string);
      else if (verdict === 'given-up') summary.givenUp += 1;
      else
        unfit.push({
          listing,
          code: null,
          raw: listing,
          stages: [],
          openItemId: null,
          failure: { stage: 'list', code: 'row-unreadable', reason, responsible: this.source.id },
        });
    }
    await this.touch(unchanged, summary);
    await this.store(unfit, lease, summary);
  }

  private async touch(itemIds: readonly string[], summary: DossierPollSummary): Promise<void> {
    summary.quarantinedUnchanged += itemIds.length;
    if (itemIds.length > 0) await touchItems(this.deps.db, itemIds, this.deps.clock.now());
  }

  private async store(
    items: readonly IntakeItem[],
    lease: PollerLease,
    summary: DossierPollSummary,
  ): Promise<readonly ItemEnd[]> {
    if (items.length === 0) return [];
    const context = { source: 'dvclt' as const, actor: this.actor };
    const { ends } = await storeBatch(items, (tx) => lease.hold(tx), context, this.deps);
    for (const end of ends) summary[end] += 1;
    if (items.some(isFit)) this.deps.doorbell.ring('outbox');
    return ends;
  }

  private tell(summary: DossierPollSummary): void {
    const { isOurTurn, failure, ...counts } = summary;
    const worked =
      counts.accepted + counts.supplement + counts.duplicate + counts.conflict + counts.quarantined + counts.failed > 0;
    if (failure) this.outage.failed(failure);
    else if (isOurTurn) this.outage.recovered();
    if (isOurTurn && worked) this.deps.log.info('intake.polled', { source: this.source.id, ...counts });
  }
}

function dueOf(item: ListedItem, known: ListingFacts, digest: Buffer): DueItem {
  const before = restOf(known, digest);
  return {
    item,
    openItemId: known.quarantine?.itemId ?? null,
    ...(known.quarantine ? { openStage: known.quarantine.stage } : {}),
    ...(before ? { before: { fetches: before.fetches, refused: before.refused } } : {}),
  };
}

/** Rows that are left alone, by why. */
const COUNTED_AS = {
  'acknowledgement-pending': 'acknowledgementPending',
  'given-up': 'givenUp',
  resting: 'resting',
} as const;

function isCode(code: string): boolean {
  return code.length <= 64 && isLoggableCode(code);
}

/** Splits a list so that no code occurs twice in a round; equal rows count once. */
function roundsOf(items: readonly ListedItem[]): ListedItem[][] {
  const rounds: ListedItem[][] = [];
  const earlier = new Map<string, ListedItem[]>();
  for (const item of items) {
    const same = earlier.get(item.code) ?? [];
    if (same.some((one) => one.listing.equals(item.listing))) continue;
    (rounds[same.length] ??= []).push(item);
    earlier.set(item.code, [...same, item]);
  }
  return rounds;
}

function emptySummary(): DossierPollSummary {
  return {
    isOurTurn: false,
    listed: 0,
    acknowledgementPending: 0,
    quarantinedUnchanged: 0,
    givenUp: 0,
    resting: 0,
    accepted: 0,
    supplement: 0,
    duplicate: 0,
    conflict: 0,
    quarantined: 0,
    left: 0,
    failed: 0,
  };
}
