import { fixedClock } from '#testing';
import { depsOf } from '../testing/deps-of';
import { answer, scriptedHttp, type ScriptedHttp } from '../testing/scripted-http';
import { createOneStop } from './create-onestop';
import { eventRow } from './event-row';

const ROW = {
  viTri: 8,
  maHoSoLT: 'G22.99.08-260302-000007',
  maHoSoMCDT: 'H99.101-260302-0001',
  suKien: 'YEU_CAU_BO_SUNG',
  thoiGian: '02/03/2026 10:15:00',
  nguoiXuLy: 'CÁN BỘ MẪU',
  chucDanh: '',
  phongBanXuLy: null,
  noiDungXuLy: 'Thiếu giấy',
  hanBoSungHoSo: '11/03/2026',
};
const TOKEN = answer(200, { token: 'token-1', expiration: '2026-03-02T12:00:00' });
const signal = (): AbortSignal => AbortSignal.timeout(3_000);

function events(http: ScriptedHttp): ReturnType<typeof createOneStop>['events'] {
  const deps = depsOf('onestop', fixedClock());
  deps.http.close();
  return createOneStop({ ...deps, http }).events;
}

describe('decisions that a one-stop lists', () => {
  it('asks after a position and gives every row its decision in our words', async () => {
    const http = scriptedHttp([TOKEN, answer(200, { viTriTiep: 9, duLieu: [ROW] })]);
    const { rows, next } = await events(http).list(6, 100, signal());
    expect(http.requests[1].url).toMatch(/\/api\/motcua\/suKien\?sauViTri=6&soLuong=100$/);
    expect(next).toBe(9);
    expect(rows).toEqual([
      {
        position: 8,
        raw: expect.any(Buffer) as Buffer,
        codes: { dvclt: ROW.maHoSoLT, oneStop: ROW.maHoSoMCDT },
        decision: {
          decision: 'request-supplement',
          decidedAt: '2026-03-02T10:15:00.000+07:00',
          officer: { name: 'CÁN BỘ MẪU' },
          note: 'Thiếu giấy',
          // A deadline that is a day ends with the office hours.
          supplementDeadline: '2026-03-11T17:00:00.000+07:00',
          oneStopCode: ROW.maHoSoMCDT,
        },
      },
    ]);
  });

  it('reads a kept row as it read the listed one, however it was spelt', () => {
    const { raw } = eventRow({ ...ROW, viTri: '8' });
    const kept = events(scriptedHttp([])).read(raw);
    expect(kept).toEqual(eventRow({ ...ROW, viTri: '8' }));
    expect(eventRow(Object.fromEntries(Object.entries(ROW).reverse())).raw).toEqual(eventRow(ROW).raw);
  });

  it.each([
    ['no object', 'text', 'position-missing', 'viTri'],
    ['no position', { ...ROW, viTri: null }, 'position-missing', 'viTri'],
    ['a position below 1', { ...ROW, viTri: 0 }, 'position-missing', 'viTri'],
    ['an unknown event', { ...ROW, suKien: 'KHAC' }, 'event-kind-unknown', 'suKien'],
    ['a year only as its time', { ...ROW, thoiGian: '2026' }, 'date-unreadable', 'thoiGian'],
    ['a deadline that is no date', { ...ROW, hanBoSungHoSo: 'sớm' }, 'date-unreadable', 'hanBoSungHoSo'],
    ['no code', { ...ROW, maHoSoLT: ' ', maHoSoMCDT: null }, 'code-missing', 'maHoSoLT'],
  ])('says why a row with %s is no decision, without what it holds', (_name, row, code, field) => {
    const read = eventRow(row);
    expect(read).toMatchObject({ failure: { code, field } });
    expect('failure' in read && read.failure.reason).not.toMatch(/MẪU|KHAC|sớm/);
  });

  it.each([
    ['02/03/2026 10:15:00'],
    ['02/03/2026 10:15'],
    ['02.03.2026 10:15:00'],
    ['20260302101500'],
    ['202603021015'],
    ['2026-03-02T10:15:00'],
    ['2026-03-02T03:15:00+0000'],
    ['2026-03-02T03:15:00.000Z'],
    ['02/03/2026 10:15:00 '],
  ])('reads the time of a decision written as %s [Q09]', (thoiGian) => {
    expect(eventRow({ ...ROW, thoiGian })).toMatchObject({
      decision: { decidedAt: '2026-03-02T10:15:00.000+07:00' },
    });
  });

  it('renews a token that died between two lists, once, and reads on [Q04]', async () => {
    const http = scriptedHttp([
      TOKEN,
      answer(200, { viTriTiep: 8, duLieu: [ROW] }),
      answer(401, { status: '0', errorCode: 'UNAUTHORIZED' }),
      answer(200, { token: 'token-2', expiration: '2026-03-02T13:00:00' }),
      answer(200, { viTriTiep: 9, duLieu: [{ ...ROW, viTri: 9 }] }),
    ]);
    const source = events(http);
    await source.list(0, 1, signal());
    const { rows } = await source.list(8, 1, signal());
    expect(rows.map((row) => row.position)).toEqual([9]);
    expect(http.requests[4].headers?.['Authorization']).toBe('Bearer token-2');
  });

  it.each([
    ['an HTML page', answer(200, '<html></html>')],
    ['an answer without rows', answer(200, { viTriTiep: 3 })],
    [
      'a hundred times what any page holds',
      answer(200, { viTriTiep: 3, duLieu: Array.from({ length: 10_001 }, () => ROW) }),
    ],
    ['a refusal', answer(403, { status: '0', statusDescription: 'IP_DISALLOWED', errorCode: '101' })],
    ['a server error', answer(502, 'Bad Gateway')],
  ])('takes %s for no answer: the position stays [Q01 Q30 Q31]', async (_name, reply) => {
    await expect(events(scriptedHttp([TOKEN, reply])).list(3, 10, signal())).rejects.toMatchObject({
      disposition: 'retry',
    });
  });
});
