import { slashDate, slashDateTime } from '../server/date-formats';
import type { Call } from '../server/call';
import type { FiredFaults } from '../faults/fired-faults';
import { fieldsOf, type Fields } from '../server/fields';
import { jsonReply, type Reply } from '../server/reply';
import type { World } from '../world';
import { withoutAreaCodes } from '../variants/area-variant';
import { lineBreak } from '../variants/break-variant';
import { withNameShape } from '../variants/content-variant';
import { withDateVariant } from '../variants/date-variant';
import { isInCatalogue } from './catalogues';
import type { RegistryRecord } from './registry-record';
import { resultOf } from './result-of';

const BATCH_LIMIT = 3;
/** A status outside 1, 2, 3, 4, 6 (hotich.md §4). */
const MEANINGLESS_STATUS = 9;

type Records = ReadonlyMap<string, RegistryRecord>;

/**
 * `POST …/layKetQuaDKHT` (hotich.md §4): one module per call, rows in any order, unknown codes absent. A switch with a code
 * changes the row of that dossier only, unless it concerns the whole answer.
 */
export function pollResults(call: Call, records: Records, world: World): Reply {
  const { maDinhDanhHoSo, maTinh, module } = fieldsOf(call.body);
  const texts = world.texts.hotich;
  const limit = Number(call.faults.value('batchLimit') ?? BATCH_LIMIT);
  if (!Array.isArray(maDinhDanhHoSo) || maDinhDanhHoSo.length === 0)
    return refusal(texts.say('empty', { field: 'maDinhDanhHoSo' }));
  if (maDinhDanhHoSo.length > limit) return refusal(texts.say('batchLimit', { limit }));
  if (!isInCatalogue('province', String(maTinh), null)) return refusal('maTinh không tồn tại');
  if (module !== 'LTKS' && module !== 'LTKT') return refusal('module không tồn tại');
  const rows = maDinhDanhHoSo.flatMap((code) => rowsFor(String(code), module, { call, records, world }));
  if (rows.length === 0) return refusal(texts.say('notFound'));
  const value = world.random.shuffled(rows);
  return { ...jsonReply(200, { status: 1, statusDescription: texts.say('found'), value }), papers: world.pdf };
}

function refusal(statusDescription: string): Reply {
  return jsonReply(200, { status: 0, statusDescription, value: [] });
}

interface PollContext {
  readonly call: Call;
  readonly records: Records;
  readonly world: World;
}

function rowsFor(code: string, module: string, { call, records, world }: PollContext): object[] {
  const faults = call.faults.forDossier(world.cases.aliasesOf(code));
  const record = records.get(code);
  const unknown = faults.value('unknownRow');
  // A rule that names the dossier treats it as unknown; one that names none concerns only what really is.
  const isKnown = record !== undefined && record.module === module && !faults.isAimed('unknownRow');
  if (isKnown) return [rowOf(record, faults)];
  return unknown === 'garbage' ? [garbageRow(code, module, world)] : [];
}

function garbageRow(code: string, module: string, world: World): object {
  return {
    maDonVi: null,
    maTinh: '99',
    module,
    maHoSoLT: null,
    maHoSoMCDT: code,
    errors: world.texts.hotich.say('unknownRow'),
    trangThai: MEANINGLESS_STATUS,
    thoiGianThucHien: null,
    ghiChu: null,
    ketQuaXuLy: null,
    nguoiXuLy: null,
    chucDanh: null,
    phongBanXuLy: null,
    noiDungXuLy: null,
    hanBoSungHoSo: null,
  };
}

function rowOf(record: RegistryRecord, faults: FiredFaults): object {
  const hasOfficer = record.state !== 1;
  const row: Fields = {
    maDonVi: record.unit,
    maTinh: '99',
    module: record.module,
    maHoSoLT: record.dvcltCode,
    maHoSoMCDT: record.oneStopCode,
    errors: null,
    trangThai: faults.isOn('codeAsString') ? String(record.state) : record.state,
    thoiGianThucHien: slashDateTime(record.changedAtMs),
    ghiChu: null,
    ketQuaXuLy: record.state === 4 ? resultOf(record, faults) : null,
    nguoiXuLy: hasOfficer ? 'Cán bộ hộ tịch mẫu' : null,
    chucDanh: hasOfficer ? 'Công chức tư pháp - hộ tịch' : null,
    phongBanXuLy: hasOfficer ? 'Bộ phận hộ tịch mẫu' : null,
    noiDungXuLy: faults.isOn('corruptBreaks') ? twoLines(record.note, faults) : record.note,
    hanBoSungHoSo: record.state === 2 && record.deadlineAtMs !== null ? slashDate(record.deadlineAtMs) : null,
  };
  const { maTinh, ...spelled } = withNameShape(withDateVariant(row, faults), faults);
  return {
    ...spelled,
    maTinh: faults.isOn('emptyArea') ? null : maTinh,
    ketQuaXuLy: withoutAreaCodes(spelled['ketQuaXuLy'], faults),
  };
}

/** A note of two lines whose break is corrupt (Q36). */
function twoLines(note: string, faults: FiredFaults): string {
  return `${note}${lineBreak(faults)}Dòng thứ hai mẫu`;
}
