import { createHash } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import { FiredFaults } from '../faults/fired-faults';
import { renderDetail } from '../dvclt/render-detail';
import { CaseGenerator, COMMUNES } from './case-generator';
import { SamplePdf } from './sample-pdf';
import type { SimCase } from './sim-case';

const NOW_MS = Date.UTC(2026, 10, 2, 3);
const order = { kind: 'birth', count: 100, scenario: 'happy-path', seed: 42 } as const;
const generator = () => new CaseGenerator(() => NOW_MS, 1);

describe('generated cases', () => {
  it('have the same content for the same seed and no code twice', () => {
    const one = generator();
    const [first, second] = [one.generate(order), one.generate(order)];
    expect(new Set([...first, ...second].map((simCase) => simCase.code)).size).toBe(200);
    expect(second.map(({ content }) => content['nksHoTen'])).toEqual(first.map(({ content }) => content['nksHoTen']));
  });

  it.each(['birth', 'death'] as const)('of kind %s keep the rules of synthetic data', (kind) => {
    const cases = generator().generate({ ...order, kind });
    const numbers = cases.flatMap(({ content }) =>
      Object.entries(content).filter(([name, value]) => name.includes('SoGiayTo') && value !== ''),
    );
    expect(numbers.every(([, value]) => value.startsWith('999'))).toBe(true);
    expect(cases.every(({ unit, content }) => COMMUNES.includes(unit) && content['noiDangKy'] === unit)).toBe(true);
    expect(cases.every(({ code }) => /^G22\.99\.0[89]-261102-\d{6}$/.test(code))).toBe(true);
    expect(cases.some(({ attachments }) => attachments.some((file) => file.huyGiayTo !== 0))).toBe(true);
    expect(new Set(cases.map((simCase) => simCase.procedureCode)).size).toBe(kind === 'birth' ? 4 : 3);
  });

  it('give twins one mother and two birth papers', () => {
    const [first, second] = generator().generate({ ...order, count: 2, scenario: 'twins' }) as [SimCase, SimCase];
    expect(second.content['meSoGiayToTuyThan']).toBe(first.content['meSoGiayToTuyThan']);
    expect(second.content['maGCS']).not.toBe(first.content['maGCS']);
    expect(second.unit).toBe(first.unit);
  });

  it('change telephone number and papers in a supplement and keep the code', () => {
    const one = generator();
    const [simCase] = one.generate(order) as [SimCase];
    const supplement = one.supplementOf(simCase);
    expect(supplement.content['nycSoDienThoai']).not.toBe(simCase.content['nycSoDienThoai']);
    expect(supplement.attachments.length).toBe(simCase.attachments.length + 1);
  });
});

describe('detail of a dossier', () => {
  it('nests JSON, a JSON string and an XML string, with the commune as an integer', () => {
    const [simCase] = generator().generate({ ...order, facts: { unit: '00123' } }) as [SimCase];
    const outer = JSON.parse(JSON.stringify(renderDetail(7001, simCase, FiredFaults.none))) as {
      data: Record<string, unknown>;
    };
    expect(outer.data['maDonVi']).toBe(123);
    expect(outer.data['fileDinhKem']).toEqual([]);
    const inner = JSON.parse(String(outer.data['data'])) as {
      maHoSo: string;
      data: string;
      fileDinhKem: Record<string, unknown>[];
    };
    expect(inner.maHoSo).toBe(simCase.code);
    const xml = new XMLParser({ parseTagValue: false, trimValues: false }).parse(inner.data) as {
      hoSo: { hoTich: Record<string, string> };
    };
    expect(xml.hoSo.hoTich).toEqual(simCase.content);
    expect(xml.hoSo.hoTich['noiDangKy']).toBe('00123');
    expect(inner.fileDinhKem.map((file) => file['tenTepDinhKem'])).toEqual(
      simCase.attachments.map((file) => file.tenTepDinhKem),
    );
  });

  it('holds papers that are PDF, differ from each other and grow as asked', async () => {
    const pdf = await SamplePdf.create();
    const papers = [pdf.base64(1), pdf.base64(2), pdf.base64(1, 100_000)].map((text) => Buffer.from(text, 'base64'));
    expect(papers.every((paper) => paper.subarray(0, 5).toString() === '%PDF-')).toBe(true);
    expect(papers[0]?.includes('MAU - KHONG CO GIA TRI')).toBe(true);
    expect(new Set(papers.map((paper) => createHash('sha256').update(paper).digest('hex'))).size).toBe(3);
    expect(papers[2]?.length).toBe(100_000);
  });
});
