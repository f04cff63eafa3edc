import nock from 'nock';
import { fixedClock } from '#testing';
import { depsOf } from '../testing/deps-of';
import { RegistryClient } from './registry-client';
import { createRegistryResults } from './registry-results';

const RESULTS = '/base/apiLienThongKSKT/1.0/layKetQuaDKHT';
const CODES = ['H99.101-260302-0001', 'H99.101-260302-0002', 'H99.101-260302-0003'];
const SIGNAL = new AbortController().signal;

const site = () => nock('http://hotich.test');
const closing: (() => void)[] = [];

function results() {
  const deps = depsOf('hotich', fixedClock());
  closing.push(() => deps.http.close());
  return createRegistryResults(deps, new RegistryClient(deps));
}

beforeAll(() => nock.disableNetConnect());
beforeEach(() => {
  site().post('/base/token').reply(200, { access_token: 't-1', expires_in: '3600' });
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  nock.cleanAll();
});
afterAll(() => nock.restore());

describe('poll of results', () => {
  it('asks for its codes under one module and matches the rows by code [Q16]', async () => {
    site()
      .post(RESULTS, { maDinhDanhHoSo: CODES, maTinh: '99', module: 'LTKT' })
      .reply(200, {
        status: 1,
        statusDescription: null,
        value: [
          { maHoSoMCDT: CODES[2], trangThai: '3' },
          { maHoSoMCDT: CODES[0], trangThai: 1 },
        ],
      });
    const { askedAt, rows, raw } = await results().poll('KT', CODES, SIGNAL);
    expect(rows?.map(({ code, status }) => [code, status])).toEqual([
      [CODES[2], 3],
      [CODES[0], 1],
    ]);
    expect(askedAt).toEqual(fixedClock().now());
    expect(JSON.parse(String(raw))).toMatchObject({ status: 1 });
  });

  it.each([[0], ['0']])('takes status %p with the text of "none known" for all absent [Q16]', async (status) => {
    site().post(RESULTS).reply(200, { status, statusDescription: 'CÓ LỖI XẢY RA  khi lấy dữ liệu', value: [] });
    expect((await results().poll('KS', CODES, SIGNAL)).rows).toEqual([]);
  });

  it('is no answer with HTTP 502 [Q30]', async () => {
    site().post(RESULTS).reply(502, {});
    await expect(results().poll('KS', CODES, SIGNAL)).rejects.toMatchObject({ code: 'http.5xx', disposition: 'retry' });
  });

  it.each([
    [{ status: 0, statusDescription: 'Số lượng hồ sơ vượt quá giới hạn' }, 'hotich.poll-refused', true],
    [{ value: [] }, 'hotich.poll-refused', true],
    ['server error', 'answer.not-json', undefined],
    ['<html><body>Bad Gateway</body></html>', 'answer.not-json', undefined],
  ])('keeps the bytes of what is no answer: %j [Q01 Q18 Q30]', async (answer, unclear, isRefusal) => {
    site().post(RESULTS).reply(200, answer);
    const reply = await results().poll('KS', CODES, SIGNAL);
    expect(reply).toMatchObject({ rows: null, unclear });
    expect(reply.isRefusal).toBe(isRefusal);
    expect(reply.raw?.toString('utf8')).toBe(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });

  it('asks for fewer codes when one of them brings more than we take, since the others must not wait for it', async () => {
    const many = `{"status":1,"value":[{"maHoSoMCDT":"${CODES[0]}","x":[${'[],'.repeat(600_000)}[]]}]}`;
    const source = results();
    site().post(RESULTS).reply(200, many);
    const reply = await source.poll('KS', CODES, SIGNAL);
    expect(reply).toMatchObject({ rows: null, unclear: 'answer.too-many-values', isTooMuch: true });
    expect(reply.raw?.toString('utf8')).toBe(many);
    site().post(RESULTS).reply(200, Buffer.alloc(67_108_865, ' '));
    expect(await source.poll('KS', CODES, SIGNAL)).toMatchObject({
      rows: null,
      unclear: 'wire.answer-too-large',
      isTooMuch: true,
      raw: null,
    });
  });

  it('takes a code whose row alone is more than we take for absent', async () => {
    site().post(RESULTS).reply(200, Buffer.alloc(67_108_865, ' '));
    expect(await results().poll('KS', [CODES[0]], SIGNAL)).toMatchObject({
      rows: [],
      unclear: 'wire.answer-too-large',
    });
  });

  it.each([
    ['a meaningless status', [{ maHoSoMCDT: CODES[0], trangThai: 9 }], [[CODES[0], null]]],
    ['a row of another code', [{ maHoSoMCDT: 'H99.101-260302-9999', trangThai: 4 }], []],
    ['a row without a code', [{ trangThai: 4 }, 'text', null], []],
    [
      'two rows that contradict each other',
      [
        { maHoSoMCDT: CODES[0], trangThai: 3 },
        { maHoSoMCDT: CODES[0], trangThai: 6 },
      ],
      [],
    ],
  ])('says that %s is strange, and gives the others [Q16]', async (_name, odd, expected) => {
    site()
      .post(RESULTS)
      .reply(200, { status: 1, value: [...odd, { maHoSoMCDT: CODES[1], trangThai: '1' }] });
    const { rows, unclear } = await results().poll('KS', CODES, SIGNAL);
    expect(unclear).toBe('hotich.rows-strange');
    expect(rows?.map(({ code, status }) => [code, status])).toEqual([...expected, [CODES[1], 1]]);
  });

  it('finds nothing strange in rows that are repeated, reordered, or spelt as text [Q02 Q16]', async () => {
    const row = { maHoSoMCDT: CODES[2], trangThai: '3', thoiGianThucHien: '02/03/2026 10:15:00' };
    site()
      .post(RESULTS)
      .reply(200, { status: '1', value: [row, { maHoSoMCDT: CODES[0], trangThai: 1 }, { ...row, trangThai: 3 }] });
    const reply = await results().poll('KS', CODES, SIGNAL);
    expect(reply.unclear).toBeUndefined();
    expect(reply.rows?.map(({ code, status }) => [code, status])).toEqual([
      [CODES[2], 3],
      [CODES[0], 1],
    ]);
  });

  it('waits as long as it is told to', async () => {
    site().post(RESULTS).reply(429, {}, { 'Retry-After': '7' });
    await expect(results().poll('KS', CODES, SIGNAL)).rejects.toMatchObject({
      code: 'http.429',
      extra: { retryAfterMs: 7_000 },
    });
  });

  it('never carries more codes than the partner takes, nor none [Q18]', async () => {
    const { maxCodesPerCall, poll } = results();
    expect(maxCodesPerCall).toBe(3);
    await expect(poll('KS', [...CODES, 'H99.101-260302-0004'], SIGNAL)).rejects.toThrow(RangeError);
    await expect(poll('KS', [], SIGNAL)).rejects.toThrow(RangeError);
  });

  it('renews a token that dies between two polls and keeps to one module per call [Q04]', async () => {
    const source = results();
    site()
      .post(RESULTS, (body: { module: string }) => body.module === 'LTKS')
      .reply(200, { status: 1, value: [] });
    await source.poll('KS', CODES, SIGNAL);
    site().post(RESULTS).reply(200, { status: 0, errorCode: '100' });
    site().post('/base/token').reply(200, { access_token: 't-2', expires_in: 3600 });
    site()
      .post(RESULTS)
      .matchHeader('authorization', 'Bearer t-2')
      .reply(200, { status: 1, value: [{ maHoSoMCDT: CODES[1], trangThai: 6 }] });
    expect((await source.poll('KS', CODES, SIGNAL)).rows).toMatchObject([{ code: CODES[1], status: 6 }]);
  });
});
