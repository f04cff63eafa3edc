import nock from 'nock';
import type { RegistrationResult } from '#dossier';
import { fixedClock } from '#testing';
import type { PartnerConfig } from '../config/partner-config';
import { depsOf } from '../testing/deps-of';
import {
  deathContent,
  dossierContent,
  payloadsOf,
  taskOf,
  type SamplePayloads,
  type SampleTask,
} from '../testing/sample-dossier';
import { createDvcqgAdapter } from './dvcqg-adapter';
import { wholeBody } from '../wire/whole-body';

const CODE = 'H99.101-260302-0001';
const SERVICE = '/base/mapi/tichhop';
const SIGNAL = new AbortController().signal;
const DEAD = { error_code: -1, message: 'Phiên làm việc không hợp lệ hoặc đã hết hạn', result: [] };
const DONE = { error_code: 0, message: 'Thành công', result: [] };
const RESULT: RegistrationResult = {
  identityNumber: '999326000001',
  registrationNumber: '12',
  bookNumber: '01/2026',
  registeredOnText: '02/03/2026',
  fields: {},
  fileRef: 'result-1',
  fileName: 'giayKhaiSinh.pdf',
  fileSizeBytes: 10,
};
const OTHER_PAPER = { nycLoaiGiayToTuyThan: '2', nycSoGiayToTuyThan: '999000111' };
const mayWrite = () => true;

const site = () => nock('http://dvcqg.test');
const session = (value: string, errorCode: unknown = 0) =>
  site()
    .post('/base/mapi/login', { username: 'user-sample', password: 'pass-sample' })
    .matchHeader('dstcode', 'VN:GOV:000.00.00.G22:vpcpdvcprovider')
    .reply(200, { error_code: errorCode, session: value });
const task = (operation: string, change: Partial<SampleTask> = {}) =>
  taskOf({ partner: 'dvcqg', operation, ...change });

const closing: (() => void)[] = [];
function adapter(change?: (config: PartnerConfig) => PartnerConfig) {
  const deps = depsOf('dvcqg', fixedClock(), change);
  closing.push(() => deps.http.close());
  return createDvcqgAdapter(deps);
}
async function rendered(operation: string, change: Partial<SampleTask> = {}, payloads: SamplePayloads = {}) {
  const { body } = await adapter().render(task(operation, change), payloadsOf(payloads));
  return JSON.parse(wholeBody({ body }).toString('utf8')) as { data: [Record<string, unknown>] } & Record<
    string,
    unknown
  >;
}

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  for (const close of closing.splice(0)) close();
  nock.cleanAll();
});
afterAll(() => nock.restore());

