import type { SamplePdf } from '../cases/sample-pdf';
import type { SimAttachment, SimCase } from '../cases/sim-case';

/** One element of the list, or the head of the detail (dvclt.md §2). `maDonVi` is an integer: leading zeros are lost (Q28). */
export function listingOf(id: string | number, simCase: SimCase) {
  return { id, ...headOf(simCase) };
}

function headOf(simCase: SimCase) {
  return {
    maDonVi: Number(simCase.unit),
    maTTHC: simCase.procedureCode,
    module: simCase.module,
    maHoSo: simCase.code,
    ngayTiepNhan: simCase.receivedAt,
    techId: simCase.techId,
  };
}

/**
 * The detail in its three nested encodings (dvclt.md §3, Q07): JSON, in it `data` as a JSON string, in that `data` as an XML
 * string. The files stand in the inner object, withdrawn ones included (Q22); the outer list is empty.
 */
export function renderDetail(id: string | number, simCase: SimCase, pdf: SamplePdf) {
  const inner = {
    ...headOf(simCase),
    data: renderXml(simCase.content),
    fileDinhKem: simCase.attachments.map((file) => renderFile(file, pdf)),
  };
  return { data: { ...listingOf(id, simCase), data: JSON.stringify(inner), fileDinhKem: [] } };
}

function renderXml(content: Readonly<Record<string, string>>): string {
  let leaves = '';
  for (const name in content) leaves += `<${name}>${escaped(content[name])}</${name}>`;
  return `<hoSo><hoTich>${leaves}</hoTich></hoSo>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function renderFile({ serial, minBytes, ...file }: SimAttachment, pdf: SamplePdf) {
  return { ...file, duLieuTepDinhKem: pdf.base64(serial, minBytes) };
}
