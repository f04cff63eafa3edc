import type { AskedDossier, Found } from '#reconciliation';
import type { PartnerConfig } from '../config/partner-config';
import type { HttpResult } from '../http/http-port';
import { answer } from '../testing/scripted-http';
import { asked, LOG_IN, NO_ANSWERS, questionsTo, scriptedDeps, SIGNAL } from '../testing/reconciled-bench';
import { reconciledHotich } from './reconciled-hotich';
import { RegistryClient } from './registry-client';
import { createRegistryResults } from './registry-results';

const PDF = Buffer.from('%PDF-1.7 mau').toString('base64');
const BIRTH = {
  soDinhDanh: '999226000004',
  soDangKy: '1',
  quyenSo: '01/2026',
  ngayDangKy: '02/03/2026',
  giayKhaiSinh: PDF,
};
const BIRTHS = [asked(0), asked(2), asked(4)];
const NONE = answer(200, { status: 0, statusDescription: 'Có lỗi xảy ra khi lấy dữ liệu', value: [] });
const REFUSED = answer(200, { status: 0, statusDescription: 'Số lượng hồ sơ vượt quá giới hạn', value: [] });
const MINUTE_MS = 60_000;
const TOO_LARGE: HttpResult = { kind: 'written', code: 'answer-too-large' };

const rowOf = (number: number, change: object = {}) => ({
  maHoSoLT: asked(number).codes.dvclt,
  maHoSoMCDT: asked(number).codes.oneStop,
  trangThai: 3,
  thoiGianThucHien: '02/03/2026 10:15:00',
  ketQuaXuLy: null,
  ...change,
});
const says = (...value: readonly unknown[]) => answer(200, { status: 1, statusDescription: null, value });

function hotich(results: readonly HttpResult[], change?: (config: PartnerConfig) => PartnerConfig) {
  const deps = scriptedDeps('hotich', results, change);
  return { ...deps, reconciled: reconciledHotich(deps, new RegistryClient(deps)) };
}

/** One hộ tịch that is asked one question after the other. */
function asksOf(results: readonly HttpResult[]) {
  const { reconciled, clock } = hotich(results);
  const ask = async (...dossiers: readonly AskedDossier[]) =>
    short((await reconciled.lookUp!.ask(dossiers, SIGNAL)).found);
  return { ask, clock };
}

async function lookUp(dossiers: readonly AskedDossier[], ...results: readonly HttpResult[]) {
  const { http, reconciled } = hotich(results);
  const { found, askedAt, calls } = await reconciled.lookUp!.ask(dossiers, SIGNAL);
  const questions = questionsTo(http).map(({ maDinhDanhHoSo, module }) => [module, maDinhDanhHoSo]);
  return { found, askedAt, calls, questions, requests: http.requests };
}

const short = (found: readonly Found[]) =>
  found.map((one) => (one.kind === 'rows' ? one.rows[0].status : one.kind === 'absent' ? 'absent' : one.reasonCode));
const codesOf = (dossiers: readonly AskedDossier[]) => dossiers.map(({ codes }) => codes.oneStop);

