import type { AppError } from '#platform';
import type { Found, ListedPage } from '#reconciliation';
import { answer } from '../testing/scripted-http';
import {
  asked,
  bodyOf,
  LOG_IN,
  NO_ANSWERS,
  type NoAnswer,
  questionsTo,
  scriptedDeps,
  SIGNAL,
} from '../testing/reconciled-bench';
import type { HttpResult } from '../http/http-port';
import { createOneStop } from './create-onestop';

const WINDOW = { from: new Date('2026-03-01T17:00:00Z'), to: new Date('2026-03-03T17:00:00Z') };
const rowOf = (number: number, change: object = {}) => ({
  maHoSoLT: asked(number).codes.dvclt,
  maHoSoMCDT: asked(number).codes.oneStop,
  trangThai: 4,
  thoiGianCapNhat: '02/03/2026 10:15:00',
  ...change,
});
const rowsFrom = (first: number, count: number) => Array.from({ length: count }, (_none, at) => rowOf(first + at));
const says = (duLieu: unknown, more: object = {}) => answer(200, { status: '1', duLieu, ...more });

function oneStop(...results: readonly HttpResult[]) {
  const deps = scriptedDeps('onestop', results);
  return { ...deps, reconciled: createOneStop(deps).reconciled };
}

describe('the one-stop asked by code', () => {
  const lookUp = async (result: HttpResult, dossiers = [asked(0), asked(1), asked(2)]) => {
    const { http, reconciled } = oneStop(result);
    return { ...(await reconciled.lookUp!.ask(dossiers, SIGNAL)), questions: questionsTo(http) };
  };

  it('is asked for its own code, and for DVCLT’s where that is not known', async () => {
    const dossiers = [asked(0), asked(1, { oneStop: undefined })];
    const { questions, found, askedAt } = await lookUp(says([]), dossiers);
    expect(questions).toEqual([{ maHoSo: ['H99.101-260302-0000', 'G22.99.08-260302-000001'] }]);
    expect(found).toEqual([{ kind: 'absent' }, { kind: 'absent' }]);
    expect(askedAt).toEqual(oneStop().clock.now());
  });

  it('rows come in any order, by either code', async () => {
    const { found } = await lookUp(says([rowOf(2, { maHoSoMCDT: null, trangThai: '9', extra: { a: 1 } }), rowOf(0)]));
    const changedAt = new Date('2026-03-02T03:15:00Z');
    expect(found).toEqual([
      { kind: 'rows', rows: [{ codes: asked(0).codes, status: 4, changedAt }] },
      { kind: 'absent' },
      { kind: 'rows', rows: [{ codes: { dvclt: asked(2).codes.dvclt }, status: 9, changedAt }] },
    ]);
  });

  it('beside a row that nobody asked for, who has no row is not absent: it may be its, spelled otherwise', async () => {
    const small = asked(1).codes.oneStop?.toLowerCase();
    for (const row of [rowOf(9), rowOf(1, { maHoSoLT: null, maHoSoMCDT: small })]) {
      const { found } = await lookUp(says([rowOf(0), row]), [asked(0), asked(1)]);
      expect(found).toMatchObject([
        { kind: 'rows' },
        { kind: 'unreadable', reasonCode: 'onestop.row-of-another-code' },
      ]);
    }
  });

  it.each([['Nguyễn Văn A'], ['079000000001'], ['H99 101'], [`H99\u0000`], ['x'.repeat(65)]])(
    'a row whose one code is none is unreadable for the dossier of the other, and the text goes nowhere (case %#)',
    async (strange) => {
      const { found } = await lookUp(
        says([rowOf(0, { maHoSoMCDT: strange }), rowOf(1, { maHoSoLT: strange }), rowOf(2)]),
      );
      const unreadable = { kind: 'unreadable', reasonCode: 'onestop.code-strange' };
      expect(found).toMatchObject([unreadable, unreadable, { kind: 'rows' }]);
      expect(JSON.stringify(found)).not.toContain(JSON.stringify(strange));
    },
  );

  it('a dossier that it has twice is there twice, also where one of them has no code of its own', async () => {
    const twin = rowOf(0, { maHoSoMCDT: 'Nguyễn Văn A', trangThai: 1 });
    for (const rows of [
      [rowOf(0), twin],
      [twin, rowOf(0)],
    ]) {
      const { found } = await lookUp(says(rows), [asked(0)]);
      const told = found[0].kind === 'rows' ? found[0].rows.map(({ codes, status }) => [codes, status]) : found[0];
      expect(told).toEqual([
        [asked(0).codes, 4],
        [{ dvclt: asked(0).codes.dvclt, oneStop: 'unreadable' }, 1],
      ]);
    }
  });

  it('a dossier that it has twice comes as two rows, and a row that it repeats as one', async () => {
    const twin = rowOf(0, { maHoSoMCDT: 'H99.101-260302-7777', trangThai: 1 });
    const { found } = await lookUp(says([rowOf(0), twin, rowOf(1), rowOf(1, { trangThai: '4' })]));
    expect(found.map((one) => (one.kind === 'rows' ? one.rows.map(({ status }) => status) : one.kind))).toEqual([
      [4, 1],
      [4],
      'absent',
    ]);
  });

  it('a row that is repeated has its latest time', async () => {
    const { found } = await lookUp(
      says([rowOf(0), rowOf(0, { thoiGianCapNhat: '02/03/2026 11:00:00' }), rowOf(0, { thoiGianCapNhat: null })]),
      [asked(0)],
    );
    expect(found).toEqual([
      { kind: 'rows', rows: [{ codes: asked(0).codes, status: 4, changedAt: new Date('2026-03-02T04:00:00Z') }] },
    ]);
  });

  it('two rows that contradict each other say nothing about their dossier', async () => {
    const { found } = await lookUp(says([rowOf(0), rowOf(1), rowOf(0, { trangThai: 5 }), rowOf(2)]));
    expect(found.map(({ kind }) => kind)).toEqual(['unreadable', 'rows', 'rows']);
    expect(found[0]).toEqual({ kind: 'unreadable', reasonCode: 'onestop.rows-contradict' });
  });

  it.each([
    ['null', null],
    ['text', 'x'],
    ['without codes', { trangThai: 4 }],
    ['with codes that are none', { maHoSoMCDT: `H99\u0000`, maHoSoLT: 'x'.repeat(65) }],
    ['with a name and a number for codes', { maHoSoMCDT: 'Nguyễn Văn A', maHoSoLT: '079000000001' }],
  ])('beside a row that is %s, who has no row is not absent: the row may be its', async (_name, odd) => {
    const { found } = await lookUp(says([rowOf(0), odd]), [asked(0), asked(1)]);
    expect(found).toMatchObject([{ kind: 'rows' }, { kind: 'unreadable', reasonCode: 'onestop.row-without-code' }]);
  });

  it.each([[0], [11], [-1], [4.5], ['x'], [null], [true], [undefined]])(
    'a status %p is none that is known [Q02]',
    async (trangThai) => {
      const { found } = await lookUp(says([rowOf(0, { trangThai })]), [asked(0)]);
      expect(found).toMatchObject([{ kind: 'rows', rows: [{ status: null }] }]);
    },
  );

  it.each([
    ['02/03/2026 10:15:00', '2026-03-02T03:15:00Z'],
    ['02/03/2026 10:15:00 ', '2026-03-02T03:15:00Z'],
    ['2026-03-02 10:15:00', '2026-03-02T03:15:00Z'],
    ['20260302101500', '2026-03-02T03:15:00Z'],
    ['2026-03-02T03:15:00.000+0000', '2026-03-02T03:15:00Z'],
    ['02.03.2026', '2026-03-01T17:00:00Z'],
    ['03/2026', undefined],
    ['hôm qua', undefined],
    [null, undefined],
  ])('reads the time of a change from %p [Q09]', async (thoiGianCapNhat, expected) => {
    const { found } = await lookUp(says([rowOf(0, { thoiGianCapNhat })]), [asked(0)]);
    const changedAt = expected === undefined ? {} : { changedAt: new Date(expected) };
    expect(found).toEqual([{ kind: 'rows', rows: [{ codes: asked(0).codes, status: 4, ...changedAt }] }]);
  });

  it('no rows at all are null or an empty list', async () => {
    for (const none of [null, []]) {
      const { found } = await lookUp(says(none), [asked(0)]);
      expect(found).toEqual([{ kind: 'absent' }]);
    }
  });

  it.each<NoAnswer>([...NO_ANSWERS])(
    '%s is no answer: nothing was found out, and nobody is asked again [Q01 Q30]',
    async (_name, result, code) => {
      await expect(lookUp(result)).rejects.toMatchObject({ code, disposition: 'retry', extra: { calls: 1 } });
    },
  );

  it.each<NoAnswer>([
    [
      'a failure',
      answer(200, { status: '0', statusDescription: 'server error', duLieu: [] }),
      'onestop.look-up-unreadable',
    ],
    ['no rows where rows should be', answer(200, { status: '1' }), 'onestop.look-up-unreadable'],
    ['rows that are no list', says({ 0: rowOf(0) }), 'onestop.look-up-unreadable'],
    ['HTTP 403', answer(403, { status: '1', duLieu: [] }), 'onestop.read-refused'],
  ])('%s for every dossier is no answer: nothing was found out [Q01 Q30]', async (_name, result, code) => {
    const { reconciled } = oneStop(...Array(5).fill(result));
    const asking = reconciled.lookUp!.ask([asked(0), asked(1), asked(2)], SIGNAL);
    await expect(asking).rejects.toMatchObject({ code, disposition: 'retry', extra: { calls: 5 } });
  });

  describe('one code that is refused', () => {
    const REFUSED = answer(200, { status: '0', statusDescription: 'Mã hồ sơ không đúng định dạng', duLieu: null });
    const TOO_LARGE: HttpResult = { kind: 'written', code: 'answer-too-large' };
    const three = [asked(0), asked(1), asked(2)];
    const short = ({ found }: { found: readonly Found[] }) =>
      found.map((one) => (one.kind === 'unreadable' ? one.reasonCode : one.kind));

    it.each([
      ['onestop.look-up-unreadable', REFUSED],
      ['onestop.read-refused', answer(400, { status: '0' })],
      ['wire.answer-too-large', TOO_LARGE],
    ])('is halved out (%s): it is unreadable alone, and hides no other', async (code, refusal) => {
      const { reconciled, http } = oneStop(refusal, refusal, says([rowOf(0)]), refusal, says([]));
      const answered = await reconciled.lookUp!.ask(three, SIGNAL);
      expect(short(answered)).toEqual(['rows', code, 'absent']);
      expect(answered.calls).toBe(5);
      expect(questionsTo(http).map(({ maHoSo }) => (maHoSo as string[]).length)).toEqual([3, 2, 1, 1, 1]);
      expect(reconciled.lookUp!.mostCalls).toBe(99);
    });

    it('alone is unreadable while the one-stop answers, also its list, and no answer of it when it does not', async () => {
      const { reconciled, clock } = oneStop(REFUSED, says([]), REFUSED, REFUSED);
      const ask = () => reconciled.lookUp!.ask([asked(0)], SIGNAL);
      const refused = { code: 'onestop.look-up-unreadable', extra: { calls: 1 } };
      await expect(ask()).rejects.toMatchObject(refused);
      await reconciled.listing!.page(WINDOW, 1, SIGNAL);
      expect(short(await ask())).toEqual(['onestop.look-up-unreadable']);
      clock.advance(600_001);
      await expect(ask()).rejects.toMatchObject(refused);
    });

    it('one answer that is too much is one dossier’s, whether or not others are answered', async () => {
      const { reconciled } = oneStop(TOO_LARGE);
      expect(short(await reconciled.lookUp!.ask([asked(0)], SIGNAL))).toEqual(['wire.answer-too-large']);
    });

    it('a one-stop that refuses ten in a row is asked for no more of them', async () => {
      const { reconciled } = oneStop(says([]), ...Array(99).fill(REFUSED));
      await reconciled.listing!.page(WINDOW, 1, SIGNAL);
      const fifty = Array.from({ length: 50 }, (_none, number) => asked(number));
      const failure = await reconciled.lookUp!.ask(fifty, SIGNAL).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'onestop.look-up-unreadable', disposition: 'retry' });
      expect((failure as AppError).extra['calls']).toBeLessThan(30);
    });
  });

  it('a dead token is renewed once, also inside HTTP 200 [Q03]', async () => {
    for (const dead of [answer(401, ''), answer(200, { status: '401' })]) {
      const { http, reconciled } = oneStop(dead, LOG_IN, says([rowOf(0)]));
      const { found } = await reconciled.lookUp!.ask([asked(0)], SIGNAL);
      expect(found).toMatchObject([{ kind: 'rows' }]);
      expect(http.requests).toHaveLength(4);
      expect(bodyOf(http.requests[3])).toEqual(bodyOf(http.requests[1]));
    }
    const { reconciled } = oneStop(answer(401, ''), LOG_IN, answer(401, ''));
    await expect(reconciled.lookUp!.ask([asked(0)], SIGNAL)).rejects.toMatchObject({ code: 'auth.refused' });
  });

  it('takes 50 dossiers a call, fewer where its file says so, and never none', async () => {
    const { lookUp: shipped } = oneStop().reconciled;
    expect(shipped!.atMost).toBe(50);
    const small = scriptedDeps('onestop', [], (config) => ({ ...config, limits: { ...config.limits, batch: 20 } }));
    expect(createOneStop(small).reconciled.lookUp!.atMost).toBe(20);
    await expect(shipped!.ask([], SIGNAL)).rejects.toThrow(RangeError);
    await expect(shipped!.ask(Array(51).fill(asked(0)), SIGNAL)).rejects.toThrow(RangeError);
  });
});

