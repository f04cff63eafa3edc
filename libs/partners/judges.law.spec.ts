import fc from 'fast-check';
import type { CallResult } from '#delivery';
import { DECISIONS, DVCLT_PATH, DvcltStatus, type PartnerId } from '#dossier';
import { LAW_SEED, lawRun } from '#testing';
import { listedRow } from './dvclt/listed-row';
import { judgeAnswer } from './dvclt/judge-answer';
import { judgeWrite } from './dvcqg/portal-reply';
import { judgeLookUp } from './dvcqg/probe-create';
import { rowsOfAnswer } from './hotich/results-answer';
import { judgeSubmit } from './hotich/submit-reply';
import type { JsonObject } from './http/answer-json';
import { eventRow } from './onestop/event-row';
import { judgeOneStop } from './onestop/judge-onestop';
import { shippedConfig, shippedReplies } from './testing/partner-config';

const RUN = lawRun(700, 20_000);
const OUTCOMES = ['accepted', 'already-applied', 'refused', 'retry', 'unknown'];
/** Outcomes that the answers of one test had: a law about success says nothing where no answer succeeds. */
let seen = new Set<string>();
beforeEach(() => {
  seen = new Set();
});
const CODE = 'H99.101-261125-0001';

/** A JSON answer with its HTTP status, as the adapters get it: 2xx or 4xx. */
interface Answer {
  kind: 'json';
  httpStatus: number;
  json: JsonObject;
  answer: Buffer;
  tookMs: number;
  isRenewed: boolean;
}

const httpStatus = fc.oneof(
  { weight: 4, arbitrary: fc.constant(200) },
  { weight: 1, arbitrary: fc.constantFrom(201, 204, 299, 400, 404, 409, 422) },
);
const codes = fc.constantFrom<unknown>(0, 1, '0', '1', '00', ' 1 ', '200', 200, 400, -1, 3, '-3', null, true, 1.5, '');

/** Texts of a partner's own messages, of the other ones', with and without a word of failure, and anything else. */
function texts(partner: PartnerId): fc.Arbitrary<unknown> {
  const phrases = shippedReplies(partner).rules.map((rule) => rule.phrase);
  return fc.oneof(
    fc.constantFrom(...phrases, 'thành công', 'Cập nhật trạng thái thành công', 'đã được tiếp nhận', 'đã tồn tại'),
    fc.constantFrom(...phrases).map((phrase) => `Không ${phrase}`),
    fc.constantFrom('không thành công', 'Chưa thành công', 'Lỗi', ''),
    fc.jsonValue(),
  );
}

