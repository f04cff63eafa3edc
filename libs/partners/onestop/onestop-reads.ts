import { AppError, type Clock } from '#platform';
import { AnswersLately } from '../answers-lately';
import type { AdapterDeps } from '../config/adapter-deps';
import { urlOf } from '../config/partner-config';
import type { JsonObject } from '../http/answer-json';
import { readFailure } from '../http/partner-call';
import { codeText } from '../wire/code-text';
import { formatInstant } from '../wire/dates';
import { integerOf, objectOf, textOf } from '../wire/fields';
import { instantField } from '../wire/instant-field';
import { jsonBody } from '../wire/json-body';
import type { OneStopCall, OneStopCalls } from './onestop-calls';

/** A dossier as the one-stop has it (`traCuuHoSo`). */
export interface OneStopRow {
  dvcltCode?: string;
  oneStopCode: string;
  /** MC 1-10. */
  status?: number;
  updatedAt?: Date;
}

/** Rows of one answer, not yet read. */
export interface OneStopAnswer {
  /** Before the call left. */
  askedAt: Date;
  rows: readonly unknown[];
  /** How many rows there are on all pages together, or on this one; absent when the one-stop does not say. */
  total?: number;
}

/** The one-stop answered and told nothing: it refuses the question. */
export const LOOK_UP_REFUSED: ReadonlySet<string> = new Set(['onestop.look-up-unreadable', 'onestop.read-refused']);

/** Codes in one look-up by code, and rows in one page of a look-up by time (CONTRACTS §1.1). */
export const MAX_CODES_PER_LOOK_UP = 50;
export const ROWS_PER_PAGE = 200;

const DATE_FORM = 'dd/MM/yyyy HH:mm:ss';

function filled<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

function rowOf(value: unknown): OneStopRow | undefined {
  const row = objectOf(value) ?? {};
  const oneStopCode = codeText(row['maHoSoMCDT']);
  if (oneStopCode === undefined) return undefined;
  return filled({
    oneStopCode,
    dvcltCode: codeText(row['maHoSoLT']),
    status: integerOf(row['trangThai']),
    updatedAt: instantField(row['thoiGianCapNhat']),
  });
}

/** What the one-stop can be asked about dossiers. Failures are AppErrors with disposition `retry`. */
export class OneStopReads {
  /** Whether look-ups are answered. */
  readonly lately: AnswersLately;

  constructor(
    private readonly deps: AdapterDeps,
    private readonly calls: OneStopCalls,
  ) {
    this.lately = new AnswersLately(deps.clock);
  }

  /** `traCuuHoSo` by code: rows are matched by code, unknown codes are absent.
   *  @throws RangeError above 50 codes (a bug); AppError `onestop.look-up-unreadable` or a failure of the wire */
  async lookUp(codes: readonly string[], signal: AbortSignal): Promise<{ askedAt: Date; rows: readonly OneStopRow[] }> {
    const { askedAt, rows } = await this.byCodes(codes, signal);
    return { askedAt, rows: rows.map(rowOf).filter((row) => row !== undefined) };
  }

  /** As `lookUp`, with every row as it came. @throws as `lookUp` */
  async byCodes(codes: readonly string[], signal: AbortSignal): Promise<OneStopAnswer> {
    if (codes.length > MAX_CODES_PER_LOOK_UP) throw new RangeError(`more than ${MAX_CODES_PER_LOOK_UP} codes`);
    return this.ask({ maHoSo: codes }, signal);
  }

  /** `traCuuHoSo` by time, one page. What the dates select at a real one-stop, the last change or the receipt, is not known (onestop.md §4 is our
   *  proposal); the simulators take the last change. Dates go as local time to the second: the first one is cut, so that nothing of the span is
   *  left out, and the last one is the last whole second before the end, which is not included.
   *  @param page from 1 @throws as `lookUp` */
  async byTime({ from, to }: { from: Date; to: Date }, page: number, signal: AbortSignal): Promise<OneStopAnswer> {
    const last = new Date(Math.ceil(to.getTime() / 1_000) * 1_000 - 1_000);
    const span = { tuNgay: formatInstant(from, DATE_FORM), denNgay: formatInstant(last, DATE_FORM) };
    return this.ask({ ...span, trang: page, soLuong: ROWS_PER_PAGE }, signal);
  }

  private async ask(question: object, signal: AbortSignal): Promise<OneStopAnswer> {
    const askedAt = this.clock.now();
    const url = urlOf(this.deps.config, 'lookUp');
    const json = await this.read({ method: 'POST', url, body: jsonBody(question), isWrite: false }, signal);
    const rows = json['duLieu'] === null ? [] : json['duLieu'];
    if (textOf(json['status']) !== '1' || !Array.isArray(rows))
      throw new AppError({ code: 'onestop.look-up-unreadable', disposition: 'retry' });
    this.lately.answered();
    const total = integerOf(json['tongSo']);
    return { askedAt, rows: rows as readonly unknown[], ...(total === undefined ? {} : { total }) };
  }

  private get clock(): Clock {
    return this.deps.clock;
  }

  private async read(call: OneStopCall, signal: AbortSignal): Promise<JsonObject> {
    const reply = await this.calls.call(call, signal);
    if (reply.kind === 'failed') throw readFailure(reply.result);
    if (reply.httpStatus >= 300) throw new AppError({ code: 'onestop.read-refused', disposition: 'retry' });
    return reply.json;
  }
}
