import type { OfficerNote } from '#dossier';
import nock from 'nock';
import type { CallResult, DeliveryFacts, DeliveryTask, PartnerAdapter } from '#delivery';
import { fixedClock } from '#testing';
import type { PartnerConfig } from '../config/partner-config';
import { depsOf } from '../testing/deps-of';
import { payloadsOf, taskOf, type SamplePayloads } from '../testing/sample-dossier';
import { BIRTH_RESULT, DEATH_RESULT, OFFICER } from '../testing/sample-result';
import { wholeBody } from '../wire/whole-body';
import { createDvclt } from './create-dvclt';

const HOST = 'http://dvclt.test';
const STATUS_PATH = '/base/api/lienthongdvclt/capnhattrangthaihosohotich';
const ACK_PATH = '/base/api/lienthongdvclt/hosolienthong/danhan';
const OK = { status: 200, title: 'Cập nhật trạng thái thành công', errors: {}, traceId: '00-x' };

let close: () => void = () => undefined;
function adapterWith(change?: (config: PartnerConfig) => PartnerConfig): PartnerAdapter {
  const deps = depsOf('dvclt', fixedClock(), change);
  close = () => deps.http.close();
  return createDvclt(deps).adapter;
}

const pushTask = (facts: Partial<DeliveryFacts>, dossier: Partial<DeliveryTask['dossier']> = {}): DeliveryTask =>
  taskOf({
    partner: 'dvclt',
    operation: 'push-status',
    facts: { factAt: '2026-03-02T10:15:00+07:00', ...facts },
    dossier,
  });
const ackTask = (): DeliveryTask => taskOf({ partner: 'dvclt', operation: 'acknowledge-receipt' });

async function rendered(task: DeliveryTask, payloads: SamplePayloads = {}): Promise<Record<string, unknown>> {
  const content = await adapterWith().render(task, payloadsOf(payloads));
  return JSON.parse(wholeBody(content).toString('utf8')) as Record<string, unknown>;
}

function tokens(...values: string[]): void {
  for (const token of values) {
    nock(HOST)
      .post('/base/api/token/gettoken', { userName: 'user-sample', password: 'pass-sample' })
      .reply(200, { token, refreshToken: 'r', refreshTokenExpiryTime: '2026-03-09T00:00:00' });
  }
}
const send = async (adapter: PartnerAdapter, task: DeliveryTask, mayWrite = (): boolean => true): Promise<CallResult> =>
  adapter.send(task, { body: Buffer.from('{"kept":1}') }, AbortSignal.timeout(3_000), mayWrite);