/** Rows that are JSON and yet hard to handle: numbers too large for one, half a surrogate pair, nesting without end, anything else. */
function oddRow(names: readonly string[]): fc.Arbitrary<unknown> {
  const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`) as unknown;
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>(Infinity, '\ud800', 'x\udc00y', 'G22\u0000', deep, CODE, 7, '01/03/2026'),
  );
  return fc.oneof({ weight: 4, arbitrary: fc.dictionary(fc.constantFrom(...names, '\ud800'), value) }, value);
}

function answers(members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Answer> {
  const known = fc.record(members, { requiredKeys: [] });
  return fc
    .record({ httpStatus, known, others: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }) })
    .map(({ httpStatus: status, known: told, others }) => answerOf({ ...others, ...told }, status));
}

function answerOf(json: JsonObject, status: number): Answer {
  const answer = Buffer.from(JSON.stringify(json), 'utf8');
  return { kind: 'json', httpStatus: status, json, answer, tookMs: 1, isRenewed: false };
}

const saysSuccess = (text: unknown): boolean => typeof text === 'string' && /thành công/iu.test(text.normalize('NFC'));
const saysFailure = (text: unknown): boolean =>
  typeof text === 'string' &&
  /(?<![\p{L}\p{N}])(không|chưa|lỗi|thất bại|từ chối)(?![\p{L}\p{N}])/iu.test(text.normalize('NFC'));

/** What the judge says of the answer, and of the same answer with every other member replaced by an echo of success. */
function ignoresEchoes(judge: (answer: Answer) => CallResult, read: readonly string[], given: Answer): void {
  const echo = {
    inputSend: { message: 'thành công' },
    traceId: 'thành công',
    ghiChu: 'đã được tiếp nhận',
    data: 'đã tồn tại',
  };
  const told = Object.fromEntries(Object.entries(given.json).filter(([name]) => read.includes(name)));
  const { answer: _answer, ...alone } = judge(answerOf(told, given.httpStatus));
  const { answer: _echoed, ...echoed } = judge(answerOf({ ...echo, ...told }, given.httpStatus));
  expect(echoed).toEqual(alone);
}

describe(`laws of judging an answer, seed ${LAW_SEED}`, () => {
  describe('DVCLT', () => {
    const table = shippedReplies('dvclt');
    const text = texts('dvclt');
    const members = {
      status: codes,
      title: text,
      errors: fc.oneof(
        text,
        fc.dictionary(fc.constantFrom('soHoSoLT', 'trangThai'), fc.oneof(text, fc.array(text, { maxLength: 3 }))),
      ),
    };
    const requested = fc.constantFrom(...DVCLT_PATH, DvcltStatus.SupplementRequired, DvcltStatus.Refused);

    it('any answer has an outcome, and success needs its proof in a message under a code and a status of success [Q01 Q02]', () => {
      fc.assert(
        fc.property(answers(members), requested, fc.boolean(), (answer, status, isPush) => {
          const operation = isPush ? 'push-status' : 'acknowledge-receipt';
          const result = judgeAnswer(table, operation, answer, isPush ? status : undefined);
          expect(OUTCOMES).toContain(result.outcome);
          seen.add(result.outcome);
          if (result.outcome !== 'accepted') return;
          expect(answer.httpStatus).toBeLessThan(300);
          expect([undefined, '', '200']).toContain(asCode(answer.json['status']));
          const said = [answer.json['title'], ...Object.values(Object(answer.json['errors']) as object).flat()];
          expect(said.some((one) => saysSuccess(one) && !saysFailure(one))).toBe(true);
        }),
        RUN,
      );
      expect([...seen]).toEqual(expect.arrayContaining(['accepted', 'unknown']));
    });

    it('a text that proves a state settles only this state and those before it on the path [Q12 Q15]', () => {
      fc.assert(
        fc.property(answers(members), requested, (answer, status) => {
          const result = judgeAnswer(table, 'push-status', answer, status);
          if (result.outcome !== 'already-applied') return;
          const proven = result.proves?.provenStatus as DvcltStatus;
          const isOnPath =
            DVCLT_PATH.indexOf(status) !== -1 && DVCLT_PATH.indexOf(proven) >= DVCLT_PATH.indexOf(status);
          expect(isOnPath || proven === status).toBe(true);
        }),
        RUN,
      );
    });

    it('an echo of the request proves nothing [Q24]', () => {
      fc.assert(
        fc.property(answers(members), requested, (answer, status) => {
          ignoresEchoes((one) => judgeAnswer(table, 'push-status', one, status), ['status', 'title', 'errors'], answer);
        }),
        RUN,
      );
    });

    it('any row of the list is an item or unreadable, and hides no other [Q43]', () => {
      fc.assert(
        fc.property(oddRow(['id', 'maHoSo', 'techId', 'x']), (row) => {
          const read = listedRow(row);
          const { listing } = 'item' in read ? read.item : read.unreadable;
          expect(JSON.parse(listing.toString('utf8'))).toBeDefined();
          if ('item' in read) expect(read.item.listId + read.item.code).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        }),
        RUN,
      );
    });
  });

  describe('hộ tịch', () => {
    const table = shippedReplies('hotich');
    const text = texts('hotich');
    const members = { status: codes, statusDescription: text, errorCode: codes, errorDescription: text, errors: text };
    const push = fc.record({ isRepush: fc.boolean(), wasUnknown: fc.boolean() });

    it('any answer has an outcome, and success needs status 1, or the text that it was received [Q01 Q02 Q12]', () => {
      fc.assert(
        fc.property(answers(members), push, (answer, kind) => {
          const result = judgeSubmit(table, kind, answer);
          expect(OUTCOMES).toContain(result.outcome);
          seen.add(result.outcome);
          if (result.outcome === 'accepted') {
            expect(asCode(answer.json['status'])).toBe('1');
            expect(answer.httpStatus).toBeLessThan(300);
            expect(saysFailure(answer.json['statusDescription'])).toBe(false);
          }
          if (result.outcome !== 'already-applied') return;
          const said = [answer.json['errorDescription'], answer.json['errors'], answer.json['statusDescription']];
          expect(said.some((one) => typeof one === 'string' && /đã được tiếp nhận/iu.test(one.normalize('NFC')))).toBe(
            true,
          );
          expect(kind.isRepush && !kind.wasUnknown).toBe(false);
        }),
        RUN,
      );
      expect([...seen]).toEqual(expect.arrayContaining(['accepted', 'unknown']));
    });

    it('an echo of the request proves nothing [Q24]', () => {
      fc.assert(
        fc.property(answers(members), push, (answer, kind) => {
          ignoresEchoes((one) => judgeSubmit(table, kind, one), Object.keys(members), answer);
        }),
        RUN,
      );
    });

    it('any poll answer is rows of codes that were asked for, or no answer [Q16 Q19]', () => {
      const row = fc.record(
        {
          maHoSoMCDT: fc.oneof(fc.constantFrom(CODE, 'H99.101-261125-0002'), fc.jsonValue()),
          trangThai: fc.oneof(fc.constantFrom<unknown>(1, 2, 3, 4, 5, 6, 7, '4', '2', 0, -1), fc.jsonValue()),
          thoiGianThucHien: fc.oneof(fc.constantFrom('01/03/2026 08:00:00', '2026'), fc.jsonValue()),
          hanBoSungHoSo: fc.jsonValue(),
          ketQuaXuLy: fc.oneof(
            fc.jsonValue(),
            fc.record(
              { soDangKy: fc.jsonValue(), giayKhaiSinh: fc.constantFrom('JVBERi0=', 'x', '', null) },
              { requiredKeys: [] },
            ),
          ),
          nguoiXuLy: fc.jsonValue(),
        },
        { requiredKeys: [] },
      );
      const given = fc.record(
        {
          status: codes,
          statusDescription: text,
          value: fc.oneof(fc.array(fc.oneof(row, fc.jsonValue()), { maxLength: 5 }), fc.jsonValue()),
        },
        { requiredKeys: [] },
      );
      const config = shippedConfig('hotich');
      fc.assert(
        fc.property(given, (json) => {
          const rows = rowsOfAnswer(config, { module: 'KS', codes: [CODE] }, json) ?? [];
          expect(rows.map((one) => one.code).filter((code) => code !== CODE)).toEqual([]);
          expect(rows.length).toBeLessThanOrEqual(1);
          for (const { status, result } of rows) {
            expect([1, 2, 3, 4, 6, null]).toContain(status);
            if (result) expect([status, typeof result.identityNumber]).toEqual([4, 'string']);
          }
        }),
        RUN,
      );
    });
  });

  describe('portal', () => {
    const table = shippedReplies('dvcqg');
    const members = { error_code: codes, message: texts('dvcqg'), result: fc.jsonValue() };
    const write = fc.record({
      operation: fc.constantFrom('sync-dossier' as const, 'append-progress' as const),
      isCreate: fc.boolean(),
      isKnownThere: fc.boolean(),
      status: fc.integer({ min: 1, max: 10 }),
    });

    it('any answer has an outcome, and success needs code 0 and the text together [Q01 Q02 Q12]', () => {
      fc.assert(
        fc.property(answers(members), write, (answer, kind) => {
          const result = judgeWrite(table, kind, answer);
          expect(OUTCOMES).toContain(result.outcome);
          seen.add(result.outcome);
          if (result.outcome !== 'accepted') return;
          expect(['0', '00']).toContain(asCode(answer.json['error_code']));
          expect(saysSuccess(answer.json['message']) && !saysFailure(answer.json['message'])).toBe(true);
          expect(answer.httpStatus).toBeLessThan(300);
        }),
        RUN,
      );
      expect([...seen]).toEqual(expect.arrayContaining(['accepted', 'unknown']));
    });

    it('an echo of the request proves nothing [Q24]', () => {
      fc.assert(
        fc.property(answers(members), write, (answer, kind) => {
          ignoresEchoes((one) => judgeWrite(table, kind, one), ['error_code', 'message'], answer);
        }),
        RUN,
      );
    });

    it('any look-up is applied, absent or cannot tell; applied needs the row in our state [Q13 Q16]', () => {
      const row = fc.record(
        {
          MaHoSo: fc.constantFrom<unknown>(CODE, 'H99.101-261125-0002', null),
          TrangThaiHoSo: fc.oneof(codes, fc.constantFrom<unknown>(2, '2')),
        },
        { requiredKeys: [] },
      );
      const found = answers({
        ...members,
        result: fc.oneof(fc.array(fc.oneof(row, fc.jsonValue()), { maxLength: 4 }), fc.jsonValue()),
      });
      fc.assert(
        fc.property(found, (answer) => {
          const { verdict } = judgeLookUp(table, { code: CODE, status: 2 }, answer, new Date(0));
          expect(['applied', 'absent', 'cannot-tell']).toContain(verdict);
          const rows = (Array.isArray(answer.json['result']) ? answer.json['result'] : []) as (JsonObject | null)[];
          const isThere = rows.some((one) => one?.['MaHoSo'] === CODE && asCode(one['TrangThaiHoSo']) === '2');
          if (verdict === 'applied') expect(isThere).toBe(true);
          if (verdict === 'absent') expect(rows.find((one) => one?.['MaHoSo'] === CODE)?.['TrangThaiHoSo']).not.toBe(2);
        }),
        RUN,
      );
    });
  });

  describe('one-stop', () => {
    const table = shippedReplies('onestop');
    const members = {
      status: codes,
      statusDescription: texts('onestop'),
      maHoSoMCDT: fc.oneof(fc.constant(CODE), fc.jsonValue()),
    };
    const operation = fc.constantFrom('hand-over-dossier', 'report-status');

    it('any answer has an outcome, and success needs status 1 and, of a hand-over, the code [Q01 Q02]', () => {
      fc.assert(
        fc.property(answers(members), operation, (answer, name) => {
          const result = judgeOneStop(table, name, answer);
          expect(OUTCOMES).toContain(result.outcome);
          seen.add(result.outcome);
          if (result.outcome !== 'accepted') return;
          expect(asCode(answer.json['status'])).toBe('1');
          expect(answer.httpStatus).toBeLessThan(300);
          expect(saysFailure(answer.json['statusDescription'])).toBe(false);
          if (name === 'hand-over-dossier') expect(result.proves?.oneStopCode?.trim()).toBeTruthy();
        }),
        RUN,
      );
      expect([...seen]).toEqual(expect.arrayContaining(['accepted', 'unknown']));
    });

    it('any row of its decisions is a decision or says why it is none, and hides no other [Q09 Q43]', () => {
      const row = fc
        .record({
          odd: oddRow(['viTri', 'suKien', 'thoiGian', 'maHoSoLT', 'maHoSoMCDT', 'noiDungXuLy', 'hanBoSungHoSo']),
          whole: fc.record(
            {
              viTri: fc.oneof(fc.integer(), fc.constantFrom<unknown>('7', 1.5, Infinity)),
              suKien: fc.constantFrom('TIEP_NHAN', 'RUT', 'constructor', 'toString', '__proto__', 'hasOwnProperty'),
              thoiGian: fc.constantFrom('01/03/2026 08:00:00', '2026-03-01T01:00:00+0000', '2026', '31/02/2026'),
              maHoSoMCDT: fc.constant(CODE),
            },
            { requiredKeys: [] },
          ),
        })
        .map(({ odd, whole }) => (typeof odd === 'object' && odd !== null ? { ...odd, ...whole } : odd));
      fc.assert(
        fc.property(row, (value) => {
          const read = eventRow(value);
          expect(JSON.parse(read.raw.toString('utf8'))).toBeDefined();
          expect(Object.values(read.codes).join('')).not.toMatch(/[\p{Cc}\p{Cs}]/u);
          if ('decision' in read) expect(DECISIONS).toContain(read.decision.decision);
          else expect(read.failure.reason).toMatch(/^(viTri|suKien|thoiGian|hanBoSungHoSo|neither)/);
        }),
        RUN,
      );
    });

    it('an echo of the request proves nothing [Q24]', () => {
      fc.assert(
        fc.property(answers(members), operation, (answer, name) => {
          ignoresEchoes((one) => judgeOneStop(table, name, one), Object.keys(members), answer);
        }),
        RUN,
      );
    });
  });
});

/** A result code as text; what is neither text nor number is none. */
function asCode(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : undefined;
}
