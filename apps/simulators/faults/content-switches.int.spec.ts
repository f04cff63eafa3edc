import { XMLParser } from 'fast-xml-parser';
import { until } from '#testing';
import { fieldsOf, type Fields } from '../server/fields';
import { portalItem, reception, registryPush } from '../testing/messages';
import { Stage } from '../testing/stage';
import { DATE_FORMS } from '../variants/date-variant';

const CODE = 'H99.001-261102-0001';
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const onDetail = (name: string, value?: unknown) =>
  stage.province.fault({ system: 'dvclt', operation: 'detail', switch: name, value, nth: 1 });
const onPoll = (name: string, value?: unknown) =>
  stage.province.fault({ system: 'hotich', operation: 'layKetQuaDKHT', switch: name, value, nth: 1 });
const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: true, trimValues: false, cdataPropName: '' });

function leavesOf(xml: string): Fields {
  const root = Object.entries(fieldsOf(parser.parse(xml.replace('\uFEFF', '')))).find(
    ([name]) => !name.startsWith('?'),
  );
  return fieldsOf(fieldsOf(root?.[1])['hoTich']);
}

function filesOf(inner: Fields): Fields[] {
  return (inner['fileDinhKem'] as unknown[]).map(fieldsOf);
}

describe('nesting', () => {
  it.each(['object', 'twice', 'escaped', 'root', 'attributes', 'cdata', 'spaces', 'declaration', 'references'])(
    'writes the same dossier as %s [Q07]',
    async (variant) => {
      const usual = await stage.detail();
      await onDetail('nesting', variant);
      const { outer, inner, xml, text } = await stage.detail();
      const twice = variant === 'twice' ? fieldsOf(JSON.parse(JSON.parse(String(outer['data'])) as string)) : inner;
      const written = variant === 'twice' ? String(twice['data']) : xml;
      expect(text).not.toBe(usual.text);
      const leaves = leavesOf(written);
      const read = variant === 'references' ? unreferenced(String(leaves['nksHoTen'])) : leaves['nksHoTen'];
      expect(read).toBe(stage.simCase.content['nksHoTen']);
      expect(filesOf(twice)).toEqual(filesOf(usual.inner));
    },
  );

  it.each(['cut-json', 'cut-xml', 'no-hotich'])('breaks a stage of it as %s [Q07]', async (variant) => {
    await onDetail('nesting', variant);
    const { outer, xml } = await stage.detail();
    if (variant === 'cut-json') expect(() => JSON.parse(String(outer['data'])) as unknown).toThrow();
    else expect(leavesOf(xml.includes('</hoSo>') ? xml : '<hoSo/>')).toEqual({});
    expect(leavesOf((await stage.detail()).xml)['nksHoTen']).toBe(stage.simCase.content['nksHoTen']);
  });

  function unreferenced(text: string): string {
    return text.replace(/&#x([0-9a-f]+);/g, (_whole, code: string) => String.fromCodePoint(parseInt(code, 16)));
  }
});

describe('dateVariant', () => {
  const FORM = {
    'dd/MM/yyyy': /^\d\d\/\d\d\/\d{4}$/,
    'dd/MM/yyyy HH:mm:ss': /^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/,
    'dd.MM.yyyy': /^\d\d\.\d\d\.\d{4}$/,
    yyyyMMdd: /^\d{8}$/,
    yyyyMMddHHmm: /^\d{12}$/,
    yyyyMMddHHmmss: /^\d{14}$/,
    'yyyy-MM-dd': /^\d{4}-\d\d-\d\d$/,
    'iso+0000': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/,
    yyyy: /^\d{4}$/,
    'MM.yyyy': /^\d\d\.\d{4}$/,
    'dd/MM/yyyy ': /^\d\d\/\d\d\/\d{4} $/,
  };

  it('knows every form of the reference [Q09]', () => {
    expect(DATE_FORMS).toEqual(Object.keys(FORM));
  });

  it.each(Object.entries(FORM))(
    'spells dates of DVCLT as "%s", in list, head and content [Q09]',
    async (form, pattern) => {
      const fault = { system: 'dvclt', switch: 'dateVariant', value: form };
      await stage.province.fault({ ...fault, operation: 'list' }, { ...fault, operation: 'detail' });
      const [listed] = await stage.province.list();
      const { inner, xml } = await stage.detail();
      const dates = [listed?.['ngayTiepNhan'], inner['ngayTiepNhan'], leavesOf(xml)['ngayCapGCS']];
      for (const date of dates) expect(date).toMatch(pattern);
      expect(stage.simCase.receivedAt).toMatch(FORM['dd/MM/yyyy HH:mm:ss']);
    },
  );

  it('concerns only the named fields, or gives each another form', async () => {
    await onDetail('dateVariant', { form: 'yyyy', fields: ['ngayCapGCS'] });
    const named = await stage.detail();
    expect([named.inner['ngayTiepNhan'], leavesOf(named.xml)['ngayCapGCS']]).toEqual([
      stage.simCase.receivedAt,
      expect.stringMatching(FORM.yyyy),
    ]);
    await onDetail('dateVariant', 'mixed');
    const leaves = leavesOf((await stage.detail()).xml);
    const changed = Object.entries(stage.simCase.content).filter(([name, text]) => leaves[name] !== text);
    expect(new Set(changed.map(([name]) => String(leaves[name]).replace(/\d/g, '0'))).size).toBeGreaterThan(2);
  });

  it('concerns only the row of its dossier in the list', async () => {
    const [other] = stage.simulators.order({ kind: 'birth', count: 1, scenario: 'happy-path', seed: 4 });
    await stage.province.fault({ system: 'dvclt', switch: 'dateVariant', value: 'yyyyMMdd', code: stage.simCase.code });
    const rows = await stage.province.list();
    const received = (code: string) => rows.find((row) => row['maHoSo'] === code)?.['ngayTiepNhan'];
    expect([received(stage.simCase.code), received(other.code)]).toEqual([
      expect.stringMatching(FORM.yyyyMMdd),
      other.receivedAt,
    ]);
  });

  it('reaches the rows of hộ tịch, of the portal and of the one-stop', async () => {
    await stage.registered(CODE);
    await onPoll('dateVariant', 'yyyy-MM-dd');
    const [row] = await stage.poll(CODE);
    expect([row?.['thoiGianThucHien'], fieldsOf(row?.['ketQuaXuLy'])['ngayDangKy']]).toEqual([
      expect.stringMatching(FORM['yyyy-MM-dd']),
      expect.stringMatching(FORM['yyyy-MM-dd']),
    ]);
    const compact = { switch: 'dateVariant', value: 'dd.MM.yyyy' };
    await stage.province.fault({ system: 'dvcqg', ...compact }, { system: 'onestop', ...compact });
    await stage.province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(CODE, 1)] });
    const found = fieldsOf((await stage.province.portal('TraCuuHoSo', { mahoso: CODE })).json)['result'];
    expect(found).toMatchObject([{ NgayTiepNhan: '02.11.2026', NgayHenTra: '02.11.2026' }]);
    await stage.province.receive(reception(stage.simCase));
    await until(() => stage.order('onestop', 'status').includes(2), 5_000, 'the decision');
    const feed = fieldsOf((await stage.province.onestop('GET', 'suKien')).json)['duLieu'];
    expect(feed).toMatchObject([{ thoiGian: expect.stringMatching(FORM['dd.MM.yyyy']) }]);
    const looked = await stage.province.onestop('POST', 'traCuuHoSo', { maHoSo: [stage.simCase.code] });
    expect(looked.json).toMatchObject({ duLieu: [{ thoiGianCapNhat: expect.stringMatching(FORM['dd.MM.yyyy']) }] });
  });
});

