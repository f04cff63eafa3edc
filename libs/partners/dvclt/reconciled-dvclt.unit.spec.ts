import type { PartnerConfig } from '../config/partner-config';
import type { HttpResult } from '../http/http-port';
import { answer } from '../testing/scripted-http';
import { asked, LOG_IN, NO_ANSWERS, type NoAnswer, scriptedDeps, SIGNAL } from '../testing/reconciled-bench';
import { createDvclt } from './create-dvclt';

const WINDOW = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z') };
const rowOf = (number: number, change: object = {}) => ({
  id: 7_000 + number,
  maDonVi: 123,
  maTTHC: '2.000986',
  module: 'KS',
  maHoSo: asked(number).codes.dvclt,
  ngayTiepNhan: '02/03/2026 08:00:00',
  techId: null,
  ...change,
});

function dvclt(results: readonly HttpResult[], change?: (config: PartnerConfig) => PartnerConfig) {
  const deps = scriptedDeps('dvclt', results, change);
  return { ...deps, reconciled: createDvclt(deps).reconciled };
}

describe('what DVCLT can be asked', () => {
  it('is its list of dossiers that are not acknowledged: one page, whatever the window', async () => {
    const { http, clock, reconciled } = dvclt([
      answer(200, { data: [rowOf(1), rowOf(0, { extra: {} })], total: null }),
    ]);
    expect(reconciled.listing!.means).toBe('unacknowledged');
    expect(await reconciled.listing!.page(WINDOW, 1, SIGNAL)).toEqual({
      askedAt: clock.now(),
      rows: [
        { codes: { dvclt: asked(1).codes.dvclt }, status: null },
        { codes: { dvclt: asked(0).codes.dvclt }, status: null },
      ],
      unreadable: 0,
      next: null,
    });
    expect(http.requests).toHaveLength(2);
    expect(http.requests[1]).toMatchObject({ method: 'GET' });
  });

  it('has no query by code', () => {
    const { reconciled } = dvclt([]);
    expect(reconciled.lookUp).toBeUndefined();
    expect(reconciled.codeOf(asked(0))).toBeUndefined();
  });

  it('is nothing where the one-stop reads its list', () => {
    const { reconciled } = dvclt([], (config) => ({ ...config, intake: 'onestop' }));
    expect(reconciled).toMatchObject({ partner: 'dvclt' });
    expect(reconciled.listing).toBeUndefined();
    expect(reconciled.lookUp).toBeUndefined();
  });

  it('counts the rows that cannot be read, and a code that is listed twice once [Q43]', async () => {
    const rows = [null, rowOf(0, { maHoSo: '' }), rowOf(2), 'x', rowOf(2, { id: 'again' }), rowOf(1, { id: null })];
    const { reconciled } = dvclt([answer(200, { data: rows })]);
    const { rows: told, unreadable } = await reconciled.listing!.page(WINDOW, 1, SIGNAL);
    expect(told).toEqual([{ codes: { dvclt: asked(2).codes.dvclt }, status: null }]);
    expect(unreadable).toBe(4);
  });

  it('counts as unreadable a row whose code is none', async () => {
    const rows = [rowOf(0, { maHoSo: 'Nguyễn Văn A' }), rowOf(1), rowOf(2, { maHoSo: '079000000001' })];
    const { reconciled } = dvclt([answer(200, { data: rows })]);
    const { rows: told, unreadable } = await reconciled.listing!.page(WINDOW, 1, SIGNAL);
    expect(told).toEqual([{ codes: { dvclt: asked(1).codes.dvclt }, status: null }]);
    expect(unreadable).toBe(2);
  });

  it('counts as unreadable what a list is longer than we take', async () => {
    const short = (config: PartnerConfig) => ({ ...config, limits: { ...config.limits, maxListItems: 2 } });
    const { reconciled } = dvclt([answer(200, { data: [0, 1, 2, 3, 4].map((number) => rowOf(number)) })], short);
    const { rows, unreadable } = await reconciled.listing!.page(WINDOW, 1, SIGNAL);
    expect([rows.length, unreadable]).toEqual([2, 3]);
  });

  it('may be nothing', async () => {
    for (const data of [[], null]) {
      const { reconciled } = dvclt([answer(200, { data })]);
      expect(await reconciled.listing!.page(WINDOW, 1, SIGNAL)).toMatchObject({ rows: [], unreadable: 0, next: null });
    }
  });

  it.each<NoAnswer>([
    ...NO_ANSWERS,
    ['an error envelope', answer(200, { status: 400, title: 'server error' }), 'dvclt.list-unreadable'],
    ['HTTP 403', answer(403, { data: [] }), 'dvclt.list-unreadable'],
    ['more than we take', { kind: 'written', code: 'answer-too-large' }, 'wire.answer-too-large'],
  ])('%s is no list: nothing was found out [Q01 Q30]', async (_name, result, code) => {
    const { reconciled } = dvclt([result]);
    await expect(reconciled.listing!.page(WINDOW, 1, SIGNAL)).rejects.toMatchObject({ code, disposition: 'retry' });
  });

  it('is asked again once with a new token when the first is dead [Q04]', async () => {
    const { http, reconciled } = dvclt([answer(401, ''), LOG_IN, answer(200, { data: [rowOf(0)] })]);
    expect((await reconciled.listing!.page(WINDOW, 1, SIGNAL)).rows).toHaveLength(1);
    expect(http.requests).toHaveLength(4);
  });
});
