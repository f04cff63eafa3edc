import nock from 'nock';
import type { CallResult, DeliveryFacts, DeliveryTask } from '#delivery';
import { fixedClock } from '#testing';
import { depsOf } from '../testing/deps-of';
import {
  BIRTH_LEAVES,
  deathContent,
  dossierContent,
  payloadsOf,
  taskOf,
  type SamplePayloads,
} from '../testing/sample-dossier';
import { BIRTH_RESULT, DEATH_RESULT, OFFICER } from '../testing/sample-result';
import { createOneStop } from './create-onestop';
import { wholeBody } from '../wire/whole-body';

const HOST = 'http://onestop.test';
const HAND_OVER = '/base/api/motcua/tiepNhanHoSo';
const REPORT = '/base/api/motcua/capNhatTrangThai';
const signal = (): AbortSignal => AbortSignal.timeout(3_000);

let close: () => void = () => undefined;
function oneStop(): ReturnType<typeof createOneStop> {
  const deps = depsOf('onestop', fixedClock());
  close = () => deps.http.close();
  return createOneStop(deps);
}

const handOver = (facts: Partial<DeliveryFacts> = {}, dossier: Partial<DeliveryTask['dossier']> = {}): DeliveryTask =>
  taskOf({ partner: 'onestop', operation: 'hand-over-dossier', facts, dossier });
const report = (facts: Partial<DeliveryFacts>, dossier: Partial<DeliveryTask['dossier']> = {}): DeliveryTask =>
  taskOf({
    partner: 'onestop',
    operation: 'report-status',
    facts: { factAt: '2026-03-02T10:15:00+07:00', ...facts },
    dossier,
  });

async function rendered(task: DeliveryTask, payloads: SamplePayloads = {}): Promise<Record<string, unknown>> {
  const content = await oneStop().adapter.render(task, payloadsOf(payloads));
  return JSON.parse(wholeBody(content).toString('utf8')) as Record<string, unknown>;
}

function tokens(...values: string[]): void {
  for (const token of values)
    nock(HOST)
      .post('/base/api/token/gettoken', { userName: 'user-sample', password: 'pass-sample' })
      .reply(200, { token, expiration: '2026-03-02T12:00:00' });
}

async function sent(task: DeliveryTask, path: string, body: nock.Body, status = 200): Promise<CallResult> {
  tokens('token-1');
  nock(HOST, { reqheaders: { authorization: 'Bearer token-1' } })
    .post(path, { kept: 1 })
    .reply(status, body);
  return oneStop().adapter.send(task, { body: Buffer.from('{"kept":1}') }, signal(), () => true);
}

