import { Readable } from 'node:stream';
import type { DeliveryTask } from '../ports';
import { knownValues } from './known-values';

const task = {
  dossier: { codes: { dvclt: 'G22.99.08-260302-000007', oneStop: 'H99.101-260302-0001', registry: ['12/2026'] } },
} as unknown as Pick<DeliveryTask, 'dossier'>;
const of = (body: unknown): string[] => knownValues(task, { body: Buffer.from(JSON.stringify(body)) });

describe('values that a partner may echo', () => {
  it('are the codes and every telling leaf, also of JSON inside JSON', () => {
    const declaration = JSON.stringify({ nksHoTen: 'Nguyễn Văn Mẫu', nksNoiSinh: { dcChiTiet: 'Thôn Một, Xã Mẫu' } });
    expect(
      of({ data: declaration, soDinhDanh: '999085000001', module: 'LTKS', list: [{ x: ' Trần Thị Mẫu ' }] }),
    ).toEqual([
      'G22.99.08-260302-000007',
      'H99.101-260302-0001',
      '12/2026',
      'Nguyễn Văn Mẫu',
      'Thôn Một, Xã Mẫu',
      '999085000001',
      'Trần Thị Mẫu',
    ]);
  });

  it('are found in a body that names its large files', () => {
    const parts = [
      '{"nksHoTen":"Nguyễn Văn Mẫu","file":"',
      { ref: 'file-1', sizeBytes: 9 },
      '","meHoTen":"Trần Thị Mẫu"}',
    ];
    const found = knownValues(task, { body: { parts, sizeBytes: 0, open: () => Readable.from([]) } });
    expect(found).toEqual(expect.arrayContaining(['Nguyễn Văn Mẫu', 'Trần Thị Mẫu']));
  });

  it('are no single short words, no long texts and no files', () => {
    const pdf = Buffer.alloc(3_000, 7).toString('base64');
    expect(of({ a: 'nam', b: 'x '.repeat(200), file: pdf, text: JSON.stringify({ giayKhaiSinh: pdf }) })).toHaveLength(
      3,
    );
  });
});
