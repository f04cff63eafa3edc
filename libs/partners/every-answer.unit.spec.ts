import type { CallResult } from '#delivery';
import { fixedClock } from '#testing';
import { createAdapter } from './create-adapter';
import type { HttpResult } from './http/http-port';
import { depsOf } from './testing/deps-of';
import { taskOf, type SampleTask } from './testing/sample-dossier';
import { answer, scriptedHttp } from './testing/scripted-http';

const LOG_IN = answer(200, { token: 't', access_token: 't', expires_in: 3600, error_code: 0, session: 's' });

/** One write of ours with its success: `message` is the field that says so. */
interface Write {
  name: string;
  task: SampleTask;
  body: object;
  success: Record<string, unknown>;
  message: string;
  /** What a repeat may be answered with, and what it comes to (CONTRACTS §1.3). */
  repeated: Record<string, unknown>;
  afterRepeat: CallResult['outcome'];
}

const dvcltSays = (text: string) => ({
  status: 400,
  title: 'One or more validation errors occurred.',
  errors: { soHoSoLT: [text] },
});
const portal = (isUpdating: string, service = 'DongBoHoSoMC') => ({
  madonvi: 'x',
  service,
  isUpdating,
  data: [{ MaHoSo: 'H99.101-260302-0001', TrangThaiHoSo: 2 }],
});
const DVCLT_OK = { status: 200, title: 'Cập nhật trạng thái thành công', errors: {}, traceId: '00-x' };
const PORTAL_OK = { error_code: 0, message: 'Đồng bộ hồ sơ thành công', result: [] };
const status = (number: number): SampleTask => ({
  partner: 'dvclt',
  operation: 'push-status',
  facts: { status: number },
});

const WRITES: readonly Write[] = [
  {
    name: 'DVCLT acknowledgement',
    task: { partner: 'dvclt', operation: 'acknowledge-receipt' },
    body: { maHoSo: 'x', daNhan: true },
    success: { status: 200, title: 'Cập nhật thành công' },
    message: 'title',
    repeated: { status: 200, title: 'Cập nhật thành công' },
    afterRepeat: 'accepted',
  },
  ...[
    [1, 'Hồ sơ đã tồn tại trong một cửa điện tử'],
    [4, 'Hồ sơ đã hoàn thành đăng ký, không được cập nhật trạng thái'],
    [5, 'Hồ sơ đã trả kết quả, không được cập nhật trạng thái'],
    [6, 'Hồ sơ bị từ chối. Không thể cập nhật trạng thái'],
  ].map(([number, text]) => ({
    name: `DVCLT status ${number}`,
    task: status(Number(number)),
    body: { trangThai: number },
    success: DVCLT_OK,
    message: 'title',
    repeated: dvcltSays(String(text)),
    afterRepeat: 'already-applied' as const,
  })),
  {
    name: 'hộ tịch push',
    task: { partner: 'hotich', operation: 'submit-registration' },
    body: { maHoSoMCDT: 'x' },
    success: { status: '1', statusDescription: 'Tiếp nhận hồ sơ thành công', errorCode: '', errorDescription: '' },
    message: 'statusDescription',
    repeated: { status: '0', statusDescription: '', errorCode: '', errorDescription: 'Hồ sơ đã được tiếp nhận' },
    afterRepeat: 'already-applied',
  },
  {
    name: 'portal create',
    task: { partner: 'dvcqg', operation: 'sync-dossier' },
    body: portal('False'),
    success: PORTAL_OK,
    message: 'message',
    repeated: { error_code: -3, message: 'Mã hồ sơ đã tồn tại', result: [] },
    afterRepeat: 'retry',
  },
  {
    name: 'portal update',
    task: { partner: 'dvcqg', operation: 'sync-dossier', dossier: { portalKnown: true } },
    body: portal('True'),
    success: PORTAL_OK,
    message: 'message',
    repeated: PORTAL_OK,
    afterRepeat: 'accepted',
  },
  {
    name: 'portal progress row',
    task: { partner: 'dvcqg', operation: 'append-progress' },
    body: portal('', 'CapNhatTienDoHoSoMC'),
    success: { error_code: '00', message: 'Cập nhật tiến độ thành công' },
    message: 'message',
    repeated: { error_code: -3, message: 'Tiến độ đã tồn tại' },
    afterRepeat: 'already-applied',
  },
  {
    name: 'one-stop hand-over',
    task: { partner: 'onestop', operation: 'hand-over-dossier' },
    body: { maHoSoLT: 'x' },
    success: { status: '1', statusDescription: 'Tiếp nhận thành công', maHoSoMCDT: 'H99.101-260302-0001' },
    message: 'statusDescription',
    repeated: { status: '1', statusDescription: 'Tiếp nhận thành công', maHoSoMCDT: 'H99.101-260302-0001' },
    afterRepeat: 'accepted',
  },
  {
    name: 'one-stop status report',
    task: { partner: 'onestop', operation: 'report-status', facts: { status: 4 } },
    body: { trangThai: 4 },
    success: { status: '1', statusDescription: 'Cập nhật thành công' },
    message: 'statusDescription',
    repeated: { status: '1', statusDescription: 'Cập nhật thành công' },
    afterRepeat: 'accepted',
  },
];