describe('what hộ tịch can be asked', () => {
  it('is as many dossiers as one poll takes, by the one-stop’s code; it has no list [Q18]', async () => {
    const { reconciled, clock } = hotich([]);
    expect(reconciled.lookUp!.atMost).toBe(3);
    expect(reconciled.listing).toBeUndefined();
    expect(reconciled.codeOf(asked(0, { oneStop: undefined }))).toBeUndefined();
    const { questions, found, askedAt } = await lookUp(BIRTHS, NONE);
    expect(questions).toEqual([['LTKS', codesOf(BIRTHS)]]);
    expect(found).toEqual(Array(3).fill({ kind: 'absent' }));
    expect(askedAt).toEqual(clock.now());
  });

  it.each([[[]], [[...BIRTHS, asked(6)]], [[asked(0, { oneStop: undefined })]]])(
    'is never none, more than that, or one without its code (case %#)',
    async (dossiers) => {
      await expect(hotich([]).reconciled.lookUp!.ask(dossiers, SIGNAL)).rejects.toThrow(RangeError);
    },
  );

  it('dossiers of two modules are asked for in two calls, and told in the order of asking', async () => {
    const mixed = [asked(1), asked(0), asked(3)];
    const { questions, found } = await lookUp(mixed, says(rowOf(0)), says(rowOf(3, { trangThai: 2 }), rowOf(1)));
    expect(questions).toEqual([
      ['LTKS', codesOf([asked(0)])],
      ['LTKT', codesOf([asked(1), asked(3)])],
    ]);
    expect(short(found)).toEqual([3, 3, 2]);
  });

  it('rows come in any order, with statuses as number or text, beside rows that nobody asked for [Q02 Q16]', async () => {
    const { found } = await lookUp(BIRTHS, says(rowOf(4, { trangThai: '6', extra: {} }), rowOf(8), rowOf(0)));
    const changedAt = new Date('2026-03-02T03:15:00Z');
    expect(found).toEqual([
      {
        kind: 'rows',
        rows: [{ codes: { dvclt: asked(0).codes.dvclt, oneStop: asked(0).codes.oneStop }, status: 3, changedAt }],
      },
      { kind: 'unreadable', reasonCode: 'hotich.row-of-another-code' },
      { kind: 'rows', rows: [{ codes: asked(4).codes, status: 6, changedAt }] },
    ]);
  });

  it('beside a row of a code that nobody asked for, who has no row is not absent: it may be its, spelled otherwise', async () => {
    const small = rowOf(0, { maHoSoMCDT: asked(0).codes.oneStop?.toLowerCase() });
    const { found } = await lookUp([asked(0), asked(2)], says(small, rowOf(2)));
    expect(short(found)).toEqual(['hotich.row-of-another-code', 3]);
  });

  it.each([[9], [5], [0], ['x'], [null], [undefined]])(
    'a row with the meaningless status %p says that it does not have the dossier [Q16]',
    async (trangThai) => {
      const { found } = await lookUp(BIRTHS, says(rowOf(0), rowOf(2, { trangThai, maHoSoLT: null })));
      expect(short(found)).toEqual([3, 'absent', 'absent']);
    },
  );

  it('a completed row has its result when nothing of it is missing [Q08 Q19]', async () => {
    const results: readonly (readonly [unknown, boolean])[] = [
      [BIRTH, true],
      [JSON.stringify(BIRTH), true],
      [null, false],
      [{ ...BIRTH, giayKhaiSinh: '' }, false],
      [{ ...BIRTH, soDinhDanh: null }, false],
      [{ ...BIRTH, soDangKy: '' }, false],
    ];
    for (const [ketQuaXuLy, hasResult] of results) {
      const { found } = await lookUp([asked(0)], says(rowOf(0, { trangThai: 4, ketQuaXuLy })));
      expect(found).toMatchObject([{ kind: 'rows', rows: [{ status: 4, hasResult }] }]);
    }
    const death = { ...BIRTH, soDinhDanh: null, giayKhaiSinh: null, giayKhaiTu: PDF };
    const { found } = await lookUp([asked(1)], says(rowOf(1, { trangThai: 4, ketQuaXuLy: death })));
    expect(found).toMatchObject([{ kind: 'rows', rows: [{ status: 4, hasResult: true }] }]);
  });

  it('a row that is not completed tells nothing of a result', async () => {
    const { found } = await lookUp([asked(0)], says(rowOf(0, { ketQuaXuLy: BIRTH })));
    expect(found[0].kind === 'rows' && 'hasResult' in found[0].rows[0]).toBe(false);
  });

  it('a result that nobody can take is no absent dossier', async () => {
    const ketQuaXuLy = { ...BIRTH, quyenSo: 'x'.repeat(300) };
    const { found } = await lookUp([asked(0)], says(rowOf(0, { trangThai: 4, ketQuaXuLy })));
    expect(short(found)).toEqual(['hotich.result-unreadable']);
  });

  it('a row without end is unreadable, and hides no other', async () => {
    const deep = `${'['.repeat(50)}${']'.repeat(50)}`;
    const row = JSON.stringify(rowOf(0, { ketQuaXuLy: 0 })).replace('"ketQuaXuLy":0', `"ketQuaXuLy":${deep}`);
    const { found } = await lookUp(BIRTHS, answer(200, `{"status":1,"value":[${row},${JSON.stringify(rowOf(2))}]}`));
    expect(short(found)).toEqual(['hotich.row-too-deep', 3, 'absent']);
  });

  it('one row that is repeated counts once; two that contradict each other say nothing', async () => {
    const completed = rowOf(2, { trangThai: 4, ketQuaXuLy: BIRTH });
    const { found } = await lookUp(
      BIRTHS,
      says(
        rowOf(0),
        rowOf(0, { trangThai: '3' }),
        completed,
        { ...completed, ketQuaXuLy: null },
        rowOf(4),
        rowOf(4, { trangThai: 9 }),
      ),
    );
    expect(short(found)).toEqual([3, 'hotich.rows-contradict', 'hotich.rows-contradict']);
    expect(found[0]).toMatchObject({ rows: [{ status: 3 }] });
  });

  it('beside a row without a code, who has no row is not absent: the row may be its', async () => {
    for (const odd of [null, 'x', { trangThai: 3 }, { maHoSoMCDT: ' ', trangThai: 3 }]) {
      const { found } = await lookUp(BIRTHS, says(rowOf(0), odd));
      expect(short(found)).toEqual([3, 'hotich.row-without-code', 'hotich.row-without-code']);
    }
  });

  it('no rows are an empty list, null, or the text that says so', async () => {
    for (const none of [NONE, says(), answer(200, { status: '1', value: null })]) {
      expect(short((await lookUp([asked(0)], none)).found)).toEqual(['absent']);
    }
  });

  it('a poll that is refused or too much is halved, down to one dossier [Q18 Q21]', async () => {
    for (const first of [REFUSED, TOO_LARGE]) {
      const { found, questions, calls } = await lookUp(BIRTHS, first, first, says(rowOf(0)), NONE, says(rowOf(4)));
      expect(questions.map(([, codes]) => codes)).toEqual([
        codesOf(BIRTHS),
        codesOf([asked(0), asked(2)]),
        codesOf([asked(0)]),
        codesOf([asked(2)]),
        codesOf([asked(4)]),
      ]);
      expect(short(found)).toEqual([3, 'absent', 3]);
      expect(calls).toBe(5);
    }
  });

  it('one dossier that is too much, or refused beside others, is unreadable alone', async () => {
    const large = await lookUp(BIRTHS, TOO_LARGE, TOO_LARGE, TOO_LARGE, says(rowOf(2)), NONE);
    expect(short(large.found)).toEqual(['wire.answer-too-large', 3, 'absent']);
    const refused = await lookUp(BIRTHS, REFUSED, REFUSED, says(rowOf(0)), REFUSED, NONE);
    expect(short(refused.found)).toEqual([3, 'hotich.poll-refused', 'absent']);
    expect(short((await lookUp([asked(0)], TOO_LARGE)).found)).toEqual(['wire.answer-too-large']);
  });

  it.each([
    ['a refusal', REFUSED],
    ['an error of the platform', answer(403, { fault: { code: 900_908 } })],
    ['rows that are no list', answer(200, { status: 1, value: { 0: rowOf(0) } })],
  ])('%s of every dossier is no answer: nothing was found out [Q01]', async (_name, result) => {
    const failure = { code: 'hotich.poll-refused', disposition: 'retry' };
    await expect(lookUp([asked(0)], result)).rejects.toMatchObject(failure);
    await expect(lookUp([asked(0), asked(1)], result, result)).rejects.toMatchObject(failure);
  });

  it.each(NO_ANSWERS)(
    '%s is no answer: nothing was found out, and nobody is asked again [Q30]',
    async (_name, result, code) => {
      await expect(lookUp(BIRTHS, result)).rejects.toMatchObject({ code, disposition: 'retry' });
    },
  );

  it('a failure in the second half is one of the whole question, and says how many calls it made', async () => {
    const busy = answer(503, {}, { 'retry-after': '7' });
    await expect(lookUp(BIRTHS, REFUSED, says(rowOf(0)), busy)).rejects.toMatchObject({
      code: 'http.5xx',
      extra: { calls: 3, retryAfterMs: 7_000 },
    });
    await expect(lookUp([asked(0), asked(1)], REFUSED, REFUSED)).rejects.toMatchObject({ extra: { calls: 2 } });
  });

  describe('one dossier that is refused, asked for alone', () => {
    const refused = { code: 'hotich.poll-refused', disposition: 'retry' };

    it('is unreadable while hộ tịch answers other questions, and ends nothing', async () => {
      const { ask, clock } = asksOf([says(rowOf(0)), REFUSED, NONE, REFUSED]);
      expect(await ask(asked(0))).toEqual([3]);
      clock.advance(9 * MINUTE_MS);
      expect(await ask(asked(2))).toEqual(['hotich.poll-refused']);
      expect(await ask(asked(4))).toEqual(['absent']);
      clock.advance(10 * MINUTE_MS);
      expect(await ask(asked(2))).toEqual(['hotich.poll-refused']);
    });

    it('says nothing of the dossier where hộ tịch has answered nobody for ten minutes, or never', async () => {
      const { ask, clock } = asksOf([REFUSED, says(rowOf(0)), REFUSED]);
      await expect(ask(asked(2))).rejects.toMatchObject(refused);
      expect(await ask(asked(0))).toEqual([3]);
      clock.advance(10 * MINUTE_MS + 1);
      await expect(ask(asked(2))).rejects.toMatchObject({ ...refused, extra: { calls: 1 } });
    });

    it('a poll of results that is answered shows that hộ tịch answers', async () => {
      const deps = scriptedDeps('hotich', [says(), REFUSED]);
      const client = new RegistryClient(deps);
      await createRegistryResults(deps, client).poll('KS', codesOf([asked(0)]) as string[], SIGNAL);
      const { found } = await reconciledHotich(deps, client).lookUp!.ask([asked(2)], SIGNAL);
      expect(short(found)).toEqual(['hotich.poll-refused']);
    });

    it('ten in a row are a hộ tịch that refuses, until it answers one', async () => {
      const { ask } = asksOf([NONE, ...Array.from({ length: 11 }, () => REFUSED), NONE, REFUSED]);
      await ask(asked(0));
      for (let count = 1; count < 10; count += 1) expect(await ask(asked(2))).toEqual(['hotich.poll-refused']);
      await expect(ask(asked(2))).rejects.toMatchObject(refused);
      await expect(ask(asked(2))).rejects.toMatchObject(refused);
      expect(await ask(asked(0))).toEqual(['absent']);
      expect(await ask(asked(2))).toEqual(['hotich.poll-refused']);
    });
  });

  it.each([['Nguyễn Văn A'], ['079000000001'], ['G22 99']])(
    'a row whose other code is none is unreadable, and its text goes nowhere (case %#)',
    async (maHoSoLT) => {
      const { found } = await lookUp([asked(0), asked(2)], says(rowOf(0, { maHoSoLT }), rowOf(2)));
      expect(short(found)).toEqual(['hotich.code-strange', 3]);
      expect(JSON.stringify(found)).not.toContain(maHoSoLT);
    },
  );

  it.each([[answer(401, '')], [answer(200, { status: 0, errorCode: '100' })]])(
    'a dead token is renewed once (case %#) [Q03 Q04]',
    async (dead) => {
      const { requests, found } = await lookUp([asked(0)], dead, LOG_IN, says(rowOf(0)));
      expect(short(found)).toEqual([3]);
      expect(requests).toHaveLength(4);
      await expect(lookUp([asked(0)], dead, LOG_IN, dead)).rejects.toMatchObject({ code: 'auth.refused' });
    },
  );
});