describe('one-stop adapter', () => {
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

  it('hands a birth over: codes, people without unknown parts, flat leaves, files without withdrawn ones [Q22 Q26]', async () => {
    expect(await rendered(handOver())).toEqual({
      maHoSoLT: 'G22.99.08-260302-000007',
      maTTHC: '2.002621',
      module: 'KS',
      maDonVi: '00123',
      ngayTiepNhan: '02/03/2026 08:00:00',
      chuHoSo: { hoTen: 'TRẦN MẪU CON' },
      nguoiNop: { hoTen: 'LÊ MẪU MẸ', soDinhDanh: '999199000001', soDienThoai: '0999000001' },
      duLieu: BIRTH_LEAVES,
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
  });

  it('hands a death over with the content that the delivery names', async () => {
    const asked: string[] = [];
    const payloads = payloadsOf({ content: deathContent() });
    const reader = { ...payloads, content: (ref: string) => (asked.push(ref), payloads.content(ref)) };
    const content = await oneStop().adapter.render(
      handOver({ contentRef: 'content-2' }, { module: 'KT', localProcedureCode: '2.002622' }),
      reader,
    );
    expect(JSON.parse(wholeBody(content).toString('utf8'))).toMatchObject({
      module: 'KT',
      maTTHC: '2.002622',
      maDonVi: '99001',
      chuHoSo: { hoTen: 'PHẠM MẪU CỤ' },
      fileDinhKem: [],
    });
    expect(asked).toEqual(['content-2']);
  });

  it('a file that is not withdrawn and has no content waits for a person', async () => {
    const content = dossierContent();
    const broken = {
      ...content,
      attachments: content.attachments.map((file) => ({ ...file, withdrawn: false, ref: undefined })),
    };
    await expect(rendered(handOver(), { content: broken })).rejects.toMatchObject({
      disposition: 'person',
      field: 'fileDinhKem',
    });
  });

  it('reports a status that the registry caused', async () => {
    expect(await rendered(report({ status: 4 }))).toEqual({
      maHoSoLT: 'G22.99.08-260302-000007',
      maHoSoMCDT: 'H99.101-260302-0001',
      trangThai: 4,
      thoiGianThucHien: '02/03/2026 10:15:00',
      nguon: 'BTP',
      noiDungXuLy: '',
      hanBoSungHoSo: '',
      ketQua: null,
    });
    const supplement = report({ status: 5, officerRef: 'o', supplementDeadline: '2026-03-11T17:00:00+07:00' });
    expect(await rendered(supplement, { officer: OFFICER })).toMatchObject({
      trangThai: 5,
      noiDungXuLy: 'Đủ điều kiện',
      hanBoSungHoSo: '11/03/2026 17:00:00',
      ketQua: null,
    });
    expect(await rendered(report({ status: 3 }))).toMatchObject({ trangThai: 3, ketQua: null });
  });

  it('reports the result of a birth and of a death', async () => {
    expect((await rendered(report({ status: 9, resultRef: 'r' }), { result: BIRTH_RESULT }))['ketQua']).toEqual({
      maGiayToKetQua: 'KQ.G15.000031',
      tenTep: 'ket-qua.pdf',
      duLieuTep: Buffer.from('result-file').toString('base64'),
      soDangKy: '01',
      quyenSo: '01/2026',
      trangSo: '7',
      ngayDangKy: '02/03/2026',
      soDinhDanh: '999226000004',
    });
    expect(
      (await rendered(report({ status: 9, resultRef: 'r' }, { module: 'KT' }), { result: DEATH_RESULT }))['ketQua'],
    ).toEqual({
      trangSo: null,
      soDinhDanh: null,
      maGiayToKetQua: 'KQ.G15.999999',
      tenTep: 'trich-luc.pdf',
      duLieuTep: Buffer.from('result-file').toString('base64'),
      soDangKy: '02',
      quyenSo: '01/2026',
      ngayDangKy: '02/03/2026',
    });
  });

  it.each([
    ['9 without a result', { status: 9 }, 'resultRef'],
    ['5 without its deadline', { status: 5 }, 'supplementDeadline'],
    ['no status', {}, 'status'],
  ])('%s waits for a person', async (_name, facts, field) => {
    await expect(rendered(report(facts))).rejects.toMatchObject({ disposition: 'person', field });
  });

  it.each([['1'], [1]])('a hand-over with status %j proves the one-stop code [Q02]', async (status) => {
    const result = await sent(handOver(), HAND_OVER, {
      status,
      statusDescription: 'Tiếp nhận hồ sơ',
      maHoSoMCDT: 'H99.101-260302-0001',
      extra: null,
    });
    expect(result).toMatchObject({
      outcome: 'accepted',
      wire: 'answered',
      proves: { oneStopCode: 'H99.101-260302-0001' },
    });
  });

  it.each<[string, nock.Body, { outcome: string; reasonCode: string; httpStatus?: number }]>([
    [
      'no code',
      { status: '1', statusDescription: '', maHoSoMCDT: null },
      { outcome: 'unknown', reasonCode: 'onestop.code-missing' },
    ],
    [
      'success with a word of failure',
      { status: '1', statusDescription: 'Có lỗi khi lưu tệp', maHoSoMCDT: 'H99.101-260302-0001' },
      { outcome: 'unknown', reasonCode: 'text.vetoed' },
    ],
    [
      'a missing field',
      { status: '0', statusDescription: 'maDonVi không được để trống', errorCode: 'E1' },
      { outcome: 'refused', reasonCode: 'onestop.empty-field' },
    ],
    [
      'a code outside the catalogue, under HTTP 400',
      { status: '0', statusDescription: 'maTTHC không tồn tại' },
      { outcome: 'refused', reasonCode: 'onestop.value-not-in-catalogue', httpStatus: 400 },
    ],
    [
      'its own trouble',
      { status: '0', statusDescription: 'Có lỗi trong quá trình thêm mới' },
      { outcome: 'retry', reasonCode: 'onestop.internal-failure' },
    ],
    [
      'an unknown text',
      { status: '0', statusDescription: 'Xin quay lại' },
      { outcome: 'unknown', reasonCode: 'text.unmatched' },
    ],
    [
      'an unknown success code',
      { status: '2', statusDescription: 'thành công' },
      { outcome: 'unknown', reasonCode: 'text.unmatched' },
    ],
    ['a page', '<html>', { outcome: 'unknown', reasonCode: 'answer.not-json' }],
    ['a 502', '', { outcome: 'unknown', reasonCode: 'http.5xx', httpStatus: 502 }],
  ])('a hand-over answered with %s', async (_name, body, expected) => {
    expect(await sent(handOver(), HAND_OVER, body, expected.httpStatus)).toMatchObject(expected);
  });

  it('a report needs no code; one about an unknown dossier is a discrepancy', async () => {
    expect(await sent(report({ status: 4 }), REPORT, { status: '1', statusDescription: null })).toMatchObject({
      outcome: 'accepted',
    });
    close();
    const body = { status: '0', statusDescription: 'Hồ sơ không tồn tại', errorCode: '404' };
    expect(await sent(report({ status: 4 }), REPORT, body)).toMatchObject({
      outcome: 'refused',
      reasonCode: 'onestop.discrepancy.unknown-dossier',
    });
  });

  it('renews a dead token once [Q04]', async () => {
    tokens('token-1', 'token-2');
    nock(HOST, { reqheaders: { authorization: 'Bearer token-1' } })
      .post(REPORT)
      .reply(401);
    nock(HOST, { reqheaders: { authorization: 'Bearer token-2' } })
      .post(REPORT)
      .reply(200, { status: '1' });
    const result = await oneStop().adapter.send(
      report({ status: 4 }),
      { body: Buffer.from('{}') },
      signal(),
      () => true,
    );
    expect(result.outcome).toBe('accepted');
  });

  it('every operation is harmless to repeat, none has a probe', async () => {
    const { adapter } = oneStop();
    expect(['hand-over-dossier', 'report-status'].map((operation) => adapter.repeatPolicy(operation))).toEqual([
      'harmless-repeat',
      'harmless-repeat',
    ]);
    expect(await adapter.probe(handOver(), { body: Buffer.alloc(0) }, signal())).toMatchObject({
      verdict: 'cannot-tell',
    });
    await expect(rendered({ ...handOver(), operation: 'push-status' })).rejects.toMatchObject({ disposition: 'bug' });
  });

  describe('reads', () => {
    it('looks dossiers up by code, rows by their code', async () => {
      tokens('token-1');
      nock(HOST)
        .post('/base/api/motcua/traCuuHoSo', { maHoSo: ['a', 'b'] })
        .reply(200, {
          status: 1,
          tongSo: 2,
          duLieu: [
            {
              maHoSoLT: 'G22.99.08-260302-000007',
              maHoSoMCDT: 'H99.101-260302-0001',
              trangThai: '4',
              thoiGianCapNhat: '02/03/2026 10:15:00',
              extra: 1,
            },
            null,
            { maHoSoMCDT: null },
          ],
        });
      const { rows } = await oneStop().reads.lookUp(['a', 'b'], signal());
      expect(rows).toEqual([
        {
          dvcltCode: 'G22.99.08-260302-000007',
          oneStopCode: 'H99.101-260302-0001',
          status: 4,
          updatedAt: new Date('2026-03-02T03:15:00Z'),
        },
      ]);
    });

    it('a look-up that failed is no empty look-up [Q01]', async () => {
      tokens('token-1');
      nock(HOST)
        .post('/base/api/motcua/traCuuHoSo')
        .reply(200, { status: '0', statusDescription: 'server error', duLieu: [] });
      await expect(oneStop().reads.lookUp(['a'], signal())).rejects.toMatchObject({
        code: 'onestop.look-up-unreadable',
        disposition: 'retry',
      });
      await expect(oneStop().reads.lookUp(Array(51).fill('a'), signal())).rejects.toThrow(RangeError);
    });
  });
});
