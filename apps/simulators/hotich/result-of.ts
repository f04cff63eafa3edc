import { paperMark } from '../cases/paper-marks';
import type { FiredFaults } from '../faults/fired-faults';
import type { Fields } from '../server/fields';
import { withNameShape } from '../variants/content-variant';
import { withDateVariant } from '../variants/date-variant';
import { readLatePart } from './late-part';
import type { RegistryRecord } from './registry-record';

const PAPER = { LTKS: 'giayKhaiSinh', LTKT: 'giayKhaiTu' } as const;

/**
 * `ketQuaXuLy` of a completed row with its switches: no file, no result, no number, a file that comes late (Q19), JSON text in
 * place of an object (Q08), a large file or an address in its place (Q20); and what the officer himself withholds.
 */
export function resultOf(record: RegistryRecord, faults: FiredFaults): unknown {
  record.completedPolls += 1;
  const late = readLatePart(faults.value('fileLateAfter'));
  const isLate = late !== null && record.completedPolls <= late.rows;
  const missing = isLate ? late.missing : (faults.value('completedNoFile') ?? record.withheld);
  const result = without(record, missing, faults);
  return faults.isOn('resultAsString') && result !== null ? JSON.stringify(result) : result;
}

function without(record: RegistryRecord, missing: unknown, faults: FiredFaults): Fields | null {
  if (missing === 'result') return null;
  const spelled = withNameShape(withDateVariant(record.result ?? {}, faults), faults);
  const result = withPaper(spelled, PAPER[record.module], faults);
  if (missing === 'number') return { ...result, soDinhDanh: null };
  return missing === 'file' ? { ...result, [PAPER[record.module]]: '' } : result;
}

function withPaper(result: Fields, field: string, faults: FiredFaults): Fields {
  const inline = faults.value('fileInline');
  if (inline === false)
    return { ...result, [field]: `http://tep.hotich.test/${field}/${String(result['soDangKy'])}.pdf` };
  if (typeof inline !== 'number') return result;
  return { ...result, [field]: paperMark(Number(result['soDangKy']), inline) };
}
