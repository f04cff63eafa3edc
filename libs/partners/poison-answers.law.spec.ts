import type { CallResult } from '#delivery';
import { judgeAnswer } from './dvclt/judge-answer';
import { judgeWrite } from './dvcqg/portal-reply';
import { judgeLookUp } from './dvcqg/probe-create';
import { readResults } from './hotich/results-answer';
import { judgeSubmit } from './hotich/submit-reply';
import { hasTooManyValues, jsonObjectOf, type JsonObject } from './http/answer-json';
import { eventRow } from './onestop/event-row';
import { judgeOneStop } from './onestop/judge-onestop';
import { inBoundedTime } from './testing/bounded-work.contract';
import { shippedConfig, shippedReplies } from './testing/partner-config';

const CHARACTERS = 400_000;
const filled = (piece: string): string => piece.repeat(Math.ceil(CHARACTERS / piece.length));
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Texts that a matcher could lose itself in. */
const BAIT: readonly (readonly [name: string, text: string])[] = [
  ['marks on one letter', filled('\u0301\u0323')],
  ['one long word', filled('a')],
  ['white space', filled(' ')],
  ['lines', filled('a \n')],
  ['words of failure', filled('không ')],
  ['phrases of success', filled('thành công ')],
  ['complaints about fields', filled('meHoTen không được để trống n')],
  ['names of fields that never end', filled('meHoTen[')],
  ['numbers', filled('[1111')],
  ['addresses', filled('a.a@')],
  ['full stops', filled('1111111......')],
  ['halves of characters', filled('\ud800')],
];

const json = (
  members: JsonObject,
): { kind: 'json'; httpStatus: number; json: JsonObject; answer: Buffer; tookMs: number; isRenewed: boolean } => ({
  kind: 'json',
  httpStatus: 200,
  json: members,
  answer: Buffer.from(JSON.stringify(members), 'utf8'),
  tookMs: 1,
  isRenewed: false,
});

const PUSH = { isRepush: false, wasUnknown: false };
const CREATE = { operation: 'sync-dossier', isCreate: true, isKnownThere: false, status: 2 } as const;

/** Each partner's judge with the text in each of its message fields. */
const JUDGES: readonly (readonly [name: string, judge: (text: string) => CallResult])[] = [
  [
    'DVCLT’s title',
    (text) => judgeAnswer(shippedReplies('dvclt'), 'push-status', json({ status: 400, title: text }), 3),
  ],
  [
    'DVCLT’s errors',
    (text) => judgeAnswer(shippedReplies('dvclt'), 'push-status', json({ errors: { a: [text, text] } }), 3),
  ],
  [
    'hộ tịch’s description of success',
    (text) => judgeSubmit(shippedReplies('hotich'), PUSH, json({ status: '1', statusDescription: text })),
  ],
  [
    'hộ tịch’s description of an error',
    (text) => judgeSubmit(shippedReplies('hotich'), PUSH, json({ status: '0', errorDescription: text })),
  ],
  ['hộ tịch’s glued errors', (text) => judgeSubmit(shippedReplies('hotich'), PUSH, json({ errors: text }))],
  [
    'the portal’s message',
    (text) => judgeWrite(shippedReplies('dvcqg'), CREATE, json({ error_code: '0', message: text })),
  ],
  [
    'the one-stop’s description',
    (text) => judgeOneStop(shippedReplies('onestop'), 'report-status', json({ status: '1', statusDescription: text })),
  ],
];

