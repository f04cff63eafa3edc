import { slashDate, slashDateTime } from '../server/date-formats';
import type { Call } from '../server/call';
import { fieldsOf } from '../server/fields';
import { jsonReply, type Reply } from '../server/reply';
import type { SeededRandom } from '../server/seeded-random';
import { isInCatalogue } from './catalogues';
import type { RegistryRecord } from './registry-record';
import { batchLimitText, HOTICH_TEXTS } from './texts';

const BATCH_LIMIT = 3;
/** A status outside 1, 2, 3, 4, 6 (hotich.md §4). */
const MEANINGLESS_STATUS = 9;

/** `POST …/layKetQuaDKHT` (hotich.md §4): one module per call, rows in any order, unknown codes absent. */
export function pollResults(call: Call, records: ReadonlyMap<string, RegistryRecord>, random: SeededRandom): Reply {
  const { maDinhDanhHoSo, maTinh, module } = fieldsOf(call.body);
  const limit = Number(call.faults.value('batchLimit') ?? BATCH_LIMIT);
  if (!Array.isArray(maDinhDanhHoSo) || maDinhDanhHoSo.length === 0)
    return refusal('maDinhDanhHoSo không được để trống');
  if (maDinhDanhHoSo.length > limit) return refusal(batchLimitText(limit));
  if (!isInCatalogue('province', String(maTinh), null)) return refusal('maTinh không tồn tại');
  if (module !== 'LTKS' && module !== 'LTKT') return refusal('module không tồn tại');
  const rows = maDinhDanhHoSo.flatMap((code) => rowsFor(String(code), module, { call, records }));
  if (rows.length === 0) return refusal(HOTICH_TEXTS.notFound);
  return jsonReply(200, { status: 1, statusDescription: HOTICH_TEXTS.found, value: random.shuffled(rows) });
}

function refusal(statusDescription: string): Reply {
  return jsonReply(200, { status: 0, statusDescription, value: [] });
}

interface PollContext {
  readonly call: Call;
  readonly records: ReadonlyMap<string, RegistryRecord>;
}

function rowsFor(code: string, module: string, { call, records }: PollContext): object[] {
  const record = records.get(code);
  if (record !== undefined && record.module === module) return [rowOf(record, call)];
  return call.faults.value('unknownRow') === 'garbage' ? [unknownRow(code, module)] : [];
}

function unknownRow(code: string, module: string): object {
  return {
    maDonVi: null,
    maTinh: '99',
    module,
    maHoSoLT: null,
    maHoSoMCDT: code,
    errors: HOTICH_TEXTS.unknownRow,
    trangThai: MEANINGLESS_STATUS,
  };
}

function rowOf(record: RegistryRecord, call: Call): object {
  const hasOfficer = record.state !== 1;
  return {
    maDonVi: record.unit,
    maTinh: '99',
    module: record.module,
    maHoSoLT: record.dvcltCode,
    maHoSoMCDT: record.oneStopCode,
    errors: null,
    trangThai: call.faults.isOn('codeAsString') ? String(record.state) : record.state,
    thoiGianThucHien: slashDateTime(record.changedAtMs),
    ghiChu: null,
    ketQuaXuLy: record.state === 4 ? resultOf(record, call) : null,
    nguoiXuLy: hasOfficer ? 'Cán bộ hộ tịch mẫu' : null,
    chucDanh: hasOfficer ? 'Công chức tư pháp - hộ tịch' : null,
    phongBanXuLy: hasOfficer ? 'Bộ phận hộ tịch mẫu' : null,
    noiDungXuLy: record.note,
    hanBoSungHoSo: record.state === 2 && record.deadlineAtMs !== null ? slashDate(record.deadlineAtMs) : null,
  };
}

/** Q19 and Q08: no file, no result, no number, a file that comes late, JSON text instead of an object. */
function resultOf(record: RegistryRecord, call: Call): unknown {
  record.completedPolls += 1;
  const lateAfter = Number(call.faults.value('fileLateAfter') ?? 0);
  const missing = record.completedPolls <= lateAfter ? 'file' : call.faults.value('completedNoFile');
  const result = without(record, missing);
  return call.faults.isOn('resultAsString') && result !== null ? JSON.stringify(result) : result;
}

function without(record: RegistryRecord, missing: unknown): object | null {
  const result = record.result ?? {};
  if (missing === 'result') return null;
  if (missing === 'number') return { ...result, soDinhDanh: null };
  return missing === 'file' ? { ...result, [record.module === 'LTKS' ? 'giayKhaiSinh' : 'giayKhaiTu']: '' } : result;
}
