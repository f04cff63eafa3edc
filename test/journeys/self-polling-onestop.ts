import { randomUUID } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import type { Installation } from '../support/installation';

type Fields = Record<string, unknown>;

/** Log-ins of the two systems that the one-stop calls itself, as the installation was started with them. */
export interface OneStopLogIns {
  dvclt: { username: string; password: string };
  onestop: { username: string; password: string };
}

const xml = new XMLParser({ parseTagValue: false, trimValues: false });
const two = (text: string): string => text.padStart(2, '0');

/** A one-stop that polls DVCLT itself (`intake: onestop`, CONTRACTS §2): it lists, receives into its own desk, hands each dossier to our API,
 *  and acknowledges. The desk is the simulated one-stop, whose officers decide as always; only this client is the test's. */
export class SelfPollingOneStop {
  /** Calls it made, to be told from ours. */
  readonly made = { lists: 0, details: 0, acknowledgements: 0, receptions: 0 };
  private readonly tokens = new Map<string, string>();

  constructor(
    private readonly installation: Installation,
    private readonly logIns: OneStopLogIns,
  ) {}

  /** One round over DVCLT's list. Returns the codes that it took. */
  async poll(): Promise<string[]> {
    this.made.lists += 1;
    const { data: rows } = await this.ask<{ data: Fields[] }>('dvclt', 'GET', '/api/lienthongdvclt/hosolienthong');
    for (const row of rows) await this.take(row);
    return rows.map((row) => String(row['maHoSo']));
  }

  private async take(row: Fields): Promise<void> {
    this.made.details += 1;
    const { data: outer } = await this.ask<{ data: Fields }>(
      'dvclt',
      'GET',
      `/api/lienthongdvclt/hosolienthong/${String(row['id'])}`,
    );
    const inner = JSON.parse(String(outer['data'])) as Fields;
    const [root] = Object.values(
      xml.parse(String(inner['data'])) as Record<string, { hoTich: Record<string, string> }>,
    );
    const dossier = filingOf(outer, root.hoTich, inner['fileDinhKem'] as Fields[]);
    this.made.receptions += 1;
    const reply = await this.ask<Fields>('onestop', 'POST', '/api/motcua/tiepNhanHoSo', receptionOf(outer, dossier));
    if (reply['status'] !== '1') throw new Error(`the desk refused: ${String(reply['statusDescription'])}`);
    const oneStopCode = String(reply['maHoSoMCDT']);
    const answer = await this.installation.file({ ...dossier, oneStopCode }, randomUUID());
    if (answer.status !== 202) throw new Error(`our API refused: ${answer.status} ${await answer.text()}`);
    this.made.acknowledgements += 1;
    const code = dossier.dvcltCode;
    await this.ask('dvclt', 'PUT', '/api/lienthongdvclt/hosolienthong/danhan', { maHoSo: code, daNhan: true });
  }

  private async ask<T>(system: keyof OneStopLogIns, method: string, path: string, body?: object): Promise<T> {
    const { simulatorsUrl } = this.installation.stack;
    const token = this.tokens.get(system) ?? (await this.logIn(system));
    const response = await fetch(`${simulatorsUrl}/${system}${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${system} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  private async logIn(system: keyof OneStopLogIns): Promise<string> {
    const { username: userName, password } = this.logIns[system];
    const response = await fetch(`${this.installation.stack.simulatorsUrl}/${system}/api/token/gettoken`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userName, password }),
    });
    const { token } = (await response.json()) as { token: string };
    this.tokens.set(system, token);
    return token;
  }
}

type Filing = ReturnType<typeof filingOf>;

/** Body of `POST /api/v1/dossiers` without the one-stop's code. */
function filingOf(outer: Fields, leaves: Record<string, string>, files: readonly Fields[]) {
  const isBirth = outer['module'] === 'KS';
  const person = (prefix: string): { name: string; identityNumber?: string } => {
    const number = leaves[`${prefix}SoGiayToTuyThan`] ?? '';
    const isCard = leaves[`${prefix}LoaiGiayToTuyThan`] === '4' && /^\d{12}$/.test(number);
    return { name: leaves[`${prefix}HoTen`], ...(isCard ? { identityNumber: number } : {}) };
  };
  return {
    dvcltCode: String(outer['maHoSo']),
    procedureCode: String(outer['maTTHC']).slice(0, 8),
    module: isBirth ? ('KS' as const) : ('KT' as const),
    unit: String(outer['maDonVi']),
    receivedAt: instantOf(String(outer['ngayTiepNhan'])),
    subject: person(isBirth ? 'nks' : 'nkt'),
    requester: person('nyc'),
    content: leaves,
    attachments: files,
  };
}

/** What the desk of the one-stop wants to have (CONTRACTS §1.2 *tiepNhanHoSo*). */
function receptionOf(
  outer: Fields,
  { dvcltCode, module, unit, subject, requester, content, attachments }: Filing,
): object {
  const person = ({ name, identityNumber }: Filing['subject']): object => ({
    hoTen: name,
    ...(identityNumber ? { soDinhDanh: identityNumber } : {}),
  });
  return {
    maHoSoLT: dvcltCode,
    maTTHC: module === 'KS' ? '3.000722' : '2.002913',
    module,
    maDonVi: unit.padStart(5, '0'),
    ngayTiepNhan: outer['ngayTiepNhan'],
    chuHoSo: person(subject),
    nguoiNop: person(requester),
    duLieu: content,
    fileDinhKem: attachments.filter((file) => file['huyGiayTo'] === 0),
  };
}

/** dd/MM/yyyy HH:mm:ss of local time as RFC 3339. */
function instantOf(text: string): string {
  const [, day, month, year, time] = /^(\d+)\/(\d+)\/(\d{4}) (\d\d:\d\d:\d\d)$/.exec(text) ?? [];
  if (!year) throw new Error('ngayTiepNhan has another form');
  return `${year}-${two(month)}-${two(day)}T${time}+07:00`;
}
