import nock from 'nock';
import type { CallResult, DeliveryFacts } from '#delivery';
import { fixedClock } from '#testing';
import type { PartnerConfig } from '../config/partner-config';
import { depsOf } from '../testing/deps-of';
import {
  BIRTH_LEAVES,
  deathContent,
  dossierContent,
  payloadsOf,
  taskOf,
  type SampleTask,
} from '../testing/sample-dossier';
import { createHotichAdapter } from './hotich-adapter';
import { RegistryClient } from './registry-client';
import { wholeBody } from '../wire/whole-body';

const SUBMIT = '/base/apiLienThongKSKT/1.0/nhanHoSoDKHT';
const RESULTS = '/base/apiLienThongKSKT/1.0/layKetQuaDKHT';
const RECEIVED = { status: '1', statusDescription: 'Tiếp nhận hồ sơ thành công', errorCode: '', errorDescription: '' };
const CODE = 'H99.101-260302-0001';
const SIGNAL = new AbortController().signal;
const mayWrite = () => true;

const site = () => nock('http://hotich.test');
const token = (value: string) =>
  site().post('/base/token').reply(200, { access_token: value, token_type: 'Bearer', expires_in: 3600 });
const submission = (change: Partial<SampleTask> = {}) =>
  taskOf({ partner: 'hotich', operation: 'submit-registration', ...change });

function world(change?: (config: PartnerConfig) => PartnerConfig) {
  const deps = depsOf('hotich', fixedClock(), change);
  closing.push(() => deps.http.close());
  return { log: deps.log, adapter: createHotichAdapter(deps, new RegistryClient(deps)) };
}

const closing: (() => void)[] = [];
beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  for (const close of closing.splice(0)) close();
  nock.cleanAll();
});
afterAll(() => nock.restore());

describe('rendering a registration', () => {
  it('is the exact message of a birth, without withdrawn files [Q20 Q22 Q26]', async () => {
    const { body } = await world().adapter.render(submission(), payloadsOf());
    const { data, ...head } = JSON.parse(wholeBody({ body }).toString('utf8')) as { data: string };
    expect(head).toEqual({
      maDonVi: '00123',
      module: 'LTKS',
      maHoSoLT: 'G22.99.08-260302-000007',
      maHoSoMCDT: CODE,
      ngayTiepNhan: '02/03/2026 08:00:00',
      fileDinhKem: [
        {
          id: 1,
          loaiGiayTo: 5,
          tenGiayTo: 'Giấy chứng sinh',
          tenTepDinhKem: 'gcs.pdf',
          huyGiayTo: 0,
          duLieuTepDinhKem: Buffer.from('file-1').toString('base64'),
        },
      ],
    });
    expect(JSON.parse(data)).toMatchObject({
      maGCS: '00004.GCS.99025.26',
      noiDangKy: '00123',
      nksNoiSinh: { quocGia: 'VN', maTinh: '99', dcChiTiet: 'Bệnh viện Mẫu, xã Mẫu' },
    });
  });

  it('is the message of a death under LTKT', async () => {
    const task = submission({ dossier: { module: 'KT', unit: '99001' } });
    const { body } = await world().adapter.render(task, payloadsOf({ content: deathContent() }));
    const message = JSON.parse(wholeBody({ body }).toString('utf8')) as { data: string };
    expect(message).toMatchObject({ module: 'LTKT', maDonVi: '99001', fileDinhKem: [] });
    expect(JSON.parse(message.data)).toMatchObject({ maGBT: '00007.GBT.99025.26', ngayCapGBT: '01.03.2026' });
  });

  it.each([
    ['2025-06-30T23:59:59.000+07:00', { maTinh: '99', maHuyen: '991', dcChiTiet: 'Xã Mẫu' }],
    ['2025-07-01T00:00:00.000+07:00', { quocGia: 'VN', maTinh: '99', dcChiTiet: 'Xã Mẫu' }],
  ])('received at %s, it is written in the schema generation of that day', async (receivedAt, address) => {
    const content = dossierContent({
      declaration: { nksNoiSinh: 'Xã Mẫu', nksNoiSinhDVHC: '99', nksNoiSinhMaHuyen: '991' },
    });
    const { body } = await world().adapter.render(submission({ dossier: { receivedAt } }), payloadsOf({ content }));
    const { data } = JSON.parse(wholeBody({ body }).toString('utf8')) as { data: string };
    expect((JSON.parse(data) as Record<string, unknown>)['nksNoiSinh']).toEqual(address);
  });

  it('goes to a person without a one-stop code, or without the bytes of a file', async () => {
    const { adapter } = world();
    await expect(
      adapter.render(
        submission({ dossier: { codes: { dvclt: 'G22.99.08-260302-000007', registry: [] } } }),
        payloadsOf(),
      ),
    ).rejects.toMatchObject({ code: 'hotich.required-missing', disposition: 'person', field: 'maHoSoMCDT' });
    const [file] = dossierContent().attachments;
    const content = dossierContent({ attachments: [{ ...file, ref: undefined }] });
    await expect(adapter.render(submission(), payloadsOf({ content }))).rejects.toMatchObject({
      field: 'duLieuTepDinhKem',
    });
  });

  it('warns of what hộ tịch would refuse, by names only, and stops it where the configuration says so [Q37]', async () => {
    const content = dossierContent({ declaration: { ...BIRTH_LEAVES, meDanToc: '77', lạ: 'x' } });
    const warned = world();
    await warned.adapter.render(submission(), payloadsOf({ content }));
    expect(warned.log.lines).toEqual([
      {
        event: 'hotich.precheck',
        fields: expect.objectContaining({ mode: 'warn', issues: ['meDanToc:not-in-catalogue'] }),
      },
      { event: 'hotich.leaves-left-out', fields: expect.objectContaining({ count: 1 }) },
    ]);
    const blocked = world((config) => ({ ...config, precheck: 'block' }));
    const error = await blocked.adapter
      .render(submission(), payloadsOf({ content }))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'hotich.precheck.not-in-catalogue', disposition: 'person', field: 'meDanToc' });
    for (const value of ['77', 'LÊ MẪU MẸ', '999199000001']) {
      expect(JSON.stringify([warned.log.lines, blocked.log.lines, error])).not.toContain(value);
    }
  });
});

