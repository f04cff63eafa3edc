import { paperMark } from '../cases/paper-marks';
import type { SimAttachment, SimCase } from '../cases/sim-case';
import type { FiredFaults } from '../faults/fired-faults';
import { withEmptyAreas } from '../variants/area-variant';
import { withBoolVariant, withNameShape } from '../variants/content-variant';
import { withDateVariant } from '../variants/date-variant';
import { nestingOf } from '../variants/nesting-variant';

/** One element of the list, or the head of the detail (dvclt.md §2). `maDonVi` is an integer: leading zeros are lost (Q28). */
export function listingOf(id: string | number, simCase: SimCase, faults: FiredFaults) {
  return { id, ...headOf(simCase, faults) };
}

function headOf(simCase: SimCase, faults: FiredFaults) {
  const head = {
    maDonVi: Number(simCase.unit),
    maTTHC: simCase.procedureCode,
    module: simCase.module,
    maHoSo: simCase.code,
    ngayTiepNhan: simCase.receivedAt,
    techId: simCase.techId,
  };
  return withDateVariant(head, faults);
}

/**
 * The detail in its three nested encodings (dvclt.md §3, Q07): JSON, in it `data` as a JSON string, in that `data` as an XML
 * string. The files stand in the inner object, withdrawn ones included (Q22); the outer list is empty. `id` is text
 * here, as in the example there. A mark stands for the bytes of each file (`paperMark`).
 */
export function renderDetail(id: string | number, simCase: SimCase, faults: FiredFaults) {
  const nesting = nestingOf(faults.text('nesting'));
  const inner = {
    ...headOf(simCase, faults),
    data: nesting.xml(contentOf(simCase, faults)),
    fileDinhKem: [...simCase.attachments, ...withdrawnBesides(faults)].map((file) => renderFile(file, faults)),
  };
  return { data: { ...listingOf(String(id), simCase, faults), data: nesting.inner(inner), fileDinhKem: [] } };
}

function contentOf({ content }: SimCase, faults: FiredFaults): Record<string, string> {
  const spelled = withEmptyAreas(withNameShape(withDateVariant({ ...content }, faults), faults), faults);
  if (!faults.isOn('boolVariant')) return spelled;
  const leaves = Object.entries(spelled).map(([name, text]) => [
    name,
    name.endsWith('XacThucThongTin') && text !== '' ? String(withBoolVariant(Number(text), faults)) : text,
  ]);
  return Object.fromEntries(leaves) as Record<string, string>;
}

const WITHDRAWN_MARKS = [1, 2, 9];

/** Papers that the citizen took back, so many as `withdrawnFiles` says, besides those of the case. */
function withdrawnBesides(faults: FiredFaults): SimAttachment[] {
  const count = Number(faults.value('withdrawnFiles') ?? 0);
  return Array.from({ length: count }, (_, index) => ({
    id: 900_000 + index,
    loaiGiayTo: 1,
    tenGiayTo: `Giấy tờ đã hủy mẫu ${index + 1}`,
    tenTepDinhKem: `giay-to-da-huy-${index + 1}.pdf`,
    huyGiayTo: WITHDRAWN_MARKS[index % WITHDRAWN_MARKS.length],
    serial: 900_000 + index,
    minBytes: 0,
  }));
}

function renderFile({ serial, minBytes, ...file }: SimAttachment, faults: FiredFaults) {
  const huyGiayTo = faults.isOn('boolVariant') ? withBoolVariant(file.huyGiayTo, faults) : file.huyGiayTo;
  return { ...file, huyGiayTo, duLieuTepDinhKem: fileText(serial, minBytes, faults) };
}

/** Q20: base64 inline, inline and large, or an address in its place that nobody serves. */
function fileText(serial: number, minBytes: number, faults: FiredFaults): string {
  const inline = faults.value('fileInline');
  if (inline === false) return `http://tep.dvclt.test/giay-to/${serial}.pdf`;
  return paperMark(serial, typeof inline === 'number' ? Math.max(minBytes, inline) : minBytes);
}