describe('an answer that is poison', () => {
  describe.each(JUDGES)('in %s', (_name, judge) => {
    it.each(BAIT)('%s: a person reads it, in bounded time', async (_bait, text) => {
      const { outcome, reasonCode } = await inBoundedTime(() => judge(text));
      // White space is no message: what the code says then counts.
      if (text.trim() === '') return;
      expect(outcome).toBe('unknown');
      expect(reasonCode).toMatch(/^text\.(too-long|vetoed)$/);
    });
  });

  it('many messages are as long as one', () => {
    const errors = Array.from({ length: 100_000 }, () => '');
    const judged = judgeAnswer(shippedReplies('dvclt'), 'push-status', json({ errors: { a: errors } }), 3);
    expect(judged).toMatchObject({ outcome: 'unknown', reasonCode: 'text.too-long' });
  });

  it.each([
    ['empty arrays', `{"data":[${'[],'.repeat(1_500_000)}[]]}`],
    ['zeros', `{"data":[${'0,'.repeat(1_500_000)}0]}`],
    ['members', `{${Array.from({ length: 1_000_001 }, (_value, at) => `"${at}":0`).join()}}`],
    ['levels', `{"data":${nested(1_000_001)}}`],
  ])('of a million %s is not parsed', (_name, text) => {
    expect(hasTooManyValues(Buffer.from(text))).toBe(true);
    expect(jsonObjectOf(Buffer.from(text))).toBeUndefined();
  });

  it('that is long for its text or its files is parsed', () => {
    const text = JSON.stringify({ data: filled('",[{'), file: filled('QUJD') });
    expect(jsonObjectOf(Buffer.from(text))).toEqual(JSON.parse(text));
  });

  it('is judged by its messages alone, however deep the rest of it is nested and whatever its members are called', async () => {
    const odd = jsonObjectOf(
      Buffer.from(
        `{"__proto__":{"status":"1","error_code":"0"},"constructor":1,"x":${nested(100_000)},"n":1e${'9'.repeat(100_000)}}`,
      ),
    ) as JsonObject;
    const reply = { ...json({}), json: odd };
    const judged = await inBoundedTime(() => [
      judgeAnswer(shippedReplies('dvclt'), 'push-status', reply, 3),
      judgeSubmit(shippedReplies('hotich'), PUSH, reply),
      judgeWrite(shippedReplies('dvcqg'), CREATE, reply),
      judgeOneStop(shippedReplies('onestop'), 'report-status', reply),
    ]);
    expect(judged.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
  });
});

describe('a row that is poison', () => {
  const deep = JSON.parse(nested(100_000)) as unknown;
  const result = {
    soDangKy: '1',
    quyenSo: '01/2026',
    ngayDangKy: '02/03/2026',
    soDinhDanh: '999000000001',
    giayKhaiSinh: 'JVBERi0=',
  };
  const row = (members: JsonObject): JsonObject => ({
    maHoSoMCDT: 'A',
    trangThai: 4,
    maDonVi: 123,
    ketQuaXuLy: result,
    ...members,
  });
  const good = { ...row({}), maHoSoMCDT: 'B' };
  const read = (rows: unknown[]): ReturnType<typeof readResults> =>
    readResults(shippedConfig('hotich'), { module: 'KS', codes: ['A', 'B'] }, { status: 1, value: rows });

  it.each([
    ['nested without end', row({ x: deep })],
    ['with a result nested without end', row({ ketQuaXuLy: { ...result, noiCap: deep } })],
    [
      'with a result as text nested without end',
      row({ ketQuaXuLy: `{"x":${nested(100_000)},${JSON.stringify(result).slice(1)}` }),
    ],
    ['with a NUL in its number', row({ ketQuaXuLy: { ...result, soDangKy: '1\u0000' } })],
    ['with half a character in its book', row({ ketQuaXuLy: { ...result, quyenSo: '1\ud800' } })],
    ['with a number of a megabyte', row({ ketQuaXuLy: { ...result, soDangKy: filled('9') } })],
    ['with a unit of a megabyte', row({ maDonVi: filled('x') })],
  ])('in a poll of hộ tịch, %s, is strange and none of a known status; the others count', async (_name, poison) => {
    const answer = await inBoundedTime(() => read([poison, good]));
    expect(answer?.strange).toBe(1);
    expect(answer?.rows.filter(({ status }) => status !== null).map(({ code }) => code)).toEqual(['B']);
  });

  it.each(BAIT)('in a poll of hộ tịch, of %s, ends in bounded time', async (_name, text) => {
    const odd = { ...result, soDinhDanh: text, noiCap: text };
    const poison = row({ ketQuaXuLy: odd, thoiGianThucHien: text, hanBoSungHoSo: text, noiDungXuLy: text });
    const answer = await inBoundedTime(() => read([poison, good]));
    expect(answer?.rows.map(({ code }) => code)).toContain('B');
  });

  it.each(BAIT)('of the one-stop’s decisions, of %s, says why it is none in bounded time', async (_name, text) => {
    const fields = ['viTri', 'thoiGian'];
    const right = { viTri: 1, suKien: 'TIEP_NHAN', thoiGian: '02/03/2026 08:00:00', maHoSoMCDT: 'H99.101-261125-0001' };
    for (const field of fields) {
      const read = await inBoundedTime(() => eventRow({ ...right, [field]: text, noiDungXuLy: text, x: deep }));
      if (text.trim() !== '') expect(read).toHaveProperty('failure');
    }
  });

  it('of the portal is looked up in bounded time', async () => {
    const answer = json({ error_code: '0', message: filled('\u0301\u0323'), result: [{ MaHoSo: filled('a') }] });
    const created = { code: 'H99.101-261125-0001', status: 2 };
    const { verdict } = await inBoundedTime(() => judgeLookUp(shippedReplies('dvcqg'), created, answer, new Date(0)));
    expect(verdict).not.toBe('applied');
  });
});
