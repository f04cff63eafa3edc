import type { HttpResult } from '../http/http-port';
import { answer } from '../testing/scripted-http';
import { asked, LOG_IN, NO_ANSWERS, questionsTo, scriptedDeps, SIGNAL } from '../testing/reconciled-bench';
import { PortalClient } from './portal-client';
import { reconciledDvcqg } from './reconciled-dvcqg';

const CODE = asked(0).codes.oneStop;
const DEAD = { error_code: -1, message: 'Phiên làm việc không hợp lệ hoặc đã hết hạn', result: [] };
const rowOf = (change: object = {}) => ({
  MaHoSo: CODE,
  TrangThaiHoSo: 4,
  NgayTiepNhan: '20260302080000',
  NgayHenTra: null,
  ...change,
});
const says = (result: unknown, more: object = {}) =>
  answer(200, { error_code: 0, message: 'Thành công', result, ...more });

function portal(...results: readonly HttpResult[]) {
  const deps = scriptedDeps('dvcqg', results);
  return { ...deps, reconciled: reconciledDvcqg(deps, new PortalClient(deps)) };
}

const lookUp = async (...results: readonly HttpResult[]) => {
  const { http, reconciled } = portal(...results);
  return {
    ...(await reconciled.lookUp!.ask([asked(0)], SIGNAL)),
    requests: http.requests,
    questions: questionsTo(http),
  };
};
const found = async (result: HttpResult) => (await lookUp(result)).found;
const absent = [{ kind: 'absent' }];
const unreadable = (reasonCode: string) => [{ kind: 'unreadable', reasonCode }];

type Unreadable = readonly [name: string, result: HttpResult, reasonCode: string];
/** Texts that something else than the dossier is not there. */
const NOT_OF_THE_DOSSIER = [
  'Mã đơn vị không tồn tại',
  'Mã đơn vị nộp hồ sơ không tồn tại',
  'Dịch vụ tra cứu hồ sơ không tồn tại',
  'Bảng dữ liệu HoSo không tồn tại (ORA-00942)',
  'Không tìm thấy máy chủ dữ liệu',
  'Không tìm thấy hồ sơ đơn vị',
  `Mã hồ sơ không tồn tại ${'x'.repeat(70_000)}`,
].flatMap((message) =>
  [-1, 0].map((error_code): Unreadable => {
    const result = answer(200, { error_code, message, result: [] });
    return [`“${message.slice(0, 60)}” with code ${error_code}`, result, 'dvcqg.look-up-failed'];
  }),
);

