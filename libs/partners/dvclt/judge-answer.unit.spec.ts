import type { PartnerReply } from '../http/partner-call';
import { shippedReplies } from '../testing/partner-config';
import { judgeAnswer, messageFields } from './judge-answer';

const table = shippedReplies('dvclt');
type JsonReply = Extract<PartnerReply, { kind: 'json' }>;
const reply = (json: JsonReply['json'], httpStatus = 200): JsonReply => ({
  kind: 'json',
  httpStatus,
  json,
  answer: Buffer.from(JSON.stringify(json)),
  tookMs: 1,
  isRenewed: false,
});
const failed = (text: string): JsonReply =>
  reply({
    status: 400,
    title: 'One or more validation errors occurred.',
    errors: { soHoSoLT: [text] },
    traceId: '00-x',
  });

const TEXT_OF: Readonly<Record<number, string>> = {
  1: 'Hồ sơ đã tồn tại trong một cửa điện tử',
  4: 'Hồ sơ đã hoàn thành đăng ký, không được cập nhật trạng thái',
  5: 'Hồ sơ đã trả kết quả, không được cập nhật trạng thái',
  6: 'Hồ sơ bị từ chối. Không thể cập nhật trạng thái',
};

/** Requested status → outcome for each proven one; a = already-applied, e = earlier, b = other branch. */
const RELATIONS: readonly (readonly [requested: number, byProven: Readonly<Record<number, string>>])[] = [
  [1, { 1: 'a', 4: 'a', 5: 'a', 6: 'b' }],
  [2, { 1: 'b', 4: 'b', 5: 'b', 6: 'b' }],
  [3, { 1: 'e', 4: 'a', 5: 'a', 6: 'b' }],
  [7, { 1: 'e', 4: 'a', 5: 'a', 6: 'b' }],
  [4, { 1: 'e', 4: 'a', 5: 'a', 6: 'b' }],
  [5, { 1: 'e', 4: 'e', 5: 'a', 6: 'b' }],
  [6, { 1: 'b', 4: 'b', 5: 'b', 6: 'a' }],
];

describe('judgement of DVCLT answers', () => {
  const cases = RELATIONS.flatMap(([requested, byProven]) =>
    Object.entries(byProven).map(([proven, kind]) => [requested, Number(proven), kind] as const),
  );
  it.each(cases)('status %i answered with the text that proves %i is %s [Q12 Q15]', (requested, proven, kind) => {
    const result = judgeAnswer(table, 'push-status', failed(TEXT_OF[proven] ?? ''), requested);
    expect(result).toMatchObject({
      wire: 'answered',
      proves: { provenStatus: proven },
      outcome: kind === 'a' ? 'already-applied' : 'refused',
    });
    if (kind === 'e') expect(result.reasonCode).toBe('dvclt.discrepancy.earlier-state');
    if (kind === 'b') expect(result.reasonCode).toBe('dvclt.discrepancy.other-branch');
  });

  it.each([
    ['an unknown code', 'Hồ sơ không tồn tại', 'refused', 'dvclt.discrepancy.unknown-dossier'],
    [
      'an earlier step missing',
      'Trạng thái 3 chưa được gửi không thể cập nhật trạng thái',
      'retry',
      'dvclt.earlier-step-missing',
    ],
    ['a forbidden transition', 'Logic xử lý không hợp lệ', 'refused', 'dvclt.forbidden-transition'],
    ['an empty field', 'nksHoTen không được để trống', 'refused', 'dvclt.empty-field'],
    ['an unknown text', 'Xin quay lại sau', 'unknown', 'text.unmatched'],
  ])('%s', (_name, text, outcome, reasonCode) => {
    expect(judgeAnswer(table, 'push-status', failed(text), 4)).toMatchObject({ outcome, reasonCode });
  });

  it.each([
    ['status as text', reply({ status: '200', title: 'Cập nhật trạng thái thành công' }), 'accepted', 'dvclt.accepted'],
    [
      'no status at all',
      reply({ title: 'Cập nhật trạng thái thành công', errors: null }),
      'accepted',
      'dvclt.accepted',
    ],
    [
      'a success text with status 500',
      reply({ status: 500, title: 'Cập nhật trạng thái thành công' }),
      'unknown',
      'text.unmatched',
    ],
    [
      'a success text under HTTP 400',
      reply({ title: 'Cập nhật trạng thái thành công' }, 400),
      'unknown',
      'text.contradictory',
    ],
    [
      'a vetoed success',
      reply({ status: 200, title: 'Cập nhật trạng thái không thành công' }),
      'unknown',
      'text.vetoed',
    ],
    [
      'success only in an echo',
      reply({ status: 200, title: null, inputSend: { title: 'thành công' }, traceId: 'thành công' }),
      'unknown',
      'text.unmatched',
    ],
    [
      'errors as one text',
      reply({ status: 400, title: 'x', errors: { a: 'Logic xử lý không hợp lệ' } }),
      'refused',
      'dvclt.forbidden-transition',
    ],
    ['no member at all', reply({}), 'unknown', 'text.unmatched'],
  ])('%s', (_name, given, outcome, reasonCode) => {
    expect(judgeAnswer(table, 'push-status', given, 3)).toMatchObject({ outcome, reasonCode });
  });

  it('an acknowledgement of an unknown dossier is a discrepancy', () => {
    expect(judgeAnswer(table, 'acknowledge-receipt', failed('Hồ sơ không tồn tại'))).toMatchObject({
      outcome: 'refused',
      reasonCode: 'dvclt.discrepancy.unknown-dossier',
    });
  });

  it.each([
    [1, []],
    [3, [1]],
    [7, [3]],
    [4, [7]],
    [5, [4]],
    [2, [1, 3, 7]],
    [6, [1, 3, 7]],
  ])('status %i with an earlier step missing asks for %j, never for a 2 [Q14]', (requested, needsEarlier) => {
    const missing = failed('Trạng thái trước chưa được gửi không thể cập nhật trạng thái');
    expect(judgeAnswer(table, 'push-status', missing, requested)).toMatchObject({ outcome: 'retry', needsEarlier });
    expect(judgeAnswer(table, 'push-status', failed('có lỗi trong quá trình thêm mới'), requested)).not.toHaveProperty(
      'needsEarlier',
    );
  });

  it('hands an unknown text over with its fields and result code, without echo or trace', () => {
    const json = { status: 400, title: 'Lạ', errors: { a: ['Câu một', 'Câu hai'] }, traceId: 'x', inputSend: 'echo' };
    expect(judgeAnswer(table, 'push-status', reply(json), 3)).toMatchObject({
      outcome: 'unknown',
      unread: { messages: ['Lạ', 'Câu một', 'Câu hai'], code: '400' },
    });
  });

  it('reads title and every error, whatever their key', () => {
    expect(messageFields({ title: 'a', errors: { x: ['b', 1, null], y: 'c', z: {} } })).toEqual(['a', 'b', '1', 'c']);
    expect(messageFields({ title: ['a'], errors: ['b'] })).toEqual([]);
  });
});
