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

/** An officer's decision as `suKien` lists it (CONTRACTS §1.1), in our words. */
export interface PolledDecision {
  position: number;
  dvcltCode?: string;
  oneStopCode?: string;
  decision: 'accept' | 'request-supplement' | 'refuse' | 'hand-over' | 'withdraw' | 'require-fee' | 'stop';
  decidedAt: Date;
  officer: { name?: string; title?: string; department?: string };
  note?: string;
  supplementDeadline?: Date;
}

/** A row that could not be understood: kept for quarantine, never dropped (law 4). */
export interface UnreadableDecision {
  position?: number;
  row: unknown;
  reason: string;
}

const DECISIONS: Readonly<Record<string, PolledDecision['decision']>> = {
  TIEP_NHAN: 'accept',
  YEU_CAU_BO_SUNG: 'request-supplement',
  TU_CHOI: 'refuse',
  TRA_KET_QUA: 'hand-over',
  RUT: 'withdraw',
  YEU_CAU_PHI: 'require-fee',
  DUNG: 'stop',
};

/** Codes in one look-up by code (CONTRACTS §1.1). */
export const MAX_CODES_PER_LOOK_UP = 50;

function dateOf(value: unknown): Date | undefined {
  const date = parsePartnerDate(textOf(value) ?? '');
  return date === undefined ? undefined : instantOf(date);
}

function filled<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

function decisionOf(value: unknown): PolledDecision | UnreadableDecision {
  const row = objectOf(value) ?? {};
  const position = integerOf(row['viTri']);
  const decision = DECISIONS[filledText(row['suKien']) ?? ''];
  const decidedAt = dateOf(row['thoiGian']);
  const codes = { dvcltCode: filledText(row['maHoSoLT']), oneStopCode: filledText(row['maHoSoMCDT']) };
  const broken = (reason: string): UnreadableDecision => filled({ position, row: value, reason });
  if (position === undefined) return broken('viTri is missing');
  if (decision === undefined) return broken('suKien is none of the known ones');
  if (decidedAt === undefined) return broken('thoiGian has no readable form');
  if (Object.values(codes).every((code) => code === undefined)) return broken('neither maHoSoLT nor maHoSoMCDT');
  const officer = filled({
    name: filledText(row['nguoiXuLy']),
    title: filledText(row['chucDanh']),
    department: filledText(row['phongBanXuLy']),
  });
  const rest = { note: filledText(row['noiDungXuLy']), supplementDeadline: dateOf(row['hanBoSungHoSo']) };
  return filled({ position, decision, decidedAt, officer, ...codes, ...rest });
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

/** What the one-stop can be asked: dossiers by code, decisions by position. Failures are AppErrors with disposition `retry`. */
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

  /** `suKien`: decisions after a position, in order, for `decisions: poll`.
   *  @param after position of the last one that was stored; 0 at first
   *  @returns `next`, the position to ask from when all of these are stored */
  async pollDecisions(
    after: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ next: number; decisions: readonly PolledDecision[]; unreadable: readonly UnreadableDecision[] }> {
    const url = `${urlOf(this.deps.config, 'events')}?sauViTri=${after}&soLuong=${limit}`;
    const json = await this.read({ method: 'GET', url, isWrite: false }, signal);
    const rows = json['duLieu'] === null ? [] : json['duLieu'];
    if (!Array.isArray(rows)) throw new AppError({ code: 'onestop.events-unreadable', disposition: 'retry' });
    const read = rows.map(decisionOf);
    const decisions = read
      .filter((row): row is PolledDecision => 'decision' in row)
      .sort((left, right) => left.position - right.position);
    const positions = read.map((row) => row.position ?? after);
    const next = integerOf(json['viTriTiep']) ?? Math.max(after, ...positions);
    return {
      next: Math.max(after, next),
      decisions,
      unreadable: read.filter((row): row is UnreadableDecision => 'reason' in row),
    };
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