describe('rendering a synchronisation', () => {
  it('is the exact create of a birth in its state of now, without its session [Q20 Q26 Q27 Q38]', async () => {
    expect(await rendered('sync-dossier', { facts: { status: 1 } })).toEqual({
      madonvi: '000.00.00.H99',
      service: 'DongBoHoSoMC',
      isUpdating: 'False',
      data: [
        {
          MaHoSo: CODE,
          MaTTHC: '2.002621',
          TenTTHC: expect.stringContaining('khai sinh'),
          ChuHoSo: 'LÊ MẪU MẸ',
          LoaiDoiTuong: 1,
          MaDoiTuong: 'tech-1',
          DinhDanhCHS: [{ LoaiDinhDanh: 1, SoDinhDanh: '999199000001' }],
          SoDienThoai: '0999000001',
          TrichYeuHoSo: expect.stringContaining('khai sinh'),
          NgayTiepNhan: '20260302080000',
          NgayHenTra: '20260302170000',
          TrangThaiHoSo: 2,
          DonViXuLy: '00123',
          TaiLieuNop: [
            {
              TepDinhKemId: '1',
              TenTepDinhKem: 'gcs.pdf',
              IsDeleted: 'False',
              DuongDanTaiTepTin: 'http://gateway.test/files/file-1',
            },
          ],
        },
      ],
    });
  });

  it('is an update once the portal has the dossier, with the result paper by URL [Q20 Q27 Q38]', async () => {
    const dossier = {
      portalKnown: true,
      portalStatus: 9 as const,
      resultRef: 'result-ref',
      codes: { dvclt: 'G22.99.08-260302-000007', oneStop: CODE, registry: ['00123/KS/12/01/2026'] },
    };
    const facts = { status: 9, factAt: '2026-03-02T10:15:30.000+07:00' };
    const { isUpdating, data } = await rendered('sync-dossier', { dossier, facts }, { result: RESULT });
    expect(isUpdating).toBe('True');
    expect(data[0]).toMatchObject({
      TrangThaiHoSo: 9,
      NgayKetThucXuLy: '20260302101530',
      DanhSachGiayToKetQua: [
        {
          TenGiayTo: 'Giấy khai sinh',
          GiayToId: '00123/KS/12/01/2026',
          MaGiayToKetQua: 'KQ.G15.000031',
          DuongDanTepTinKetQua: 'http://gateway.test/files/result-1',
        },
      ],
    });
  });

  it('is that of a death, with its own procedure and paper', async () => {
    const dossier = {
      module: 'KT' as const,
      localProcedureCode: '2.002913',
      unit: '99001',
      resultRef: 'r',
      portalStatus: 10 as const,
    };
    const facts = { status: 10, factAt: '2026-03-02T16:00:00.000+07:00' };
    const result = { ...RESULT, fields: { maGiayToKetQua: 'KQ.G15.999999' } };
    const { data } = await rendered('sync-dossier', { dossier, facts }, { content: deathContent(), result });
    expect(data[0]).toMatchObject({
      MaTTHC: '2.002913',
      TenTTHC: expect.stringContaining('khai tử'),
      ChuHoSo: 'PHẠM MẪU CON',
      NgayTra: '20260302160000',
      DanhSachGiayToKetQua: [{ TenGiayTo: 'Trích lục khai tử', MaGiayToKetQua: 'KQ.G15.999999' }],
    });
  });

  it('tells of the supplement that is awaited', async () => {
    const dossier = {
      portalStatus: 5 as const,
      supplement: { by: 'one-stop' as const, deadline: '2026-03-11T17:00:00.000+07:00', officerRef: 'o' },
    };
    const officer = { name: 'Cán bộ mẫu', note: 'Bổ sung giấy tờ mẫu' };
    const { data } = await rendered('sync-dossier', { dossier, facts: { status: 5 } }, { officer });
    expect(data[0]['DanhSachHoSoBoSung']).toEqual([
      {
        HoSoBoSungId: '1',
        NguoiYeuCauBoSung: 'Cán bộ mẫu',
        NoiDungBoSung: 'Bổ sung giấy tờ mẫu',
        NgayBoSung: '20260302090000',
        NgayHenTraTruoc: '20260302170000',
      },
    ]);
  });

  it.each([
    ['given as the requester’s number', { name: 'LÊ MẪU MẸ', identityNumber: '999000222' }, {}, '999000222'],
    [
      'on the declaration only',
      { name: 'LÊ MẪU MẸ' },
      { nycLoaiGiayToTuyThan: '1', nycSoGiayToTuyThan: '999000111' },
      '999000111',
    ],
  ])('names a nine-digit number a CMND: %s', async (...[, requester, declaration, number]) => {
    const content = dossierContent({ requester, declaration });
    const { data } = await rendered('sync-dossier', {}, { content });
    expect(data[0]['DinhDanhCHS']).toEqual([{ LoaiDinhDanh: 2, SoDinhDanh: number }]);
  });

  const requester = { name: 'LÊ MẪU MẸ', identityNumber: '999199000001' };
  const [file] = dossierContent().attachments;
  it.each([
    ['no identity number', dossierContent({ requester: { name: 'LÊ MẪU MẸ' }, declaration: {} }), 'DinhDanhCHS'],
    [
      'a number on another paper',
      dossierContent({ requester: { name: 'LÊ MẪU MẸ' }, declaration: OTHER_PAPER }),
      'DinhDanhCHS',
    ],
    [
      'a number of no known kind',
      dossierContent({ requester: { ...requester, identityNumber: 'B1234567' }, declaration: {} }),
      'DinhDanhCHS',
    ],
    ['no owner', dossierContent({ requester: { ...requester, name: ' ' } }), 'ChuHoSo'],
    ['a file without a name', dossierContent({ attachments: [{ ...file, fileName: '' }] }), 'TenTepDinhKem'],
  ])('goes to a person with %s: nothing is padded', async (_case, content, field) => {
    const error: unknown = await rendered('sync-dossier', {}, { content }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'dvcqg.required-missing', disposition: 'person', field });
    expect(JSON.stringify(error)).not.toMatch(/MẪU|999199|B1234567/);
  });
});

