import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '#testing';
import type { SimCase } from './cases/sim-case';
import { fieldsOf, type Fields } from './server/fields';
import { startSimulators, type Simulators } from './start-simulators';
import {
  foreignUpdate,
  PDF_BASE64,
  portalItem,
  progressRow,
  reception,
  registryPush,
  resultFields,
  statusPush,
} from './testing/messages';
import { Province } from './testing/province';

const CODE = 'H99.001-261102-0001';
let simulators: Simulators;
let province: Province;
let simCase: SimCase;

beforeEach(async () => {
  simulators = await startSimulators({ pace: { minMs: 5, maxMs: 20 }, seed: 3 });
  province = new Province(simulators);
  await province.logIn();
  [simCase] = simulators.order({ kind: 'birth', count: 1, scenario: 'happy-path', seed: 9 }) as [SimCase];
});

afterEach(() => simulators.stop());

describe('log-in', () => {
  it('is needed by every call', async () => {
    const stranger = new Province(simulators);
    const deadPortal = { error_code: -1, message: 'Phiên làm việc không hợp lệ hoặc đã hết hạn', result: [] };
    expect((await stranger.acknowledge(simCase.code)).status).toBe(401);
    expect(await stranger.hotich('layKetQuaDKHT', {})).toMatchObject({ status: 401, json: { errorCode: '100' } });
    expect((await stranger.onestop('GET', 'suKien')).status).toBe(401);
    expect(await stranger.portal('TraCuuHoSo', { mahoso: CODE })).toMatchObject({ status: 200, json: deadPortal });
  });

  it('is refused with a wrong password', async () => {
    const wrong = { userName: simulators.credentials.dvclt.username, password: 'sai' };
    expect((await province.ask('POST', '/dvclt/api/token/gettoken', { body: wrong })).status).toBe(401);
    expect((await province.ask('POST', '/onestop/api/token/gettoken', { body: wrong })).status).toBe(401);
    const headers = { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` };
    expect(
      (await province.ask('POST', '/hotich/token', { headers, text: 'grant_type=client_credentials' })).status,
    ).toBe(401);
    expect(
      (await province.ask('POST', '/dvcqg/mapi/login', { body: simulators.credentials.dvcqg })).json,
    ).toMatchObject({ error_code: -1 });
  });

  it('gives DVCLT its second token shape and hộ tịch no right without the second header', async () => {
    const { username, password } = simulators.credentials.dvclt;
    const own = await province.ask('POST', '/dvclt/api/token/getstatustoken', {
      body: { SecretId: username, SecretPass: password },
    });
    expect(own.json).toEqual({ token: expect.any(String), expiration: expect.any(String) });
    const hotich = simulators.credentials.hotich;
    const basic = { authorization: `Basic ${Buffer.from(`${hotich.username}:${hotich.password}`).toString('base64')}` };
    const token = await province.ask('POST', '/hotich/token', {
      headers: basic,
      text: 'grant_type=client_credentials',
    });
    const bearer = { authorization: `Bearer ${String(fieldsOf(token.json)['access_token'])}` };
    expect(
      (await province.ask('POST', '/hotich/apiLienThongKSKT/1.0/layKetQuaDKHT', { headers: bearer, body: {} })).status,
    ).toBe(401);
  });
});

describe('status push to DVCLT', () => {
  it.each([
    [{ trangThai: '1' }, 'trangThai phải là số từ 1 đến 7'],
    [{ maTTHC: '9.000001' }, 'maTTHC không khớp với hồ sơ'],
    [{ thoiGianThucHien: '2026-11-02' }, 'thoiGianThucHien sai định dạng dd/MM/yyyy HH:mm:ss'],
    [{ ketQuaXuLy: '{}' }, 'ketQuaXuLy chỉ gửi cùng trạng thái 4'],
    [{ soHoSoLT: 'G22.99.08-261102-999999' }, 'Hồ sơ không tồn tại'],
    [{ trangThai: 6, nguoiXuLy: '' }, 'nguoiXuLy không được để trống'],
  ])('is refused in HTTP 200 for %j', async (changes, text) => {
    const answer = await province.status({ ...statusPush(simCase, CODE, 1), ...changes });
    expect([answer.status, fieldsOf(answer.json)['status']]).toEqual([200, 400]);
    expect(Object.values(fieldsOf(fieldsOf(answer.json)['errors']))).toEqual([[text]]);
  });

  it.each<[{ ketQuaXuLy?: unknown; result?: Fields }, string | null]>([
    [{ ketQuaXuLy: {} }, 'ketQuaXuLy phải là chuỗi'],
    [{ result: { soDangKy: '' } }, 'soDangKy không được để trống'],
    [{ result: { soDinhDanh: undefined } }, 'soDinhDanh không được để trống'],
    [{ result: { chaHoTen: '' } }, 'chaHoTen không được để trống'],
    [{ result: { meLoaiCuTru: 0 } }, null],
    [{ result: { nksGioiTinh: '1' } }, 'nksGioiTinh phải là số'],
    [{ result: { nksQueQuan: { dcChiTiet: 'Mẫu' } } }, 'nksQueQuan phải là chuỗi'],
  ])('judges the result %j', async (change, text) => {
    for (const status of [1, 3, 7]) await province.status(statusPush(simCase, CODE, status));
    const result = JSON.stringify({ ...resultFields(simCase), ...fieldsOf(change.result) });
    const answer = await province.status({ ...statusPush(simCase, CODE, 4), ketQuaXuLy: change.ketQuaXuLy ?? result });
    const errors = Object.values(fieldsOf(fieldsOf(answer.json)['errors']));
    expect(errors).toEqual(text === null ? [] : [[text]]);
  });
});

describe('hộ tịch poll', () => {
  it('refuses more than three codes, and says so when it knows none', async () => {
    const poll = (codes: string[]) =>
      province.hotich('layKetQuaDKHT', { maDinhDanhHoSo: codes, maTinh: '99', module: 'LTKS' });
    expect((await poll(['a', 'b', 'c', 'd'])).json).toMatchObject({
      status: 0,
      statusDescription: expect.stringContaining('giới hạn 3'),
    });
    expect((await poll([CODE])).json).toEqual({
      status: 0,
      statusDescription: 'Có lỗi xảy ra khi lấy dữ liệu',
      value: [],
    });
    await province.hotich('nhanHoSoDKHT', registryPush(simCase, CODE));
    const known = fieldsOf((await poll([CODE, 'H99.001-261102-0002'])).json);
    expect((known['value'] as unknown[]).length).toBe(1);
  });
});

describe('portal', () => {
  it.each([
    [{ TrangThaiHoSo: 11 }, 'TrangThaiHoSo sai giá trị'],
    [{ NgayTiepNhan: '02/11/2026' }, 'NgayTiepNhan sai định dạng yyyyMMddHHmmss'],
    [{ MaTTHC: '2.000986' }, 'MaTTHC sai giá trị'],
    [{ DinhDanhCHS: [] }, 'DinhDanhCHS không được để trống'],
    [{ TrichYeuHoSo: '' }, 'TrichYeuHoSo không được để trống'],
    [{ TrichYeuHoSo: 'Dinhkem' }, 'TrichYeuHoSo là giá trị giữ chỗ'],
    [{ DinhDanhCHS: [{ LoaiDinhDanh: '1', SoDinhDanh: '000000001' }] }, 'SoDinhDanh là giá trị giữ chỗ'],
    [
      { DanhSachGiayToKetQua: [{ TenGiayTo: 'Giấy khai sinh', DuongDanTepTinKetQua: '' }] },
      'DuongDanTepTinKetQua sai định dạng',
    ],
  ])('refuses a dossier with %j', async (changes, message) => {
    const answer = await province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(CODE, 1, changes)] });
    expect(answer.json).toMatchObject({ error_code: -1, message });
  });

  it('updates only what it has, keeps a final state and looks up', async () => {
    const send = (isUpdating: string, state: number) =>
      province.portal('DongBoHoSoMC', { isUpdating, data: [portalItem(CODE, state)] });
    expect((await send('True', 2)).json).toMatchObject({ message: 'Mã hồ sơ không tồn tại' });
    expect((await province.portal('TraCuuHoSo', { mahoso: CODE })).json).toMatchObject({ error_code: 0, result: [] });
    await send('False', 1);
    await send('True', 10);
    expect((await send('True', 4)).json).toMatchObject({ message: 'Trạng thái hồ sơ không hợp lệ' });
    const found = await province.portal('TraCuuHoSo', { mahoso: CODE });
    expect(found.json).toMatchObject({ result: [{ MaHoSo: CODE, TrangThaiHoSo: 10, NgayTiepNhan: '20261102080000' }] });
  });

  it('takes at most ten rows of progress, for dossiers that it has', async () => {
    const rows = Array.from({ length: 11 }, (_, index) => progressRow(CODE, 2, { NoiDungXuLy: `Bước ${index}` }));
    expect((await province.portal('CapNhatTienDoHoSoMC', { data: rows })).json).toMatchObject({ error_code: -1 });
    expect((await province.portal('CapNhatTienDoHoSoMC', { data: rows.slice(0, 1) })).json).toMatchObject({
      message: 'Mã hồ sơ không tồn tại',
    });
    await province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(CODE, 1)] });
    expect((await province.portal('CapNhatTienDoHoSoMC', { data: rows.slice(0, 10) })).json).toMatchObject({
      error_code: 0,
    });
  });

  it('can lose every dossier, and takes them again; the ledger keeps both times', async () => {
    const create = () => province.portal('DongBoHoSoMC', { isUpdating: 'False', data: [portalItem(CODE, 1)] });
    const row = () => province.portal('CapNhatTienDoHoSoMC', { data: [progressRow(CODE, 2)] });
    await create();
    await row();
    expect((await province.ask('POST', '/_sim/forget?system=hotich')).status).toBe(400);
    expect((await province.ask('POST', '/_sim/forget?system=dvcqg')).status).toBe(204);
    expect((await province.portal('TraCuuHoSo', { mahoso: CODE })).json).toMatchObject({ error_code: 0, result: [] });
    expect((await row()).json).toMatchObject({ message: 'Mã hồ sơ không tồn tại' });
    expect((await create()).json).toMatchObject({ error_code: 0 });
    expect((await row()).json).toMatchObject({ error_code: 0 });
    const counts = simulators.ledger.list({ system: 'dvcqg', kind: null, code: CODE });
    expect(counts.map(({ kind, count }) => [kind, count]).sort()).toEqual([
      ['dossier', 2],
      ['progress', 2],
      ['status', 2],
    ]);
  });

  it('fetches result files once each and compares their digest', async () => {
    const bytes = Buffer.from('%PDF-1.7 mau');
    const digest = createHash('sha256').update(bytes).digest('base64');
    let fetches = 0;
    const files: Server = createServer((request, response) => {
      fetches += 1;
      if (request.url === '/files/missing') response.writeHead(404).end();
      else
        response.writeHead(200, { digest: `sha-256=${request.url === '/files/right' ? digest : 'c2Fp'}` }).end(bytes);
    });
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
    const url = (name: string) => `http://127.0.0.1:${(files.address() as AddressInfo).port}/files/${name}`;
    const papers = ['right', 'wrong', 'missing'].map((name) => ({
      TenGiayTo: 'Giấy khai sinh',
      DuongDanTepTinKetQua: url(name),
    }));
    const send = (isUpdating: string) =>
      province.portal('DongBoHoSoMC', { isUpdating, data: [portalItem(CODE, 9, { DanhSachGiayToKetQua: papers })] });
    await send('False');
    await send('True');
    const lines = (kind: string) => simulators.ledger.list({ system: 'dvcqg', kind, code: CODE })[0];
    await until(() => lines('file-failed')?.count === 2 && lines('file-fetched')?.count === 1, 5_000, 'three files');
    expect([...(lines('file-failed')?.order ?? [])].sort()).toEqual(['digest', 'http-404']);
    expect(fetches).toBe(3);
    files.closeAllConnections();
    await new Promise((resolve) => files.close(resolve));
  });
});

describe('one-stop', () => {
  it.each([
    [{ maTTHC: '2.000986' }, 'maTTHC sai giá trị'],
    [{ maDonVi: '123' }, 'maDonVi sai giá trị'],
    [{ chuHoSo: { hoTen: '' } }, 'chuHoSo.hoTen không được để trống'],
    [{ chuHoSo: { hoTen: 'Mẫu', soDinhDanh: '' } }, 'chuHoSo.soDinhDanh không được để trống'],
    [
      { fileDinhKem: [{ huyGiayTo: 1, tenTepDinhKem: 'a.pdf', duLieuTepDinhKem: PDF_BASE64 }] },
      'fileDinhKem có giấy tờ đã hủy',
    ],
  ])('refuses a reception with %j', async (changes, statusDescription) => {
    expect((await province.receive(reception(simCase, changes))).json).toMatchObject({
      status: '0',
      statusDescription,
    });
  });

  it('refuses foreign updates of what it decides itself, without a result or for another dossier', async () => {
    const code = String(fieldsOf((await province.receive(reception(simCase))).json)['maHoSoMCDT']);
    const update = (changes: object) =>
      province.onestop('POST', 'capNhatTrangThai', { ...foreignUpdate(simCase, code, 4), ...changes });
    expect((await update({ trangThai: 10 })).json).toMatchObject({ statusDescription: 'trangThai sai giá trị' });
    expect((await update({ trangThai: 9 })).json).toMatchObject({
      statusDescription: 'ketQua.maGiayToKetQua không được để trống',
    });
    expect((await update({ maHoSoMCDT: CODE })).json).toMatchObject({ statusDescription: 'Hồ sơ không tồn tại' });
  });

  it('tells its states by code and by period and its decisions by position', async () => {
    const code = String(fieldsOf((await province.receive(reception(simCase))).json)['maHoSoMCDT']);
    await until(
      async () =>
        (fieldsOf((await province.onestop('GET', 'suKien?sauViTri=0&soLuong=10')).json)['viTriTiep'] as number) > 0,
      5_000,
      'the decision',
    );
    const feed = fieldsOf((await province.onestop('GET', 'suKien?sauViTri=0&soLuong=10')).json);
    expect(feed).toMatchObject({ viTriTiep: 1, duLieu: [{ viTri: 1, maHoSoMCDT: code, suKien: 'TIEP_NHAN' }] });
    expect(
      (await province.onestop('POST', 'traCuuHoSo', { maHoSo: [simCase.code, 'H99.001-261102-0009'] })).json,
    ).toMatchObject({ tongSo: 1, duLieu: [{ maHoSoMCDT: code, trangThai: 2 }] });
    const period = { tuNgay: '01/01/2020', denNgay: '01/01/2099', trang: 1, soLuong: 200 };
    expect((await province.onestop('POST', 'traCuuHoSo', period)).json).toMatchObject({ tongSo: 1 });
  });

  it('takes decisions and supplements by hand', async () => {
    const code = String(fieldsOf((await province.receive(reception(simCase))).json)['maHoSoMCDT']);
    expect(
      (await province.ask('POST', `/_sim/cases/${code}/decisions`, { body: { decision: 'withdraw' } })).status,
    ).toBe(204);
    expect((await province.ask('POST', `/_sim/cases/${code}/decisions`, { body: { decision: 'accept' } })).status).toBe(
      409,
    );
    expect((await province.ask('POST', `/_sim/cases/${simCase.code}/supplement`)).status).toBe(204);
    expect(fieldsOf((await province.ask('GET', `/_sim/cases/${code}`)).json)).toMatchObject({
      code: simCase.code,
      oneStopCode: code,
    });
  });
});