/** A create of the portal that was accepted is followed by an update (Q38): both calls get the answer. */
async function judged({ task, body }: Write, result: HttpResult): Promise<CallResult> {
  const deps = { ...depsOf(task.partner, fixedClock()), http: scriptedHttp([LOG_IN, result, result]) };
  const content = { body: Buffer.from(JSON.stringify(body)) };
  return createAdapter(task.partner, deps).send(taskOf(task), content, AbortSignal.timeout(5_000), () => true);
}

const HTML = '<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1><p>Cập nhật thành công</p></body></html>';
const SOAP =
  '<soap:Envelope><soap:Body><soap:Fault><faultstring>thành công</faultstring></soap:Fault></soap:Body></soap:Envelope>';

/** Answers that are none (quirks Q01, Q30): whatever a write meets, nobody knows what came of it. */
const NO_ANSWERS: readonly (readonly [name: string, result: (success: string) => HttpResult, reasonCode: string])[] = [
  ['a connection cut after the request', () => ({ kind: 'written', code: 'reset' }), 'wire.reset'],
  ['no answer in time', () => ({ kind: 'written', code: 'deadline' }), 'wire.deadline'],
  ['HTML under 200', () => answer(200, HTML), 'answer.not-json'],
  ['HTML under 500', () => answer(500, HTML), 'http.5xx'],
  ['a SOAP fault under 200', () => answer(200, SOAP), 'answer.not-json'],
  ['a SOAP fault under 500', () => answer(500, SOAP), 'http.5xx'],
  ['plain text under 200', () => answer(200, 'server error'), 'answer.not-json'],
  ['plain text under 500', () => answer(500, 'client received soap fault'), 'http.5xx'],
  ['the success sentence as plain text', () => answer(200, 'Cập nhật thành công'), 'answer.not-json'],
  ['an empty body', () => answer(200, ''), 'answer.not-json'],
  ['a cut body', (success) => answer(200, success.slice(0, -3)), 'answer.not-json'],
  ['a success under 502', (success) => answer(502, success), 'http.5xx'],
  ['a success under 503', (success) => answer(503, success), 'http.5xx'],
  ['a success under a redirect', (success) => answer(302, success, { location: '/x' }), 'http.redirect'],
  ['HTML under 404', () => answer(404, HTML), 'answer.not-json'],
  ['a success in an array', (success) => answer(200, `[${success}]`), 'answer.not-json'],
  ['a success as JSON text', (success) => answer(200, JSON.stringify(success)), 'answer.not-json'],
  ['null', () => answer(200, 'null'), 'answer.not-json'],
  ['a number', () => answer(200, '200'), 'answer.not-json'],
];

/** Sentences that hold the success phrase and are none. */
const FAILURES = [
  'Cập nhật không thành công',
  'CẬP NHẬT KHÔNG THÀNH CÔNG',
  'Cập nhật chưa thành công',
  'Cập nhật thành công: 0 bản ghi',
  'Cập nhật thành công nhưng có lỗi khi lưu',
  'Cập nhật thất bại, chưa thành công',
  'Yêu cầu bị từ chối: cập nhật thành công bị huỷ',
  'Không cập nhật thành công',
].flatMap((text) => [text, text.normalize('NFD')]);

const isYes = ({ outcome }: CallResult): boolean => outcome === 'accepted' || outcome === 'already-applied';

