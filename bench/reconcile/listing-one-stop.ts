import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readSlashDateTime, slashDateTime } from '../../apps/simulators/server/date-formats';
import type { OneStopRow, PlantedDrift } from './planted-drift';

const MAX_CODES = 50;
const MAX_PAGE = 200;
const SECOND_MS = 1_000;

/** Calls that it was asked, log-ins left out. */
export interface OneStopCalls {
  /** Pages of the list that were answered. */
  pages: number;
  /** Look-ups by code that were answered. */
  lookUps: number;
  /** Answered 429, since they came faster than the limit allows. */
  refused: number;
}

interface Question {
  maHoSo?: unknown;
  tuNgay?: unknown;
  denNgay?: unknown;
  trang?: unknown;
  soLuong?: unknown;
}

/** A one-stop that serves `traCuuHoSo` (CONTRACTS §1.1) from rows that are made when they are asked for, and refuses what is faster than its limit. The
 *  simulators would hold a million dossiers in memory and walk through all of them for each page: they would be measured. */
export class ListingOneStop {
  readonly calls: OneStopCalls = { pages: 0, lookUps: 0, refused: 0 };
  private readonly server: Server;
  private tokens: number;
  private filledAtMs = performance.now();

  /** @param perSecond calls that it takes; as many may come at once */
  constructor(
    private readonly drift: PlantedDrift,
    private readonly perSecond: number,
  ) {
    this.tokens = perSecond;
    this.server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.writeHead(500).end());
    });
  }

  /** @returns its base address */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/onestop`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (request.url === '/onestop/api/token/gettoken')
      return send(response, 200, { token: 'bench', expiration: new Date(Date.now() + 86_400_000).toISOString() });
    if (request.url !== '/onestop/api/motcua/traCuuHoSo') return send(response, 404, {});
    if (!this.isAllowed()) {
      this.calls.refused += 1;
      response.setHeader('retry-after', '1');
      return send(response, 429, {});
    }
    const question = JSON.parse(body) as Question;
    send(response, 200, question.maHoSo === undefined ? this.page(question) : this.found(question.maHoSo));
  }

  private page({ tuNgay, denNgay, trang = 1, soLuong = MAX_PAGE }: Question): object {
    const [from, to] = [readSlashDateTime(String(tuNgay)), readSlashDateTime(String(denNgay))];
    const [page, size] = [Number(trang), Number(soLuong)];
    if (from === null || to === null || !(page >= 1) || !(size >= 1 && size <= MAX_PAGE))
      return { status: '0', statusDescription: 'sai định dạng', errorCode: 'VALIDATION' };
    this.calls.pages += 1;
    // A time is told in whole seconds: the last one counts whole.
    const { total, rows } = this.drift.rowsChanged(from, to + SECOND_MS - 1, (page - 1) * size, size);
    return success(total, rows);
  }

  private found(codes: unknown): object {
    if (!Array.isArray(codes) || codes.length > MAX_CODES)
      return { status: '0', statusDescription: `maHoSo tối đa ${MAX_CODES} mã`, errorCode: 'VALIDATION' };
    this.calls.lookUps += 1;
    const rows = codes.flatMap((code) => this.drift.rowsOf(String(code)));
    return success(rows.length, rows);
  }

  private isAllowed(): boolean {
    const nowMs = performance.now();
    this.tokens = Math.min(this.perSecond, this.tokens + ((nowMs - this.filledAtMs) * this.perSecond) / SECOND_MS);
    this.filledAtMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

function success(total: number, rows: readonly OneStopRow[]): object {
  const listed = rows.map(({ dvclt, oneStop, status, changedAtMs }) => ({
    maHoSoLT: dvclt,
    maHoSoMCDT: oneStop,
    trangThai: status,
    thoiGianCapNhat: slashDateTime(changedAtMs),
  }));
  return { status: '1', statusDescription: 'Thành công', tongSo: total, duLieu: listed };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