describe('rendering a progress row', () => {
  it('tells the fact, not the state of now', async () => {
    const facts = { status: 2, officerRef: 'o' };
    const officer = { name: 'x'.repeat(60), title: 'Công chức mẫu', department: 'Bộ phận mẫu', note: 'Đủ giấy tờ' };
    const change = { facts, dossier: { portalStatus: 4 as const, portalKnown: true } };
    expect(await rendered('append-progress', change, { officer })).toEqual({
      madonvi: '000.00.00.H99',
      service: 'CapNhatTienDoHoSoMC',
      data: [
        {
          MaHoSo: CODE,
          NguoiXuLy: 'x'.repeat(50),
          ChucDanh: 'Công chức mẫu',
          ThoiDiemXuLy: '20260302090000',
          PhongBanXuLy: 'Bộ phận mẫu',
          NoiDungXuLy: 'Đủ giấy tờ',
          TrangThai: 2,
          NgayBatDau: '20260302080000',
          NgayKetThucTheoQuyDinh: '20260302170000',
        },
      ],
    });
  });

  it('names the state where no officer noted anything, and pads nothing', async () => {
    const [row] = (await rendered('append-progress', { facts: { status: 1 } })).data;
    expect(row).toMatchObject({ NoiDungXuLy: 'Mới đăng ký', TrangThai: 1 });
    expect(row).not.toHaveProperty('NguoiXuLy');
  });

  it('goes to a person without a status of the ten', async () => {
    await expect(rendered('append-progress', { facts: { status: 11 } })).rejects.toMatchObject({ field: 'TrangThai' });
  });
});

const syncBody = (isUpdating: 'True' | 'False') => ({
  service: 'DongBoHoSoMC',
  isUpdating,
  data: [{ MaHoSo: CODE, TrangThaiHoSo: 2 }],
});
const bodyOf = (message: object) => ({ body: Buffer.from(JSON.stringify(message), 'utf8') });