describe('a birth place without its province code', () => {
  const content = dossierContent({
    declaration: { ...BIRTH_LEAVES, nksNoiSinh: 'Trạm Thử, tỉnh Mẫu', nksNoiSinhDVHC: '' },
  });
  const pushedPlace = async (emptyAreaCode: 'leave' | 'resolve') => {
    const { adapter, log } = world((config) => ({ ...config, emptyAreaCode }));
    const { body } = await adapter.render(submission(), payloadsOf({ content }));
    const { data } = JSON.parse(wholeBody({ body }).toString('utf8')) as { data: string };
    return { place: (JSON.parse(data) as Record<string, unknown>)['nksNoiSinh'], log };
  };

  it('goes as text, and the code that its text names is logged for review without the text [Q45]', async () => {
    const { place, log } = await pushedPlace('leave');
    expect(place).toEqual({ dcChiTiet: 'Trạm Thử, tỉnh Mẫu' });
    expect(log.lines).toEqual([
      { event: 'hotich.area-code-empty', fields: expect.objectContaining({ named: '99', isFilled: false }) },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('Trạm');
  });

  it('takes that code over where the configuration says so [Q45]', async () => {
    const { place, log } = await pushedPlace('resolve');
    expect(place).toEqual({ quocGia: 'VN', maTinh: '99', dcChiTiet: 'Trạm Thử, tỉnh Mẫu' });
    expect(log.lines).toEqual([
      { event: 'hotich.area-code-empty', fields: expect.objectContaining({ named: '99', isFilled: true }) },
    ]);
  });
});

describe('sending a registration', () => {
  const content = { body: Buffer.from('{"maHoSoMCDT":"x"}') };
  const send = (change: Partial<SampleTask> = {}) =>
    world().adapter.send(submission(change), content, SIGNAL, mayWrite);

  it('carries both headers and the kept bytes, with a token got by Basic [Q05]', async () => {
    site()
      .post('/base/token', 'grant_type=client_credentials', {
        reqheaders: {
          authorization: `Basic ${Buffer.from('user-sample:pass-sample').toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
      })
      .reply(200, { access_token: 't-1', expires_in: 3600 });
    const second = {
      AccessKey: 'user-sample',
      SecretKey: 'pass-sample',
      AppName: 'LienThong',
      PartnerCode: 'H99',
      PartnerCodeCus: 'H99',
    };
    site()
      .post(SUBMIT, content.body.toString())
      .matchHeader('authorization', 'Bearer t-1')
      .matchHeader('lgspaccesstoken', Buffer.from(JSON.stringify(second)).toString('base64'))
      .reply(200, RECEIVED);
    expect(await send()).toMatchObject({
      outcome: 'accepted',
      wire: 'answered',
      reasonCode: 'hotich.received',
      httpStatus: 200,
    });
  });

  it.each([
    ['HTTP 401', 401, { fault: {} }],
    ['error code 100 as text', 200, { status: '0', errorCode: '100', errorDescription: 'AUTHEN_ERROR' }],
    ['error code 100 as number', 200, { status: 0, errorCode: 100 }],
  ])('renews a token that died early (%s) and repeats once [Q03 Q04]', async (_case, status, answer) => {
    token('t-1');
    token('t-2');
    site().post(SUBMIT).matchHeader('authorization', 'Bearer t-1').reply(status, answer);
    site().post(SUBMIT).matchHeader('authorization', 'Bearer t-2').reply(200, RECEIVED);
    expect(await send()).toMatchObject({ outcome: 'accepted' });
    expect(nock.pendingMocks()).toEqual([]);
  });

  it('does not renew in a loop', async () => {
    token('t-1');
    token('t-2');
    site().post(SUBMIT).twice().reply(401, {});
    expect(await send()).toMatchObject({ outcome: 'retry', reasonCode: 'auth.refused' });
  });

  it('logs in once for calls that wait together', async () => {
    token('t-1');
    site().post(SUBMIT).times(3).reply(200, RECEIVED);
    const { adapter } = world();
    const results = await Promise.all([1, 2, 3].map(() => adapter.send(submission(), content, SIGNAL, mayWrite)));
    expect(results.map((result) => result.outcome)).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it.each([
    [502, 'Bad Gateway', 'http.5xx'],
    [200, '<html>Bảo trì</html>', 'answer.not-json'],
    [200, '{"status":"1"', 'answer.not-json'],
    [500, '<soap:Fault>server error</soap:Fault>', 'http.5xx'],
    [200, '{"fault":{"code":900800}}', 'answer.unexpected-shape'],
  ])('does not know what became of it after HTTP %i %s [Q13 Q30]', async (status, answer, reasonCode) => {
    token('t-1');
    site().post(SUBMIT).reply(status, answer);
    expect(await send()).toMatchObject({ outcome: 'unknown', reasonCode });
  });

  it('takes "đã được tiếp nhận" to a re-push as its own effect only after an unknown attempt [Q12]', async () => {
    const repeated = { status: '0', statusDescription: '', errorCode: '', errorDescription: 'Hồ sơ đã được tiếp nhận' };
    const judged = async (change: Partial<SampleTask>): Promise<CallResult> => {
      token('t-1');
      site().post(SUBMIT).reply(200, repeated);
      return send(change);
    };
    expect(await judged({})).toMatchObject({ outcome: 'already-applied' });
    expect(await judged({ facts: { round: 1 } })).toMatchObject({ outcome: 'already-applied' });
    expect(await judged({ facts: { repush: true, round: 1 } })).toMatchObject({
      outcome: 'refused',
      reasonCode: 'hotich.discrepancy.repush-already-received',
    });
    expect(await judged({ facts: { repush: true }, wasUnknown: true })).toMatchObject({ outcome: 'already-applied' });
    expect(await judged({ facts: { repush: true }, wasUnknown: false, attempts: 2 })).toMatchObject({
      outcome: 'refused',
    });
  });

  it('writes nothing when the lease is gone', async () => {
    token('t-1');
    const pushed = site().post(SUBMIT).reply(200, RECEIVED);
    const result = await world().adapter.send(submission(), content, SIGNAL, () => false);
    expect(result).toMatchObject({ outcome: 'retry', wire: 'not-written', reasonCode: 'wire.lease-lost' });
    expect(pushed.isDone()).toBe(false);
  });
});

describe('probing a registration', () => {
  const REPUSH: Partial<DeliveryFacts> = { repush: true, round: 1, answersRequestAt: '2026-03-02T10:00:00.000+07:00' };
  const rowOf = (change: Record<string, unknown>) => ({
    maHoSoMCDT: CODE,
    trangThai: 1,
    thoiGianThucHien: '02/03/2026 09:59:00',
    ...change,
  });

  async function probe(answer: unknown, facts: Partial<DeliveryFacts> = {}, status = 200) {
    token('t-1');
    site()
      .post(RESULTS, { maDinhDanhHoSo: [CODE], maTinh: '99', module: 'LTKS' })
      .reply(status, answer);
    const { adapter } = world();
    expect(adapter.repeatPolicy('submit-registration')).toBe('probe-first');
    return adapter.probe(submission({ facts }), { body: Buffer.from('{}') }, SIGNAL);
  }
  const verdictOf = async (...args: Parameters<typeof probe>) => (await probe(...args)).verdict;
  const found = (change: Record<string, unknown> = {}) => ({ status: 1, value: [rowOf(change)] });

  it.each([
    ['any row', found(), {}, 'applied'],
    ['a row in state 2', found({ trangThai: 2 }), {}, 'applied'],
    ['a meaningless status', found({ trangThai: 9 }), {}, 'absent'],
    ['no row', { status: 1, value: [] }, {}, 'absent'],
    ['a row of another dossier', found({ maHoSoMCDT: 'H99.101-260302-0002' }), {}, 'absent'],
    ['"none known"', { status: 0, statusDescription: 'Có lỗi xảy ra khi lấy dữ liệu' }, {}, 'absent'],
    ['another failure', { status: 0, statusDescription: 'Hệ thống bận' }, {}, 'cannot-tell'],
    ['a page', '<html>', {}, 'cannot-tell'],
    ['a re-push that left state 2', found({ trangThai: '1' }), REPUSH, 'applied'],
    ['a re-push in state 2 of the old request', found({ trangThai: 2 }), REPUSH, 'absent'],
    [
      'a re-push in state 2 of a later request',
      found({ trangThai: 2, thoiGianThucHien: '02/03/2026 10:00:01' }),
      REPUSH,
      'applied',
    ],
    ['a re-push in state 2 without a time', found({ trangThai: 2, thoiGianThucHien: null }), REPUSH, 'cannot-tell'],
    ['a re-push with a meaningless status', found({ trangThai: 9 }), REPUSH, 'cannot-tell'],
    ['a re-push with an empty status', found({ trangThai: '' }), REPUSH, 'cannot-tell'],
    ['a status that is no number', found({ trangThai: 'đang xử lý' }), {}, 'absent'],
    ['a row without a status', found({ trangThai: null }), {}, 'absent'],
    ['a re-push without row', { status: 1, value: null }, REPUSH, 'absent'],
  ] as const)('%s [Q13 Q16]', async (_case, answer, facts, verdict) => {
    expect(await verdictOf(answer, facts)).toBe(verdict);
  });

  it('cannot tell from HTTP 503, and says when it asked', async () => {
    expect(await probe({}, {}, 503)).toMatchObject({
      verdict: 'cannot-tell',
      askedAt: fixedClock().now(),
      call: { reasonCode: 'http.5xx' },
    });
  });
});

describe('asking about several registrations at once', () => {
  const CODES = ['H99.101-260302-0001', 'H99.101-260302-0002', 'H99.101-260302-0003'];
  const NONE = { status: 0, statusDescription: 'Có lỗi xảy ra khi lấy dữ liệu' };
  const REFUSED = { status: 0, statusDescription: 'Số lượng hồ sơ vượt quá giới hạn' };
  const tasks = (modules: readonly ('KS' | 'KT')[]) =>
    modules.map((module, at) => {
      const task = submission();
      return { ...task, dossier: { ...task.dossier, module, codes: { ...task.dossier.codes, oneStop: CODES[at] } } };
    });
  const question = (codes: readonly string[], module = 'LTKS') =>
    site().post(RESULTS, { maDinhDanhHoSo: codes, maTinh: '99', module });
  const verdicts = async (modules: readonly ('KS' | 'KT')[]): Promise<string[]> => {
    token('t-1');
    const views = await world().adapter.viewTogether!.view(tasks(modules), SIGNAL);
    return views.map(({ verdict, reasonCode }) => `${verdict} ${reasonCode}`);
  };
  const found = (code: string) => ({ status: 1, value: [{ maHoSoMCDT: code, trangThai: 1 }] });

  it('is one call, whose rows are matched by code [Q16 Q18]', async () => {
    expect(world().adapter.viewTogether!.atMost).toBe(3);
    question(CODES).reply(200, found(CODES[1]));
    expect(await verdicts(['KS', 'KS', 'KS'])).toEqual([
      'absent hotich.probe-absent',
      'applied hotich.probe-applied',
      'absent hotich.probe-absent',
    ]);
  });

  it('is one call for each module', async () => {
    question([CODES[0], CODES[2]]).reply(200, found(CODES[2]));
    question([CODES[1]], 'LTKT').reply(200, NONE);
    expect(await verdicts(['KS', 'KT', 'KS'])).toEqual([
      'absent hotich.probe-absent',
      'absent hotich.probe-absent',
      'applied hotich.probe-applied',
    ]);
  });

  it('is asked one by one where hộ tịch refuses so many [Q18]', async () => {
    question(CODES).reply(200, REFUSED);
    question([CODES[0]]).reply(200, found(CODES[0]));
    question([CODES[1]]).reply(200, REFUSED);
    question([CODES[2]]).reply(200, NONE);
    expect(await verdicts(['KS', 'KS', 'KS'])).toEqual([
      'applied hotich.probe-applied',
      'cannot-tell hotich.poll-refused',
      'absent hotich.probe-absent',
    ]);
  });

  it('is not asked again of a hộ tịch that is down', async () => {
    question(CODES).reply(503, {});
    expect(await verdicts(['KS', 'KS', 'KS'])).toEqual(Array(3).fill('cannot-tell http.5xx'));
  });
});
