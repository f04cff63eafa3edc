import { SeededRandom } from '../../apps/simulators/server/seeded-random';

/** What is wrong, in turn: the one-stop has lost a dossier, has it in another state, has it twice, names a state that nobody knows, or has one
 *  under a DVCLT code that is not ours. */
const KINDS = ['lost', 'elsewhere', 'twice', 'unreadable', 'stranger'] as const;
export type DriftKind = (typeof KINDS)[number];

/** The class under which a reconciliation has to find each. */
const CLASS_OF: Readonly<Record<DriftKind, string>> = {
  lost: 'missing-there',
  elsewhere: 'status-differs',
  twice: 'duplicate',
  unreadable: 'unreadable',
  stranger: 'missing-here',
};

/** One dossier in so many differs. */
export const EVERY = 1_000;
/** Of ten dossiers, how many are copies of the template: most of a month are done. */
const TEMPLATE_OF = [0, 0, 0, 0, 0, 0, 0, 0, 1, 2];
/** No state of the one-stop. */
const NO_STATE = 99;
/** Where a dossier may be instead: each has been there, or will be. */
const ELSEWHERE: Readonly<Record<number, number>> = { 10: 9, 9: 4, 4: 9, 2: 1, 1: 2 };
const HOUR_MS = 3_600_000;

/** A row of the one-stop's list. */
export interface OneStopRow {
  dvclt: string;
  oneStop: string;
  status: number;
  changedAtMs: number;
}

export interface DriftOrder {
  /** Our dossiers. */
  count: number;
  seed: number;
  /** When the first was stored, epoch ms. */
  startMs: number;
  /** From each to the next, ms. */
  everyMs: number;
  /** Where the one-stop rightly has the copies of each template. */
  statuses: readonly number[];
}

/** Both sides of the comparison, by number: nothing is kept of a dossier that agrees, so that a million cost nothing. Dossiers are numbered from 0 in the
 *  order in which we stored them; the one-stop changed each an hour later. */
export class PlantedDrift {
  private readonly kinds = new Map<number, DriftKind>();
  /** The one-stop's list in order of change: the number of a dossier, or of its second row or stranger as -1 - number. */
  private readonly listed: Int32Array;

  constructor(private readonly order: DriftOrder) {
    const random = new SeededRandom(order.seed);
    // A second row was made at some other time: it stands on another page.
    const extras = new Map<number, number[]>();
    for (let block = 0; block * EVERY < order.count; block += 1) {
      const place = block * EVERY + random.integer(0, Math.min(EVERY, order.count - block * EVERY) - 1);
      const kind = KINDS[block % KINDS.length];
      this.kinds.set(place, kind);
      const at = kind === 'stranger' ? place : kind === 'twice' ? random.integer(place, order.count - 1) : -1;
      if (at >= 0) extras.set(at, [...(extras.get(at) ?? []), place]);
    }
    this.listed = listOf(order.count, this.kinds, extras);
  }

  /** What is planted, each as `class code` with our DVCLT code or the stranger's. */
  get expected(): ReadonlySet<string> {
    return new Set(
      [...this.kinds].map(([n, kind]) => `${CLASS_OF[kind]} ${kind === 'stranger' ? strangerCode(n) : dvcltCode(n)}`),
    );
  }

  /** Of our dossiers, how many of a kind differ. */
  countOf(kind: DriftKind): number {
    return [...this.kinds.values()].filter((one) => one === kind).length;
  }

  /** Rows that the one-stop changed in `[fromMs, toMs]`, in order of change. @param skip so many of them are left out at the front */
  rowsChanged(fromMs: number, toMs: number, skip: number, limit: number): { total: number; rows: OneStopRow[] } {
    const first = this.firstAfter(fromMs - 1);
    const end = this.firstAfter(toMs);
    const places = Array.from(
      { length: Math.max(0, Math.min(limit, end - first - skip)) },
      (_, at) => first + skip + at,
    );
    return { total: end - first, rows: places.map((place) => this.rowAt(place)) };
  }

  /** Rows under this code, of either kind. */
  rowsOf(code: string): OneStopRow[] {
    const n = Number(/-(\d+)$/.exec(code)?.[1] ?? Number.NaN);
    if (!(n >= 0 && n < this.order.count)) return [];
    const kind = this.kinds.get(n);
    const rows = [
      ...(kind === 'lost' ? [] : [this.row(n)]),
      ...(kind === 'twice' || kind === 'stranger' ? [this.row(-1 - n)] : []),
    ];
    return rows.filter((row) => row.dvclt === code || row.oneStop === code);
  }

  private rowAt(place: number): OneStopRow {
    const entry = this.listed[place];
    return { ...this.row(entry), changedAtMs: this.changedAtMs(place) };
  }

  private row(entry: number): OneStopRow {
    const n = entry < 0 ? -1 - entry : entry;
    const kind = this.kinds.get(n);
    const right = this.order.statuses[templateOf(n)];
    const changedAtMs = this.order.startMs + n * this.order.everyMs + HOUR_MS;
    if (entry < 0 && kind === 'stranger')
      return { dvclt: strangerCode(n), oneStop: secondCode(n), status: 1, changedAtMs };
    if (entry < 0) return { dvclt: dvcltCode(n), oneStop: secondCode(n), status: right, changedAtMs };
    const status = kind === 'elsewhere' ? (ELSEWHERE[right] ?? 1) : kind === 'unreadable' ? NO_STATE : right;
    return { dvclt: dvcltCode(n), oneStop: oneStopCode(n), status, changedAtMs };
  }

  /** A row that stands beside a dossier's was changed at its time. */
  private changedAtMs(place: number): number {
    let at = place;
    while (at > 0 && this.listed[at] < 0) at -= 1;
    return this.order.startMs + Math.max(0, this.listed[at]) * this.order.everyMs + HOUR_MS;
  }

  private firstAfter(ms: number): number {
    let [low, high] = [0, this.listed.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.changedAtMs(middle) > ms) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function listOf(
  count: number,
  kinds: ReadonlyMap<number, DriftKind>,
  extras: ReadonlyMap<number, readonly number[]>,
): Int32Array {
  const second = [...extras.values()].reduce((sum, some) => sum + some.length, 0);
  const lost = [...kinds.values()].filter((kind) => kind === 'lost').length;
  const listed = new Int32Array(count - lost + second);
  let at = 0;
  for (let n = 0; n < count; n += 1) {
    if (kinds.get(n) !== 'lost') listed[at++] = n;
    for (const extra of extras.get(n) ?? []) listed[at++] = -1 - extra;
  }
  return listed;
}

/** Which template the n-th dossier is a copy of. */
export const templateOf = (n: number): number => TEMPLATE_OF[n % TEMPLATE_OF.length];
/** The same in SQL, of an expression. */
export const templateOfSql = (n: string): string =>
  `(array[${TEMPLATE_OF.join(',')}])[(${n}) % ${TEMPLATE_OF.length} + 1]`;

export const DVCLT_PREFIX = 'G22.99.08-261001-';
export const ONE_STOP_PREFIX = 'H99.001-261001-';
export const CODE_DIGITS = 8;

const digits = (n: number): string => String(n).padStart(CODE_DIGITS, '0');
const dvcltCode = (n: number): string => `${DVCLT_PREFIX}${digits(n)}`;
const oneStopCode = (n: number): string => `${ONE_STOP_PREFIX}${digits(n)}`;
const secondCode = (n: number): string => `H99.002-261001-${digits(n)}`;
const strangerCode = (n: number): string => `G22.99.08-261002-${digits(n)}`;
