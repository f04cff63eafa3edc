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
  it('asks for its codes under one module and matches the rows by code', async () => {
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
    expect(rows.map(({ code, status }) => [code, status])).toEqual([
      [CODES[2], 3],
      [CODES[0], 1],
    ]);
    expect(askedAt).toEqual(fixedClock().now());
    expect(JSON.parse(raw.toString('utf8'))).toMatchObject({ status: 1 });
  });

  it.each([[0], ['0']])('takes status %p with the text of "none known" for all absent', async (status) => {
    site().post(RESULTS).reply(200, { status, statusDescription: 'CÓ LỖI XẢY RA  khi lấy dữ liệu', value: [] });
    expect((await results().poll('KS', CODES, SIGNAL)).rows).toEqual([]);
  });

  it.each([
    [200, { status: 0, statusDescription: 'Số lượng hồ sơ vượt quá giới hạn' }, 'hotich.poll-refused'],
    [200, { value: [] }, 'hotich.poll-refused'],
    [200, 'server error', 'answer.not-json'],
    [502, {}, 'http.5xx'],
  ])('is no answer with HTTP %i %p', async (status, answer, code) => {
    site().post(RESULTS).reply(status, answer);
    await expect(results().poll('KS', CODES, SIGNAL)).rejects.toMatchObject({ code, disposition: 'retry' });
  });

  it('waits as long as it is told to', async () => {
    site().post(RESULTS).reply(429, {}, { 'Retry-After': '7' });
    await expect(results().poll('KS', CODES, SIGNAL)).rejects.toMatchObject({
      code: 'http.429',
      extra: { retryAfterMs: 7_000 },
    });
  });

  it('never carries more codes than the partner takes, nor none', async () => {
    const { maxCodesPerCall, poll } = results();
    expect(maxCodesPerCall).toBe(3);
    await expect(poll('KS', [...CODES, 'H99.101-260302-0004'], SIGNAL)).rejects.toThrow(RangeError);
    await expect(poll('KS', [], SIGNAL)).rejects.toThrow(RangeError);
  });

  it('renews a token that dies between two polls and keeps to one module per call', async () => {
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
