import type {
  AskedDossier,
  Found,
  ListedPage,
  Listing,
  LookUp,
  PartnerRow,
  ReconciledPartner,
  Window,
} from '#reconciliation';
import type { AdapterDeps } from '../config/adapter-deps';
import { assertAskable, byEitherCode, foundOf, isReadable, toldOnce, type ReadRow } from '../found-rows';
import { portalStatusOf } from '../wire/portal-status';
import {
  MAX_CODES_PER_LOOK_UP,
  ROWS_PER_PAGE,
  type NamedRow,
  type OneStopAnswer,
  type OneStopReads,
} from './onestop-reads';

/** The one-stop's own code where it is known; else DVCLT's, by which it was handed over. */
function codeOf({ codes }: AskedDossier): string | undefined {
  return codes.oneStop ?? codes.dvclt;
}

/** What the one-stop (`traCuuHoSo`, CONTRACTS §1.1) can be asked about dossiers: by code, and by time as a list. */
export function reconciledOneStop({ config, log }: AdapterDeps, reads: OneStopReads): ReconciledPartner {
  const atMost = Math.min(config.limits.batch, MAX_CODES_PER_LOOK_UP);
  return { partner: 'onestop', codeOf, lookUp: lookUpOf(reads, atMost), listing: new OneStopListing(reads, log) };
}

function lookUpOf(reads: OneStopReads, atMost: number): LookUp {
  const matching = { belongsTo: byEitherCode, nameless: 'onestop.row-without-code' };
  return {
    atMost,
    async ask(dossiers, signal): Promise<{ askedAt: Date; found: readonly Found[] }> {
      assertAskable(dossiers, atMost, codeOf);
      const answer = await reads.byCodes(
        dossiers.flatMap((dossier) => codeOf(dossier) ?? []),
        signal,
      );
      return { askedAt: answer.askedAt, found: foundOf(dossiers, rowsOf(answer), matching) };
    },
  };
}

/** `traCuuHoSo` by time. Whether its dates select by the last change or by the receipt is not known of a real one-stop, so a list is never taken for
 *  whole: what it leaves out is asked for by code. A row without `maHoSoLT` is another dossier of the one-stop, known by its code there alone. */
class OneStopListing implements Listing {
  readonly means = 'state';
  /** Page that was told last, to notice a one-stop that does not turn over. */
  private last = { of: '', page: 0, rows: '' };

  constructor(
    private readonly reads: OneStopReads,
    private readonly log: AdapterDeps['log'],
  ) {}

  async page(window: Window, page: number, signal: AbortSignal): Promise<ListedPage> {
    const answer = await this.reads.byTime(window, page, signal);
    const rows = rowsOf(answer);
    const isRepeat = this.isRepeat(window, page, answer);
    if (isRepeat) this.log.warn('onestop.list-repeats', { page });
    return {
      askedAt: answer.askedAt,
      rows: rows.filter(isReadable),
      unreadable: rows.filter((row) => !isReadable(row)).length,
      next: !isRepeat && hasNext(page, answer) ? page + 1 : null,
    };
  }

  /** The page before, word for word: asked on and on, such a list would never end. */
  private isRepeat({ from, to }: Window, page: number, { rows, nameless }: OneStopAnswer): boolean {
    const told = { of: `${from.getTime()}-${to.getTime()}`, page, rows: JSON.stringify(rows) };
    const { last } = this;
    this.last = told;
    const isEmpty = rows.length + nameless === 0;
    return !isEmpty && last.of === told.of && last.page === page - 1 && last.rows === told.rows;
  }
}

/** An empty page is the last one. Else `tongSo` counts: when what was given so far is not it, a shorter page is no end, since the one-stop may give fewer
 *  rows than it was asked for, but there are never more pages than rows. Where it says nothing usable, a list goes on while its pages are full. */
function hasNext(page: number, { rows, nameless, total }: OneStopAnswer): boolean {
  const given = rows.length + nameless;
  if (given === 0) return false;
  if (total === undefined || total < 1) return given >= ROWS_PER_PAGE;
  return (page - 1) * ROWS_PER_PAGE + given !== total && page < total;
}

function rowsOf({ rows, nameless }: OneStopAnswer): readonly ReadRow[] {
  const unreadable = Array.from({ length: nameless }, () => ({ codes: {}, reasonCode: 'onestop.row-without-code' }));
  return toldOnce([...rows.map(partnerRow), ...unreadable], 'onestop.rows-contradict');
}

function partnerRow({ dvcltCode, oneStopCode, status, updatedAt }: NamedRow): PartnerRow {
  return {
    codes: { ...(dvcltCode ? { dvclt: dvcltCode } : {}), ...(oneStopCode ? { oneStop: oneStopCode } : {}) },
    status: portalStatusOf(status),
    ...(updatedAt === undefined ? {} : { changedAt: updatedAt }),
  };
}