describe('what the portal can be asked', () => {
  it('is one dossier a call, by the one-stop’s code; it has no list', async () => {
    const { reconciled, clock } = portal();
    expect(reconciled.lookUp!.atMost).toBe(1);
    expect(reconciled.listing).toBeUndefined();
    expect(reconciled.codeOf(asked(0, { oneStop: undefined }))).toBeUndefined();
    const { questions, askedAt } = await lookUp(says([]));
    expect(questions).toEqual([{ session: 's', madonvi: '000.00.00.H99', service: 'TraCuuHoSo', mahoso: CODE }]);
    expect(askedAt).toEqual(clock.now());
  });

  it.each([[[]], [[asked(0), asked(1)]], [[asked(0, { oneStop: undefined })]]])(
    'is never none, several, or one without its code (case %#)',
    async (dossiers) => {
      await expect(portal().reconciled.lookUp!.ask(dossiers, SIGNAL)).rejects.toThrow(RangeError);
    },
  );

  it.each([[4], ['4'], ['04']])('reads the state %p [Q02]', async (TrangThaiHoSo) => {
    expect(await found(says([rowOf({ TrangThaiHoSo, extra: {} })]))).toEqual([
      { kind: 'rows', rows: [{ codes: { oneStop: CODE }, status: 4 }] },
    ]);
  });

  it.each([[0], [11], ['Đang xử lý'], [null], [undefined]])(
    'a state %p is none that is known',
    async (TrangThaiHoSo) => {
      expect(await found(says([rowOf({ TrangThaiHoSo })]))).toMatchObject([{ kind: 'rows', rows: [{ status: null }] }]);
    },
  );

  it.each([
    ['no rows', says([])],
    ['null for rows', says(null, { error_code: '00' })],
    ['"hồ sơ không tồn tại"', answer(200, { error_code: -1, message: 'Mã hồ sơ không tồn tại', result: [] })],
    ['"hồ sơ không tồn tại" with HTTP 404', answer(404, { error_code: -1, message: 'Mã hồ sơ không tồn tại' })],
    ['the same with its code', answer(200, { error_code: '3', message: `Hồ sơ có mã "${CODE}"  KHÔNG tồn tại!` })],
    ['"không tìm thấy hồ sơ"', answer(200, { error_code: 0, message: `Không tìm thấy hồ sơ: ${CODE}.`, result: null })],
  ])('does not have it: %s', async (_name, result) => {
    expect(await found(result)).toEqual(absent);
  });

  it('has it once when it says so twice, and not at all in two states', async () => {
    expect(await found(says([rowOf(), rowOf({ TrangThaiHoSo: '4' })]))).toMatchObject([
      { kind: 'rows', rows: [{ status: 4 }] },
    ]);
    expect(await found(says([rowOf(), rowOf({ TrangThaiHoSo: 5 })]))).toEqual(unreadable('dvcqg.rows-contradict'));
  });

  it.each<Unreadable>([
    ['another failure', answer(200, { error_code: -1, message: 'Lỗi hệ thống' }), 'dvcqg.look-up-failed'],
    ['another shape', answer(200, { error_code: 0, message: 'Thành công' }), 'dvcqg.look-up-failed'],
    ['an empty object', answer(200, {}), 'dvcqg.look-up-failed'],
    ...NOT_OF_THE_DOSSIER,
    ['no rows under code 0 without its text', says([], { message: null }), 'dvcqg.look-up-failed'],
    ['no rows beside a failure', says([], { message: 'Thành công, có lỗi' }), 'dvcqg.look-up-failed'],
    ['rows of a failure', says([rowOf()], { error_code: -1, message: 'Lỗi hệ thống' }), 'dvcqg.look-up-failed'],
    [
      'rows beside "does not exist"',
      says([rowOf()], { error_code: -1, message: 'Mã hồ sơ không tồn tại' }),
      'dvcqg.look-up-failed',
    ],
    ['a row of another dossier', says([rowOf({ MaHoSo: 'H99.101-260302-9999' })]), 'dvcqg.row-of-another-code'],
    ['its code spelled otherwise', says([rowOf({ MaHoSo: CODE?.toLowerCase() })]), 'dvcqg.row-of-another-code'],
    ['a row whose code is a name', says([rowOf({ MaHoSo: 'Nguyễn Văn A' })]), 'dvcqg.row-without-code'],
    [
      'success under HTTP 403',
      answer(403, { error_code: 0, message: 'Thành công', result: [] }),
      'dvcqg.look-up-failed',
    ],
    ['a row without a code', says([{ TrangThaiHoSo: 4 }]), 'dvcqg.row-without-code'],
    ['a row that is none', says(['x']), 'dvcqg.row-without-code'],
    ['more than we take', { kind: 'written', code: 'answer-too-large' }, 'wire.answer-too-large'],
  ])('answers and says nothing that is understood: %s [Q01]', async (_name, result, reasonCode) => {
    expect(await found(result)).toEqual(unreadable(reasonCode));
  });

  it.each(NO_ANSWERS)('%s is no answer: nothing was found out [Q30]', async (_name, result, code) => {
    await expect(found(result)).rejects.toMatchObject({ code, disposition: 'retry' });
  });

  it('is asked again once in a new session when the first is dead [Q03]', async () => {
    const { requests, found: after } = await lookUp(answer(200, DEAD), LOG_IN, says([rowOf()]));
    expect(after).toMatchObject([{ kind: 'rows' }]);
    expect(requests).toHaveLength(4);
    await expect(lookUp(answer(200, DEAD), LOG_IN, answer(200, DEAD))).rejects.toMatchObject({ code: 'auth.refused' });
  });
});
