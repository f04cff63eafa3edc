import { TextBook } from '../server/text-book';
import { judgeStatus, type StatusProgress, type StatusText } from './order-engine';
import { DVCLT_TEXTS } from './texts';

type Step = number | 'supplement';

const book = new TextBook(DVCLT_TEXTS);
const said = ({ name, step = 0 }: StatusText) => book.say(name, { step });

/** Pushes the statuses in turn and tells, for each, `ok`, `again`, or the text of its refusal. */
function replay(statuses: readonly Step[]): string[] {
  let progress: StatusProgress = { current: 0, isSupplemented: false };
  const answers: string[] = [];
  for (const status of statuses) {
    if (status === 'supplement') {
      progress = { ...progress, isSupplemented: true };
      continue;
    }
    const verdict = judgeStatus(progress, status);
    if (verdict.kind === 'applied') progress = { current: status, isSupplemented: false };
    answers.push(verdict.kind === 'applied' ? 'ok' : verdict.text === null ? 'again' : said(verdict.text));
  }
  return answers;
}

const last = (statuses: readonly Step[]) => replay(statuses).at(-1);
const EXISTS = 'Hồ sơ đã tồn tại trong một cửa điện tử';
const COMPLETED = 'Hồ sơ đã hoàn thành đăng ký, không được cập nhật trạng thái';
const HAS_RESULT = 'Hồ sơ đã có kết quả xử lý. Không thể cập nhật trạng thái';
const RETURNED = 'Hồ sơ đã trả kết quả, không được cập nhật trạng thái';
const REJECTED = 'Hồ sơ đã bị từ chối. Không thể cập nhật trạng thái';
const notSent = (step: number) => `Trạng thái ${step} chưa được gửi không thể cập nhật trạng thái`;

describe('order of DVCLT statuses', () => {
  it.each<[Step[]]>([
    [[1, 3, 7, 4, 5]],
    [[1, 6]],
    [[1, 3, 7, 6]],
    [[1, 2, 6]],
    [[1, 2, 'supplement', 3, 7, 4, 5]],
    [[1, 2, 'supplement', 2, 'supplement', 6]],
    [[1, 3, 7, 2, 'supplement', 3, 7, 4, 5]],
  ])('takes %j', (statuses) => {
    expect(new Set(replay(statuses))).toEqual(new Set(['ok']));
  });

  it.each<[Step[], string]>([
    [[3], notSent(1)],
    [[4], notSent(1)],
    [[1, 7], notSent(3)],
    [[1, 4], notSent(3)],
    [[1, 3, 4], notSent(7)],
    [[1, 3, 6], notSent(7)],
    [[1, 3, 7, 5], notSent(4)],
    [[1, 2, 3], 'Hồ sơ bổ sung chưa được gửi không thể cập nhật trạng thái'],
    [[1, 2, 'supplement', 7], notSent(3)],
    [[1, 3, 7, 3], 'Logic xử lý không hợp lệ'],
    [[1, 3, 1], EXISTS],
    [[1, 3, 7, 4, 7], COMPLETED],
    [[1, 3, 7, 4, 6], HAS_RESULT],
    [[1, 3, 7, 4, 5, 4], RETURNED],
    [[1, 6, 3], REJECTED],
  ])('refuses the last of %j with the text of the reference', (statuses, text) => {
    expect(last(statuses)).toBe(text);
  });

  it.each<[Step[], string]>([
    [[1, 1], EXISTS],
    [[1, 2, 2], 'again'],
    [[1, 3, 3], 'again'],
    [[1, 3, 7, 7], 'again'],
    [[1, 3, 7, 4, 4], COMPLETED],
    [[1, 3, 7, 4, 5, 5], RETURNED],
    [[1, 6, 6], REJECTED],
  ])('has no second effect for the repeat that ends %j', (statuses, text) => {
    expect(last(statuses)).toBe(text);
  });
});