describe('files of a detail', () => {
  it('have withdrawn ones besides those of the case [Q22]', async () => {
    await onDetail('withdrawnFiles', 3);
    const files = filesOf((await stage.detail()).inner);
    expect(files.length).toBe(stage.simCase.attachments.length + 3);
    expect(files.slice(-3).map((file) => file['huyGiayTo'])).toEqual([1, 2, 9]);
  });

  it('are inline and large, or an address that nobody serves [Q20]', async () => {
    await onDetail('fileInline', 300_000);
    const [large] = filesOf((await stage.detail()).inner);
    expect(Buffer.from(String(large?.['duLieuTepDinhKem']), 'base64').length).toBe(300_000);
    await onDetail('fileInline', false);
    const [addressed] = filesOf((await stage.detail()).inner);
    expect(addressed?.['duLieuTepDinhKem']).toMatch(/^http:\/\/tep\.dvclt\.test\//);
  });

  it.each([
    ['text', 'False'],
    ['digit', '0'],
    ['json', false],
  ])('spell their booleans as %s [Q27]', async (value, spelled) => {
    await onDetail('boolVariant', value);
    const { inner, xml } = await stage.detail();
    expect(filesOf(inner).some((file) => file['huyGiayTo'] === spelled)).toBe(true);
    expect(leavesOf(xml)['nycXacThucThongTin']).toBe({ text: 'True', digit: '1', json: 'true' }[value]);
  });
});

describe('nameShape', () => {
  it('gives names in capitals or padded, and leaves empty elements out [Q35]', async () => {
    const name = stage.simCase.content['nksHoTen'] ?? '';
    await onDetail('nameShape', 'capitals');
    expect(leavesOf((await stage.detail()).xml)['nksHoTen']).toBe(name.toLocaleUpperCase('vi'));
    await onDetail('nameShape', 'padded');
    expect(leavesOf((await stage.detail()).xml)['nksHoTen']).toBe(` ${name.replaceAll(' ', '  ')} `);
    const [empty] = Object.entries(stage.simCase.content).find(([, text]) => text === '') ?? [''];
    expect(leavesOf((await stage.detail()).xml)).toHaveProperty(empty);
    await onDetail('nameShape', 'absent');
    expect(leavesOf((await stage.detail()).xml)).not.toHaveProperty(empty);
  });

  it('gives hộ tịch’s empty values as empty text', async () => {
    await stage.registered(CODE);
    expect((await stage.poll(CODE))[0]?.['ghiChu']).toBeNull();
    await onPoll('nameShape', 'empty');
    expect((await stage.poll(CODE))[0]?.['ghiChu']).toBe('');
  });
});

describe('emptyArea', () => {
  it('empties the codes of DVCLT and leaves the address [Q45]', async () => {
    await onDetail('emptyArea');
    const leaves = leavesOf((await stage.detail()).xml);
    expect([leaves['nksNoiSinhDVHC'], leaves['noiDangKy']]).toEqual(['', stage.simCase.unit]);
    expect(leaves['nksNoiSinh']).toBe(stage.simCase.content['nksNoiSinh']);
    await onDetail('emptyArea', 'unit');
    expect(leavesOf((await stage.detail()).xml)['noiDangKy']).toBe('');
  });

  it('empties the codes of a result of hộ tịch [Q45]', async () => {
    const before = await stage.registered(CODE);
    expect(fieldsOf(fieldsOf(before['ketQuaXuLy'])['nksNoiSinh'])['maTinh']).toBe('99');
    await onPoll('emptyArea');
    const [row] = await stage.poll(CODE);
    const result = fieldsOf(row?.['ketQuaXuLy']);
    expect(fieldsOf(result['nksNoiSinh'])).toMatchObject({ maTinh: null, dcChiTiet: expect.stringContaining('Mẫu') });
    expect([row?.['maTinh'], result['ndkksMaXa']]).toEqual([null, null]);
  });
});

describe('messages and rows of hộ tịch', () => {
  it.each(['n', 'u000a'])('lose their line breaks to "%s", glued or not, and in notes [Q36]', async (letters) => {
    const wrong = { meSoDDCN: '1', chaSoDDCN: '2' };
    const send = () => stage.province.hotich('nhanHoSoDKHT', registryPush(stage.simCase, CODE, wrong));
    const rule = { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'corruptBreaks', value: letters };
    await stage.province.fault({ ...rule, until: 2 }, { ...rule, switch: 'gluedErrors', value: true, nth: 2 });
    const joined = new RegExp(`không đúng${letters}chaSoDDCN`);
    expect(fieldsOf((await send()).json)['errorDescription']).toMatch(joined);
    expect(fieldsOf((await send()).json)).toMatchObject({
      errors: expect.stringMatching(joined),
      inputSend: { maHoSoMCDT: CODE },
    });
    expect(fieldsOf((await send()).json)['errorDescription']).toContain('; ');
    await stage.registered(CODE);
    await onPoll('corruptBreaks', letters);
    expect((await stage.poll(CODE))[0]?.['noiDungXuLy']).toBe(`Đã đăng ký${letters}Dòng thứ hai mẫu`);
  });

  it('treat a known dossier as unknown where a rule names it, and leave the others alone [Q16]', async () => {
    const other = 'H99.001-261102-0002';
    for (const code of [CODE, other]) await stage.registered(code);
    const rule = { system: 'hotich', switch: 'unknownRow', code: CODE };
    await stage.province.fault({ ...rule, value: 'absent', until: 1 });
    expect((await stage.poll(CODE, other)).map((row) => row['maHoSoMCDT'])).toEqual([other]);
    await stage.province.fault({ ...rule, value: 'garbage', until: 1 });
    const states = (await stage.poll(CODE, other)).map((row) => [row['maHoSoMCDT'], row['trangThai']]);
    expect(Object.fromEntries(states)).toEqual({ [CODE]: 9, [other]: 4 });
  });

  it('hold a large paper, or an address in its place [Q20]', async () => {
    await stage.registered(CODE);
    await onPoll('fileInline', 200_000);
    const [large] = await stage.poll(CODE);
    expect(Buffer.from(String(fieldsOf(large?.['ketQuaXuLy'])['giayKhaiSinh']), 'base64').length).toBe(200_000);
    await onPoll('fileInline', false);
    const [addressed] = await stage.poll(CODE);
    expect(fieldsOf(addressed?.['ketQuaXuLy'])['giayKhaiSinh']).toMatch(/^http:\/\/tep\.hotich\.test\//);
  });
});