describe('sending to the portal', () => {
  const send = (operation: string, message: object) =>
    adapter().send(task(operation), bodyOf(message), SIGNAL, mayWrite);

  it.each([[0], ['0'], ['00']])(
    'adds the session to the kept message, makes the update after the create, and proves what was accepted under code %p [Q38]',
    async (errorCode) => {
      session('p-1', errorCode);
      for (const isUpdating of ['False', 'True'] as const)
        site()
          .post(SERVICE, JSON.stringify({ session: 'p-1', ...syncBody(isUpdating) }))
          .reply(200, { error_code: errorCode, message: 'Đồng bộ hồ sơ thành công', result: null });
      expect(await send('sync-dossier', syncBody('False'))).toMatchObject({
        outcome: 'accepted',
        reasonCode: 'dvcqg.done',
        proves: { portalHasDossier: true, provenStatus: 2 },
      });
    },
  );

  it('makes no second call where the portal needs none [Q38]', async () => {
    session('p-1');
    site()
      .post(SERVICE, /"False"/)
      .reply(200, DONE);
    const portal = adapter((config) => ({ ...config, updateAfterCreate: false }));
    const result = await portal.send(task('sync-dossier'), bodyOf(syncBody('False')), SIGNAL, mayWrite);
    expect(result).toMatchObject({ outcome: 'accepted', proves: { portalHasDossier: true } });
  });

  it.each([
    [429, '', { outcome: 'retry', rerender: true, proves: { portalHasDossier: true } }],
    [502, 'Bad Gateway', { outcome: 'unknown' }],
    [200, '{"error_code":-1,"message":"Trạng thái không hợp lệ"}', { outcome: 'refused', laneGoesOn: true }],
  ])('an update after the create that gets HTTP %i %s decides the step [Q38]', async (status, answer, expected) => {
    session('p-1');
    site()
      .post(SERVICE, /"False"/)
      .reply(200, DONE);
    site()
      .post(SERVICE, /"True"/)
      .reply(status, answer);
    expect(await send('sync-dossier', syncBody('False'))).toMatchObject(expected);
  });

  it('makes no update when the lease ended after the create [Q38]', async () => {
    session('p-1');
    site()
      .post(SERVICE, /"False"/)
      .reply(200, DONE);
    const answers = [true, false];
    const result = await adapter().send(task('sync-dossier'), bodyOf(syncBody('False')), SIGNAL, () =>
      Boolean(answers.shift()),
    );
    expect(result).toMatchObject({ wire: 'not-written', proves: { portalHasDossier: true } });
  });

  it('renews a session that is dead inside HTTP 200, once [Q03]', async () => {
    session('p-1');
    session('p-2');
    site().post(SERVICE, /"p-1"/).reply(200, DEAD);
    site().post(SERVICE, /"p-2"/).reply(200, { error_code: 0, message: 'Thành công' });
    expect(await send('append-progress', { service: 'CapNhatTienDoHoSoMC' })).toMatchObject({ outcome: 'accepted' });
    session('p-3');
    session('p-4');
    site().post(SERVICE).twice().reply(200, DEAD);
    expect(await send('append-progress', { service: 'CapNhatTienDoHoSoMC' })).toMatchObject({
      outcome: 'retry',
      reasonCode: 'auth.refused',
    });
  });

  it('keeps its session from call to call', async () => {
    session('p-1');
    site().post(SERVICE, /"p-1"/).twice().reply(200, { error_code: 0, message: 'Thành công' });
    const portal = adapter();
    const again = () => portal.send(task('sync-dossier'), bodyOf(syncBody('True')), SIGNAL, mayWrite);
    expect([await again(), await again()]).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
  });

  it('does not write when the log-in is refused', async () => {
    session('', -1);
    expect(await send('sync-dossier', syncBody('False'))).toMatchObject({
      outcome: 'retry',
      wire: 'not-written',
      reasonCode: 'auth.refused',
    });
  });

  const state = 'dvcqg.state-refused';
  it.each([
    ['sync-dossier', 'False', 0, 'Mã hồ sơ đã tồn tại', 'retry', 'dvcqg.dossier-exists'],
    ['sync-dossier', 'False', '3', 'Hồ sơ ĐÃ TỒN TẠI', 'retry', 'dvcqg.dossier-exists'],
    ['sync-dossier', 'False', -3, 'Mã hồ sơ đã tồn tại', 'retry', 'dvcqg.dossier-exists'],
    ['sync-dossier', 'False', -1, 'Mã hồ sơ đã tồn tại', 'unknown', 'text.unmatched'],
    ['sync-dossier', 'True', -3, 'Mã hồ sơ đã tồn tại', 'unknown', 'text.unmatched'],
    ['sync-dossier', 'True', 0, 'OK', 'unknown', 'text.unmatched'],
    ['sync-dossier', 'True', 0, 'Đồng bộ không thành công', 'unknown', 'text.vetoed'],
    ['sync-dossier', 'True', -1, 'Thành công', 'unknown', 'text.unmatched'],
    ['sync-dossier', 'True', -1, 'Mã hồ sơ không tồn tại', 'refused', 'dvcqg.discrepancy.unknown'],
    ['sync-dossier', 'True', -1, 'Trạng thái hồ sơ không hợp lệ', 'refused', state],
    ['append-progress', undefined, -1, 'Trạng thái không hợp lệ', 'refused', state],
    ['sync-dossier', 'True', -1, 'Không thể cập nhật trạng thái', 'refused', state],
    ['sync-dossier', 'True', -1, 'DonViXuLy không được để trống', 'refused', 'dvcqg.validation.empty-field'],
    ['append-progress', undefined, 0, 'Tiến độ đã tồn tại', 'already-applied', 'dvcqg.progress-exists'],
    ['append-progress', undefined, 0, 'Cập nhật tiến độ thành công', 'accepted', 'dvcqg.done'],
    ['sync-dossier', 'True', undefined, undefined, 'unknown', 'answer.unexpected-shape'],
  ] as const)(
    '%s (%s): code %p, "%s" is %s',
    async (...[operation, isUpdating, errorCode, message, outcome, reasonCode]) => {
      session('p-1');
      site().post(SERVICE).reply(200, { error_code: errorCode, message, result: [] });
      const body = isUpdating === undefined ? { service: 'CapNhatTienDoHoSoMC' } : syncBody(isUpdating);
      const result = await send(operation, body);
      expect(result).toMatchObject({ outcome, reasonCode });
      expect(result.laneGoesOn === true).toBe(reasonCode === state);
    },
  );

  it.each([
    [false, true],
    [true, undefined],
  ])(
    'a row of progress for a dossier that the portal has not got (known there: %p) lets its lane go on: %p',
    async (known, goesOn) => {
      session('p-1');
      site().post(SERVICE).reply(200, { error_code: -1, message: 'Mã hồ sơ không tồn tại', result: [] });
      const row = task('append-progress', { dossier: { portalKnown: known } });
      const result = await adapter().send(row, bodyOf({ service: 'CapNhatTienDoHoSoMC' }), SIGNAL, mayWrite);
      expect(result).toMatchObject({ outcome: 'refused', reasonCode: 'dvcqg.discrepancy.unknown' });
      expect(result.laneGoesOn).toBe(goesOn);
    },
  );

  it('renders anew after "đã tồn tại": the portal has the dossier, and an update follows [Q12 Q38]', async () => {
    session('p-1');
    site().post(SERVICE).reply(200, { error_code: -3, message: 'Mã hồ sơ đã tồn tại' });
    expect(await send('sync-dossier', syncBody('False'))).toMatchObject({
      rerender: true,
      proves: { portalHasDossier: true },
    });
  });

  it.each([
    [502, 'Bad Gateway'],
    [200, '<html>'],
  ])('does not know what became of it after HTTP %i %s [Q13 Q30]', async (status, answer) => {
    session('p-1');
    site().post(SERVICE).reply(status, answer);
    expect(await send('sync-dossier', syncBody('True'))).toMatchObject({ outcome: 'unknown' });
  });
});