describe('the list of the one-stop', () => {
  const page = async (result: HttpResult, number = 1, window = WINDOW) => {
    const { http, reconciled } = oneStop(result);
    const listed = await reconciled.listing!.page(window, number, SIGNAL);
    return { ...listed, questions: questionsTo(http) };
  };

  it('is asked for local days and times, the end not included', async () => {
    const { questions, askedAt } = await page(says([]), 3);
    expect(questions).toEqual([
      { tuNgay: '02/03/2026 00:00:00', denNgay: '03/03/2026 23:59:59', trang: 3, soLuong: 200 },
    ]);
    expect(askedAt).toEqual(oneStop().clock.now());
    expect(oneStop().reconciled.listing!.means).toBe('state');
  });

  it('a window within a second leaves nothing of it out', async () => {
    const window = { from: new Date('2026-03-01T17:00:00.400Z'), to: new Date('2026-03-01T17:00:01.500Z') };
    const { questions } = await page(says([]), 1, window);
    expect(questions).toMatchObject([{ tuNgay: '02/03/2026 00:00:00', denNgay: '02/03/2026 00:00:01' }]);
  });

  it('gives every row that has a code, and counts the others', async () => {
    const own = { maHoSoLT: null, maHoSoMCDT: 'H99.101-260302-8888', trangThai: 99, extra: null };
    const { rows, unreadable } = await page(
      says([rowOf(0), null, own, { trangThai: 1 }, rowOf(1, { trangThai: '2' })]),
    );
    expect(rows.map(({ codes, status }) => [codes, status])).toEqual([
      [asked(0).codes, 4],
      [{ oneStop: 'H99.101-260302-8888' }, null],
      [asked(1).codes, 2],
    ]);
    expect(unreadable).toBe(2);
  });

  it('rows that contradict each other are told by neither, so that their dossier is asked for by code', async () => {
    const { rows, unreadable } = await page(says([rowOf(0), rowOf(1), rowOf(0, { trangThai: 5 }), rowOf(1)]));
    expect(rows.map(({ codes }) => codes)).toEqual([asked(1).codes]);
    expect(unreadable).toBe(1);
  });

  it('gives no text that is no code: its row is unreadable, and its dossier is asked for by code', async () => {
    const { rows, unreadable } = await page(
      says([
        rowOf(0, { maHoSoMCDT: 'Nguyễn Văn A' }),
        rowOf(1, { maHoSoLT: '079000000001' }),
        rowOf(1),
        rowOf(2),
        rowOf(3, { maHoSoMCDT: 'Nguyễn Văn A', maHoSoLT: '079000000001' }),
      ]),
    );
    expect(rows.map(({ codes }) => codes)).toEqual([asked(2).codes]);
    expect(unreadable).toBe(3);
  });

  it('tells a dossier twice that it has twice, also where one of them has no code of its own', async () => {
    const { rows, unreadable } = await page(says([rowOf(0, { maHoSoMCDT: 'Nguyễn Văn A', trangThai: 1 }), rowOf(0)]));
    expect(rows.map(({ codes, status }) => [codes, status])).toEqual([
      [asked(0).codes, 4],
      [{ dvclt: asked(0).codes.dvclt, oneStop: 'unreadable' }, 1],
    ]);
    expect(unreadable).toBe(0);
  });

  it.each<[string, { page: number; rows: number; total?: object }, number | null]>([
    ['a total beyond a full page', { page: 1, rows: 200, total: { tongSo: 450 } }, 2],
    ['a total as text [Q02]', { page: 2, rows: 200, total: { tongSo: '450' } }, 3],
    ['the last rows of the total', { page: 3, rows: 50, total: { tongSo: 450 } }, null],
    ['a full page that is the total: it may be of the page alone', { page: 1, rows: 200, total: { tongSo: 200 } }, 2],
    ['a full page that completes the total', { page: 2, rows: 200, total: { tongSo: 400 } }, 3],
    ['a shorter page than asked for', { page: 1, rows: 100, total: { tongSo: 450 } }, 2],
    [
      'the third of such pages, whose rows would be enough had all been full',
      { page: 3, rows: 100, total: { tongSo: 450 } },
      4,
    ],
    ['more pages than rows', { page: 30, rows: 100, total: { tongSo: 30 } }, null],
    ['everything at once, whatever was asked for', { page: 1, rows: 450, total: { tongSo: 450 } }, 2],
    ['a full page without a total', { page: 1, rows: 200 }, 2],
    ['a shorter page without a total', { page: 2, rows: 199 }, null],
    ['a full page with null for a total', { page: 1, rows: 200, total: { tongSo: null } }, 2],
    ['a full page with a text for a total', { page: 1, rows: 200, total: { tongSo: 'nhiều' } }, 2],
    ['a full page with nothing for a total', { page: 1, rows: 200, total: { tongSo: 0 } }, 2],
    ['a shorter page with less than nothing for a total', { page: 1, rows: 10, total: { tongSo: -1 } }, null],
    ['an empty page, whatever the total', { page: 3, rows: 0, total: { tongSo: 450 } }, null],
  ])('goes on or ends after %s', async (_name, given, next) => {
    expect((await page(says(rowsFrom(0, given.rows), given.total), given.page)).next).toBe(next);
  });

  it('a page of rows that cannot be read is not an empty one', async () => {
    const listed = await page(says([null, null], { tongSo: 450 }));
    expect([listed.rows, listed.unreadable, listed.next]).toEqual([[], 2, 2]);
  });

  it('a one-stop that gives the same page again and again is left after the second', async () => {
    const same = says(rowsFrom(0, 200), { tongSo: 450 });
    const { reconciled, log } = oneStop(same, same, same, same);
    const pages: ListedPage[] = [];
    for (const number of [1, 2]) pages.push(await reconciled.listing!.page(WINDOW, number, SIGNAL));
    expect(pages.map(({ next }) => next)).toEqual([2, null]);
    expect(log.lines.filter(({ event }) => event === 'onestop.list-repeats')).toEqual([
      { event: 'onestop.list-repeats', fields: { page: 2 } },
    ]);
    // A page that is asked for again after a failure, or in another window, is no repeat.
    expect((await reconciled.listing!.page(WINDOW, 2, SIGNAL)).next).toBe(3);
    expect((await reconciled.listing!.page({ ...WINDOW, from: new Date(0) }, 3, SIGNAL)).next).toBe(4);
  });

  it('a row without end is unreadable, and ends nothing', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const listed = await page(answer(200, `{"status":"1","duLieu":[${JSON.stringify(rowOf(0))},${deep}]}`));
    expect([listed.rows.length, listed.unreadable, listed.next]).toEqual([1, 1, null]);
  });

  it.each(NO_ANSWERS)('%s is no page: nothing was found out [Q30]', async (_name, result, code) => {
    await expect(page(result)).rejects.toMatchObject({ code, disposition: 'retry' });
  });

  it('waits as long as it is told to [Q32]', async () => {
    const busy = answer(429, {}, { 'retry-after': '7' });
    await expect(page(busy)).rejects.toMatchObject({ extra: { retryAfterMs: 7_000 } });
  });

  it('logs no code and no body', async () => {
    const { reconciled, log } = oneStop(says([rowOf(0), null]));
    await reconciled.listing!.page(WINDOW, 1, SIGNAL);
    expect(JSON.stringify(log.lines)).not.toMatch(/G22|H99/);
  });
});
