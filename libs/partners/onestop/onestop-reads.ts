import { AppError, type Clock } from '#platform';
import type { AdapterDeps } from '../config/adapter-deps';
import { urlOf } from '../config/partner-config';
import type { JsonObject } from '../http/answer-json';
import { readFailure } from '../http/partner-call';
import { instantOf, parsePartnerDate } from '../wire/dates';
import { filledText, integerOf, objectOf, textOf } from '../wire/fields';
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

/** Codes in one look-up by code (CONTRACTS §1.1). */
export const MAX_CODES_PER_LOOK_UP = 50;

function dateOf(value: unknown): Date | undefined {
  const date = parsePartnerDate(textOf(value) ?? '');
  return date === undefined ? undefined : instantOf(date);
}

function filled<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

function rowOf(value: unknown): OneStopRow | undefined {
  const row = objectOf(value);
  const oneStopCode = filledText(row?.['maHoSoMCDT']);
  if (row === undefined || oneStopCode === undefined) return undefined;
  return filled({
    oneStopCode,
    dvcltCode: filledText(row['maHoSoLT']),
    status: integerOf(row['trangThai']),
    updatedAt: dateOf(row['thoiGianCapNhat']),
  });
}

/** What the one-stop can be asked about dossiers. Failures are AppErrors with disposition `retry`. */
export class OneStopReads {
  constructor(
    private readonly deps: AdapterDeps,
    private readonly calls: OneStopCalls,
  ) {}

  /** `traCuuHoSo` by code: rows are matched by code, unknown codes are absent.
   *  @throws RangeError above 50 codes (a bug); AppError `onestop.look-up-unreadable` or a failure of the wire */
  async lookUp(codes: readonly string[], signal: AbortSignal): Promise<{ askedAt: Date; rows: readonly OneStopRow[] }> {
    if (codes.length > MAX_CODES_PER_LOOK_UP) throw new RangeError(`more than ${MAX_CODES_PER_LOOK_UP} codes`);
    const askedAt = this.clock.now();
    const json = await this.read(
      { method: 'POST', url: urlOf(this.deps.config, 'lookUp'), body: jsonBody({ maHoSo: codes }), isWrite: false },
      signal,
    );
    const rows = json['duLieu'] === null ? [] : json['duLieu'];
    if (textOf(json['status']) !== '1' || !Array.isArray(rows))
      throw new AppError({ code: 'onestop.look-up-unreadable', disposition: 'retry' });
    return { askedAt, rows: rows.map(rowOf).filter((row) => row !== undefined) };
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