describe.each(WRITES.map((write) => [write.name, write] as const))('%s', (_name, write) => {
  const successText = JSON.stringify(write.success);
  const saying = (text: unknown): HttpResult => answer(200, { ...write.success, [write.message]: text });

  it.each(NO_ANSWERS)('is unknown after %s [Q01 Q30]', async (_case, result, reasonCode) => {
    expect(await judged(write, result(successText))).toMatchObject({ outcome: 'unknown', reasonCode });
  });

  it('is safe to repeat when nothing was written', async () => {
    const result = await judged(write, { kind: 'not-written', code: 'ECONNREFUSED' });
    expect(result).toMatchObject({ outcome: 'retry', wire: 'not-written', reasonCode: 'wire.ECONNREFUSED' });
  });

  it('waits as long as a 429 says [Q32]', async () => {
    const result = await judged(write, answer(429, { Error_Number: 429 }, { 'retry-after': '7' }));
    expect(result).toMatchObject({ outcome: 'retry', retryAfterMs: 7_000 });
  });

  it('is accepted with its own success, whatever stands beside it', async () => {
    expect(await judged(write, answer(200, write.success))).toMatchObject({ outcome: 'accepted' });
    const wide = { ...write.success, lạ: { sâu: [1, null] }, inputSend: { title: 'không thành công' }, traceId: null };
    expect(await judged(write, answer(200, wide))).toMatchObject({ outcome: 'accepted' });
    const spelt = String(write.success[write.message]).toUpperCase().normalize('NFD').replaceAll(' ', ' \u00a0');
    expect(await judged(write, saying(spelt))).toMatchObject({ outcome: 'accepted' });
  });

  it.each([400, 403, 404, 409, 422])('does not believe its success under HTTP %i [Q01]', async (httpStatus) => {
    expect(await judged(write, answer(httpStatus, write.success))).toMatchObject({ outcome: 'unknown' });
  });

  it.each(FAILURES)('never takes "%s" for a success [Q01 Q44]', async (text) => {
    const result = await judged(write, saying(text));
    expect(isYes(result)).toBe(false);
    expect(result.outcome).toBe('unknown');
  });

  it.each([
    ['no member', {}],
    [
      'members of other types',
      { status: {}, title: [1], errors: 7, error_code: [], message: {}, statusDescription: true },
    ],
    [
      'null members',
      { status: null, title: null, errors: null, error_code: null, message: null, statusDescription: null },
    ],
    ['true for a code', { ...write.success, status: true, error_code: true, [write.message]: null }],
    ['the success only in an echo', { inputSend: write.success, data: write.success }],
  ])('is not accepted by an object with %s', async (_case, json) => {
    expect(await judged(write, answer(200, json))).toMatchObject({ outcome: 'unknown' });
    expect(isYes(await judged(write, answer(400, json)))).toBe(false);
  });

  it(`a repeat is ${write.afterRepeat} [Q12]`, async () => {
    expect(await judged(write, answer(200, write.repeated))).toMatchObject({ outcome: write.afterRepeat });
  });

  it('hands what it does not know to a person, with the text and without the echo', async () => {
    const json = {
      ...write.success,
      status: '9',
      error_code: '9',
      errorDescription: 'Một câu lạ',
      [write.message]: 'Một câu lạ',
      inputSend: { x: 'Nguyễn Văn Mẫu' },
    };
    const result = await judged(write, answer(200, json));
    expect(result).toMatchObject({ outcome: 'unknown', reasonCode: 'text.unmatched' });
    expect(result.unread?.messages).toContain('Một câu lạ');
    expect(JSON.stringify(result.unread)).not.toContain('Mẫu');
  });
});

describe('conflicts of DVCLT with a state that is already final [Q15]', () => {
  const TEXT_OF: Readonly<Record<number, string>> = {
    4: 'đã hoàn thành đăng ký, không được cập nhật trạng thái',
    5: 'đã trả kết quả, không được cập nhật trạng thái',
    6: 'bị từ chối. Không thể cập nhật trạng thái',
  };
  const push = (asked: number, proven: number) =>
    judged({ ...WRITES[1], task: status(asked) }, answer(200, dvcltSays(`Hồ sơ ${TEXT_OF[proven]}`)));

  it.each([
    [1, 4],
    [3, 4],
    [7, 4],
    [4, 4],
    [1, 5],
    [3, 5],
    [7, 5],
    [4, 5],
    [5, 5],
    [6, 6],
  ])('status %i is applied already when DVCLT proves %i', async (asked, proven) => {
    expect(await push(asked, proven)).toMatchObject({ outcome: 'already-applied', proves: { provenStatus: proven } });
  });

  it.each([
    [2, 4],
    [6, 4],
    [2, 5],
    [6, 5],
    [1, 6],
    [3, 6],
    [7, 6],
    [4, 6],
    [5, 6],
    [2, 6],
  ])('status %i against the other branch %i is a discrepancy', async (asked, proven) => {
    expect(await push(asked, proven)).toMatchObject({
      outcome: 'refused',
      reasonCode: 'dvclt.discrepancy.other-branch',
    });
  });
});

describe('repeated pushes to hộ tịch [Q12]', () => {
  const write = WRITES.find((one) => one.name === 'hộ tịch push') as Write;
  it.each([
    [{ repush: true }, false, 'refused'],
    [{ repush: true }, true, 'already-applied'],
    [{}, true, 'already-applied'],
  ] as const)('"đã được tiếp nhận" to %j, unknown before: %s, is %s', async (facts, wasUnknown, outcome) => {
    const task = { ...write.task, facts, wasUnknown };
    expect(await judged({ ...write, task }, answer(200, write.repeated))).toMatchObject({ outcome });
  });
});