describe('probing the portal', () => {
  const probe = (message: object) => adapter().probe(task('sync-dossier'), bodyOf(message), SIGNAL);
  const lookUp = (answer: unknown, status = 200) => {
    session('p-1');
    site()
      .post(SERVICE, { session: 'p-1', madonvi: '000.00.00.H99', service: 'TraCuuHoSo', mahoso: CODE })
      .reply(status, answer);
    return probe(syncBody('False'));
  };
  const found = (TrangThaiHoSo: unknown, MaHoSo = CODE) => ({
    error_code: 0,
    message: 'Thành công',
    result: [{ MaHoSo, TrangThaiHoSo }],
  });

  it('is asked for a synchronisation only', () => {
    expect(adapter().repeatPolicy('sync-dossier')).toBe('probe-first');
    expect(adapter().repeatPolicy('append-progress')).toBe('harmless-repeat');
  });

  it('an update is not looked up: its repeat is harmless', async () => {
    expect(await probe(syncBody('True'))).toMatchObject({
      verdict: 'absent',
      askedAt: fixedClock().now(),
      call: { wire: 'not-written' },
    });
  });

  it.each([
    ['our state', found('2'), 'applied', { portalHasDossier: true, provenStatus: 2 }],
    ['no dossier', { error_code: '00', message: 'Thành công', result: [] }, 'absent', undefined],
    ['no list', { error_code: 0, message: '', result: null }, 'absent', undefined],
    ['a row of another dossier', found(2, 'H99.101-260302-0002'), 'absent', undefined],
    ['"không tồn tại"', { error_code: -1, message: 'Mã hồ sơ không tồn tại' }, 'absent', undefined],
    ['another failure', { error_code: -1, message: 'Lỗi hệ thống' }, 'cannot-tell', undefined],
    ['another shape', { error_code: 0, message: 'Thành công' }, 'cannot-tell', undefined],
  ])('a create: %s [Q13]', async (_case, answer, verdict, proves) => {
    const { call, ...rest } = await lookUp(answer);
    expect([rest.verdict, call.proves]).toEqual([verdict, proves]);
  });

  it('a dossier in another state is there, so that an update follows', async () => {
    expect(await lookUp(found(1))).toMatchObject({
      verdict: 'absent',
      call: { rerender: true, proves: { portalHasDossier: true } },
    });
  });

  it('cannot tell from an answer that is none', async () => {
    expect(await lookUp('<html>', 200)).toMatchObject({ verdict: 'cannot-tell' });
    expect(await lookUp({}, 503)).toMatchObject({ verdict: 'cannot-tell', call: { reasonCode: 'http.5xx' } });
  });
});
