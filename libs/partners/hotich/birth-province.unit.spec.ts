import { missingProvince, withBirthProvince } from './birth-province';

const areas = { '98': ['tỉnh Mẫu Mới'], '99': ['tỉnh Mẫu', 'T. Mẫu'] };
const place = (text: string, code = ''): Record<string, string> => ({ nksNoiSinh: text, nksNoiSinhDVHC: code });
const named = (text: string): string | undefined =>
  missingProvince(place(text), { areas, emptyAreaCode: 'leave' })?.named;

describe('a birth place without the code of its province', () => {
  it.each([
    ['Bệnh viện Một, xã Mẫu Không, tỉnh Mẫu', '99'],
    ['BỆNH VIỆN MỘT,  XÃ MẪU KHÔNG, TỈNH  MẪU', '99'],
    ['Bệnh viện Một, tỉnh Mẫu'.normalize('NFD'), '99'],
    ['Bệnh viện Một, T. Mẫu', '99'],
    ['Bệnh viện Một, tỉnh Mẫu Mới', '98'],
    ['Bệnh viện Một, tỉnh Mẫu (nay là tỉnh Mẫu Mới)', undefined],
    ['Bệnh viện Một, tỉnh Mẫuu', undefined],
    ['Bệnh viện Một', undefined],
  ])('%s: names %s [Q45]', (text, code) => {
    expect(named(text)).toBe(code);
  });

  it('has nothing to say where the code is given, the place is abroad, or there is no text [Q45]', () => {
    const config = { areas, emptyAreaCode: 'resolve' } as const;
    expect(missingProvince(place('tỉnh Mẫu', '99'), config)).toBeUndefined();
    expect(missingProvince({ ...place('tỉnh Mẫu'), nksNoiSinhNuocNgoai: 'x' }, config)).toBeUndefined();
    expect(missingProvince({ ...place('tỉnh Mẫu'), nksNoiSinhMaTinh: '99' }, config)).toBeUndefined();
    expect(missingProvince(place('  '), config)).toBeUndefined();
  });

  it('fills it only where the configuration says so, and never from a text that names two [Q45]', () => {
    const leaves = place('Bệnh viện Một, tỉnh Mẫu');
    expect(withBirthProvince(leaves, { areas, emptyAreaCode: 'leave' })).toEqual(leaves);
    expect(withBirthProvince(leaves, { areas, emptyAreaCode: 'resolve' })).toEqual({ ...leaves, nksNoiSinhDVHC: '99' });
    const two = place('tỉnh Mẫu hoặc tỉnh Mẫu Mới');
    expect(withBirthProvince(two, { areas, emptyAreaCode: 'resolve' })).toEqual(two);
  });
});
