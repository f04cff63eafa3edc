import { codeOf as errorCodeOf } from '#platform';
import type { AskedDossier, ListedPage, Listing, LookUp, ReconciledPartner, Window } from '#reconciliation';
import type { AdapterDeps } from '../config/adapter-deps';
import { assertAskable, byEitherCode, foundOf, listedOf, namedRow, toldOnce, type ReadRow } from '../found-rows';
import { HalvedQuestion, mostCallsOf, type CallAnswer } from '../halved-question';
import { isTooMuch } from '../http/partner-call';
import { objectOf } from '../wire/fields';
import { instantField } from '../wire/instant-field';
import { portalStatusOf } from '../wire/portal-status';
import {
  LOOK_UP_REFUSED,
  MAX_CODES_PER_LOOK_UP,
  ROWS_PER_PAGE,
  type OneStopAnswer,
  type OneStopReads,
} from './onestop-reads';

const MATCHING = { belongsTo: byEitherCode, partner: 'onestop' } as const;

/** The one-stop's own code where it is known; else DVCLT's, by which it was handed over. */
function codeOf({ codes }: AskedDossier): string | undefined {
  return codes.oneStop ?? codes.dvclt;
}

/** What the one-stop (`traCuuHoSo`, CONTRACTS §1.1) can be asked about dossiers: by code, and by time as a list. */
export function reconciledOneStop(deps: AdapterDeps, reads: OneStopReads): ReconciledPartner {
  const { config, log } = deps;
  const atMost = Math.min(config.limits.batch, MAX_CODES_PER_LOOK_UP);
  return { partner: 'onestop', codeOf, lookUp: lookUpOf(deps, reads, atMost), listing: new OneStopListing(reads, log) };
}

/** One question is one call, and more when the one-stop refuses it or its answer is more than we take: one code may be the reason. */
function lookUpOf({ clock }: AdapterDeps, reads: OneStopReads, atMost: number): LookUp {
  return {
    atMost,
    mostCalls: mostCallsOf(atMost),
    async ask(dossiers, signal) {
      assertAskable(dossiers, atMost, codeOf);
      const askedAt = clock.now();
      const question = new HalvedQuestion((some) => answerTo(reads, some, signal), reads.lately);
      return { askedAt, ...(await question.ask([dossiers])) };
    },
  };
}

/** One call. @throws AppError with disposition `retry` when it brought no answer */
async function answerTo(
  reads: OneStopReads,
  dossiers: readonly AskedDossier[],
  signal: AbortSignal,
): Promise<CallAnswer> {
  try {
    const { rows } = await reads.byCodes(
      dossiers.flatMap((dossier) => codeOf(dossier) ?? []),
      signal,
    );
    return { kind: 'found', found: foundOf(dossiers, rowsOf(rows), MATCHING) };
  } catch (error) {
    const reasonCode = errorCodeOf(error);
    if (isTooMuch({ reasonCode })) return { kind: 'too-much', reasonCode };
    if (LOOK_UP_REFUSED.has(reasonCode)) return { kind: 'refused', reasonCode };
    throw error;
  }
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
    const rows = rowsOf(answer.rows);
    const isRepeat = this.isRepeat(window, page, { given: answer.rows.length, rows });
    if (isRepeat) this.log.warn('onestop.list-repeats', { page });
    return {
      askedAt: answer.askedAt,
      ...listedOf(rows),
      next: !isRepeat && hasNext(page, answer) ? page + 1 : null,
    };
  }

  /** The page before, row by row: asked on and on, such a list would never end. */
  private isRepeat({ from, to }: Window, page: number, told: { given: number; rows: readonly ReadRow[] }): boolean {
    const now = { of: `${from.getTime()}-${to.getTime()}`, page, rows: JSON.stringify(told) };
    const { last } = this;
    this.last = now;
    return told.given > 0 && last.of === now.of && last.page === page - 1 && last.rows === now.rows;
  }
}

/** An empty page is the last one, and a full one never is: `tongSo` may count the rows of the page alone. Else `tongSo` counts: when what was given so far is
 *  not it, a shorter page is no end, since the one-stop may give fewer rows than it was asked for, but there are never more pages than rows. Where it says
 *  nothing usable, a shorter page is the last. */
function hasNext(page: number, { rows, total }: OneStopAnswer): boolean {
  const given = rows.length;
  if (given === 0 || given >= ROWS_PER_PAGE) return given > 0;
  if (total === undefined || total < 1) return false;
  return (page - 1) * ROWS_PER_PAGE + given !== total && page < total;
}

function rowsOf(rows: readonly unknown[]): readonly ReadRow[] {
  return toldOnce(rows.map(rowOf), 'onestop.rows-contradict');
}

function rowOf(value: unknown): ReadRow {
  const row = objectOf(value) ?? {};
  const changedAt = instantField(row['thoiGianCapNhat']);
  return namedRow(
    'onestop',
    { dvclt: row['maHoSoLT'], oneStop: row['maHoSoMCDT'] },
    { status: portalStatusOf(row['trangThai']), ...(changedAt === undefined ? {} : { changedAt }) },
  );
}