describe('DVCLT adapter', () => {
  beforeAll(() => nock.disableNetConnect());
  afterEach(() => {
    close();
    const unused = nock.pendingMocks();
    nock.cleanAll();
    expect(unused).toEqual([]);
  });
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  describe('content', () => {
    it('of an acknowledgement', async () => {
      expect(await rendered(ackTask())).toEqual({ maHoSo: 'G22.99.08-260302-000007', daNhan: true });
    });

    it('of status 1, before any officer acted: every field of dvclt.md §5, officer empty [Q26]', async () => {
      expect(await rendered(pushTask({ status: 1 }))).toEqual({
        maTTHC: '2.000986',
        soHoSoLT: 'G22.99.08-260302-000007',
        coQuanXuLy: 5,
        maHoSo: 'H99.101-260302-0001',
        trangThai: 1,
        thoiGianThucHien: '02/03/2026 10:15:00',
        nguoiXuLy: '',
        chucDanh: '',
        phongBanXuLy: '',
        noiDungXuLy: 'Đã tiếp nhận vào hệ thống một cửa của tỉnh',
        ghiChu: '',
        ngayBatDau: '02/03/2026 08:00:00',
        ngayKetThucTheoQuyDinh: '02/03/2026 17:00:00',
        ngayHenTraTruoc: '',
        ngayHenTraMoi: '',
        hanBoSungHoSo: '',
      });
    });

    it('fills what the row of hộ tịch leaves empty from the last decision, but never takes over its note', async () => {
      const notes: Record<string, OfficerNote> = { row: { name: 'CÁN BỘ HỘ TỊCH MẪU', title: '' }, decision: OFFICER };
      const payloads = { ...payloadsOf({}), officer: async (ref: string) => notes[ref] };
      const task = pushTask({ status: 6, officerRef: 'row', decisionOfficerRef: 'decision' });
      const content = await adapterWith().render(task, payloads);
      expect(JSON.parse(wholeBody(content).toString('utf8'))).toMatchObject({
        nguoiXuLy: 'CÁN BỘ HỘ TỊCH MẪU',
        chucDanh: 'Công chức',
        phongBanXuLy: 'Bộ phận một cửa',
        noiDungXuLy: 'Từ chối giải quyết',
      });
    });

    it('of a supplement request: officer, note and a deadline that is a day', async () => {
      const task = pushTask(
        { status: 2, officerRef: 'officer-1', supplementDeadline: '2026-03-11' },
        { dueAt: '2026-03-03' },
      );
      expect(await rendered(task, { officer: OFFICER })).toMatchObject({
        trangThai: 2,
        nguoiXuLy: 'CÁN BỘ MẪU',
        chucDanh: 'Công chức',
        phongBanXuLy: 'Bộ phận một cửa',
        noiDungXuLy: 'Đủ điều kiện',
        hanBoSungHoSo: '11/03/2026 17:00:00',
        ngayKetThucTheoQuyDinh: '03/03/2026 17:00:00',
      });
    });

    it('of a completed birth: ketQuaXuLy is a string, addresses are text, empty ones left out, 0 kept [Q08 Q23]', async () => {
      const message = await rendered(pushTask({ status: 4, officerRef: 'o', resultRef: 'r' }), {
        officer: OFFICER,
        result: BIRTH_RESULT,
      });
      expect(typeof message['ketQuaXuLy']).toBe('string');
      expect(JSON.parse(String(message['ketQuaXuLy']))).toEqual({
        soDinhDanh: '999226000004',
        soDangKy: '01',
        quyenSo: '01/2026',
        trangSo: '7',
        ngayDangKy: '02/03/2026',
        maGiayToKetQua: 'KQ.G15.000031',
        giayKhaiSinh: Buffer.from('result-file').toString('base64'),
        nksHoTen: 'TRẦN MẪU CON',
        nksGioiTinh: 2,
        nksNoiSinh: 'Bệnh viện Mẫu',
        meLoaiCuTru: 0,
        nycQuanHe: 'Mẹ',
      });
    });

    it('of a completed death: no personal number needed, the paper code of hộ tịch wins', async () => {
      const message = await rendered(pushTask({ status: 4, resultRef: 'r' }, { module: 'KT' }), {
        result: DEATH_RESULT,
      });
      expect(JSON.parse(String(message['ketQuaXuLy']))).toEqual({
        soDangKy: '02',
        quyenSo: '01/2026',
        ngayDangKy: '02/03/2026',
        maGiayToKetQua: 'KQ.G15.999999',
        giayKhaiTu: Buffer.from('result-file').toString('base64'),
        nktHoTen: 'PHẠM MẪU CỤ',
        giayBaoTuSo: '007',
        giayBaoTuLoai: 1,
      });
    });

    it.each([
      [
        'status 1 without the one-stop code',
        pushTask({ status: 1 }, { codes: { dvclt: 'G22.99.08-260302-000007', registry: [] } }),
        {},
        'oneStopCode',
      ],
      ['a push without status', pushTask({}), {}, 'status'],
      ['a supplement without its deadline', pushTask({ status: 2 }), {}, 'supplementDeadline'],
      ['status 4 without a result', pushTask({ status: 4 }), {}, 'resultRef'],
      [
        'a birth without personal number',
        pushTask({ status: 4, resultRef: 'r' }),
        { result: { ...BIRTH_RESULT, identityNumber: ' ' } },
        'soDinhDanh',
      ],
      [
        'a result without book number',
        pushTask({ status: 4, resultRef: 'r' }),
        { result: { ...BIRTH_RESULT, bookNumber: '' } },
        'quyenSo',
      ],
      [
        'a result without file',
        pushTask({ status: 4, resultRef: 'r' }),
        { result: { ...BIRTH_RESULT, fileRef: '' } },
        'giayKhaiSinh',
      ],
    ])('%s waits for a person', async (_name, task, payloads, field) => {
      await expect(rendered(task, payloads)).rejects.toMatchObject({ disposition: 'person', field });
    });

    it('refuses an operation that is not its own', async () => {
      await expect(rendered({ ...ackTask(), operation: 'sync-dossier' })).rejects.toMatchObject({ disposition: 'bug' });
    });
  });

  describe('calls', () => {
    it('acknowledges with PUT and the bearer token', async () => {
      tokens('token-1');
      nock(HOST, { reqheaders: { authorization: 'Bearer token-1', 'content-type': /json/ } })
        .put(ACK_PATH, { kept: 1 })
        .reply(200, { status: 200, title: 'Cập nhật thành công' });
      expect(await send(adapterWith(), ackTask())).toMatchObject({
        outcome: 'accepted',
        wire: 'answered',
        httpStatus: 200,
        reasonCode: 'dvclt.acknowledged',
        rule: { id: 'dvclt.acknowledged', version: 1 },
      });
    });

    it('pushes a status with POST; one log-in serves many calls at once', async () => {
      tokens('token-1');
      nock(HOST, { reqheaders: { authorization: 'Bearer token-1' } })
        .post(STATUS_PATH, { kept: 1 })
        .times(5)
        .reply(200, OK);
      const adapter = adapterWith();
      const results = await Promise.all(Array.from({ length: 5 }, () => send(adapter, pushTask({ status: 3 }))));
      expect(results.map((result) => result.outcome)).toEqual(Array(5).fill('accepted'));
    });

    it.each([
      [
        'own credentials',
        { secretId: 'id-sample', secretPass: 'secret-sample' },
        { SecretId: 'id-sample', SecretPass: 'secret-sample' },
      ],
      ['those of the account', {}, { SecretId: 'user-sample', SecretPass: 'pass-sample' }],
    ])('with statusToken: own the status has a second token, from %s', async (_name, secrets, expected) => {
      tokens('token-1');
      nock(HOST)
        .post('/base/api/token/getstatustoken', expected)
        .reply(200, { token: 'status-1', expiration: '2026-03-02T12:00:00' });
      nock(HOST, { reqheaders: { authorization: 'Bearer status-1' } })
        .post(STATUS_PATH)
        .reply(200, OK);
      nock(HOST, { reqheaders: { authorization: 'Bearer token-1' } })
        .put(ACK_PATH)
        .reply(200, { title: 'Cập nhật thành công' });
      const adapter = adapterWith((config) => ({
        ...config,
        auth: { ...config.auth, statusToken: 'own', ...secrets },
      }));
      expect((await send(adapter, pushTask({ status: 1 }))).outcome).toBe('accepted');
      expect((await send(adapter, ackTask())).outcome).toBe('accepted');
    });

    it('token death in mid-batch: each call is repeated once, one log-in for all [Q04]', async () => {
      tokens('token-1', 'token-2');
      nock(HOST, { reqheaders: { authorization: 'Bearer token-1' } })
        .post(STATUS_PATH)
        .times(4)
        .reply(401, {});
      nock(HOST, { reqheaders: { authorization: 'Bearer token-2' } })
        .post(STATUS_PATH)
        .times(4)
        .reply(200, OK);
      const adapter = adapterWith();
      const results = await Promise.all(Array.from({ length: 4 }, () => send(adapter, pushTask({ status: 3 }))));
      expect(results.map((result) => result.outcome)).toEqual(Array(4).fill('accepted'));
    });

    it('a 401 hidden in HTTP 200 is renewed too [Q03]', async () => {
      tokens('token-1', 'token-2');
      nock(HOST, { reqheaders: { authorization: 'Bearer token-1' } })
        .post(STATUS_PATH)
        .reply(200, { status: 401, title: 'Unauthorized' });
      nock(HOST, { reqheaders: { authorization: 'Bearer token-2' } })
        .post(STATUS_PATH)
        .reply(200, OK);
      expect((await send(adapterWith(), pushTask({ status: 3 }))).outcome).toBe('accepted');
    });

    it('a second 401 waits', async () => {
      tokens('token-1', 'token-2');
      nock(HOST).post(STATUS_PATH).twice().reply(401, '');
      expect(await send(adapterWith(), pushTask({ status: 3 }))).toMatchObject({
        outcome: 'retry',
        wire: 'answered',
        reasonCode: 'auth.refused',
      });
    });

    it.each([
      [400, { title: 'Sai mật khẩu' }, 'auth.refused'],
      [200, { message: 'no token' }, 'auth.refused'],
      [503, '', 'auth.unavailable'],
      [200, '<html></html>', 'auth.unavailable'],
    ])('a log-in answered %i %j writes nothing and waits', async (status, body, reasonCode) => {
      nock(HOST).post('/base/api/token/gettoken').reply(status, body);
      expect(await send(adapterWith(), ackTask())).toMatchObject({ outcome: 'retry', wire: 'not-written', reasonCode });
    });

    it('writes nothing when the lease is gone', async () => {
      tokens('token-1');
      nock(HOST).put(ACK_PATH).reply(200, { title: 'Cập nhật thành công' });
      expect(await send(adapterWith(), ackTask(), () => false)).toMatchObject({
        outcome: 'retry',
        wire: 'not-written',
        reasonCode: 'wire.lease-lost',
      });
      nock.cleanAll();
    });

    it('every operation is harmless to repeat, none has a probe', async () => {
      const adapter = adapterWith();
      expect(['acknowledge-receipt', 'push-status'].map((operation) => adapter.repeatPolicy(operation))).toEqual([
        'harmless-repeat',
        'harmless-repeat',
      ]);
      expect(await adapter.probe(ackTask(), { body: Buffer.alloc(0) }, AbortSignal.timeout(10))).toMatchObject({
        verdict: 'cannot-tell',
      });
    });
  });
});
