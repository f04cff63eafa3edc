import type { Call } from '../server/call';
import { readCompactDateTime } from '../server/date-formats';
import { fieldsOf, isBlank, textOf, type Fields } from '../server/fields';
import type { Reply } from '../server/reply';
import { isState } from './check-dossier';
import { portalReply } from './portal-reply';
import type { PortalStore } from './synchronise';

const BATCH_LIMIT = 10;
const MAX_OFFICER_LENGTH = 50;
const REQUIRED = ['MaHoSo', 'ThoiDiemXuLy', 'NoiDungXuLy', 'TrangThai'];
const DATES = ['ThoiDiemXuLy', 'NgayBatDau', 'NgayKetThucTheoQuyDinh'];

/** `CapNhatTienDoHoSoMC` (dvcqg.md §3): at most 10 rows; a row that is already there has no second effect. */
export function addProgress(call: Call, { dossiers, world }: PortalStore): Reply {
  const { data } = fieldsOf(call.body);
  const limit = Number(call.faults.value('batchLimit') ?? BATCH_LIMIT);
  if (!Array.isArray(data) || data.length === 0) return portalReply(call.faults, -1, 'data không được để trống');
  if (data.length > limit) return portalReply(call.faults, -1, world.texts.dvcqg.say('batchLimit', { limit }));
  const rows = data.map(fieldsOf);
  const complaint = rows
    .map((row) => checkRow(row) ?? missingDossier(row, { dossiers, world }))
    .find((text) => text !== null);
  if (complaint !== undefined) return portalReply(call.faults, -1, complaint);
  for (const row of rows) keepRow(row, { dossiers, world });
  return portalReply(call.faults, 0, world.texts.dvcqg.say('progressed'));
}

function keepRow(row: Fields, { dossiers, world }: Pick<PortalStore, 'dossiers' | 'world'>): void {
  const code = String(row['MaHoSo']);
  const kept = dossiers.get(code)?.progressRows;
  const identity = identityOf(row);
  if (kept === undefined || kept.has(identity)) return;
  kept.add(identity);
  world.ledger.record('dvcqg', 'progress', code, Number(row['TrangThai']));
}

function missingDossier(row: Fields, { dossiers, world }: Pick<PortalStore, 'dossiers' | 'world'>): string | null {
  const dossier = dossiers.get(String(row['MaHoSo']));
  if (dossier === undefined) return world.texts.dvcqg.say('unknownDossier');
  return dossier.isDraft ? world.texts.dvcqg.say('notYetSynchronised') : null;
}

function checkRow(row: Fields): string | null {
  const missing = REQUIRED.find((field) => isBlank(row[field]));
  if (missing !== undefined) return `${missing} không được để trống`;
  const wrongDate = DATES.find((field) => !isBlank(row[field]) && readCompactDateTime(String(row[field])) === null);
  if (wrongDate !== undefined) return `${wrongDate} sai định dạng yyyyMMddHHmmss`;
  if (!isState(row['TrangThai'])) return 'TrangThai sai giá trị';
  const isTooLong = (textOf(row['NguoiXuLy']) ?? '').length > MAX_OFFICER_LENGTH;
  return isTooLong ? `NguoiXuLy vượt quá ${MAX_OFFICER_LENGTH} ký tự` : null;
}

/** CONTRACTS §1.2: what makes a row the same row. */
function identityOf(row: Fields): string {
  return JSON.stringify([row['ThoiDiemXuLy'], String(row['TrangThai']), row['NoiDungXuLy']]);
}
