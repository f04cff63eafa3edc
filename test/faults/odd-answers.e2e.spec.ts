import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { Installation, type DossierAnswer, type LedgerRow } from '../support/installation';
import { lienthong } from '../support/installed-cli';
import { until } from '../support/until';

const NEW_WORDING = 'Trạng thái của hồ sơ đã ghi nhận vào sổ';
/** While the list answers noise, the faults of the cases can be set before anything happens to them. */
const LIST_IS_AWAY = { system: 'dvclt', operation: 'list', switch: 'noise', value: 'text', until: 3 };

const WRITES: readonly (readonly [system: string, operation: string])[] = [
  ['dvclt', 'acknowledge'],
  ['dvclt', 'status'],
  ['onestop', 'tiepNhanHoSo'],
  ['onestop', 'capNhatTrangThai'],
  ['hotich', 'nhanHoSoDKHT'],
  ['dvcqg', 'DongBoHoSoMC'],
  ['dvcqg', 'CapNhatTienDoHoSoMC'],
];

interface Odd {
  what: string;
  rule: object;
}

/** No answer, nothing applied (Q30), and spellings that differ (Q44), on every write. */
const ON_EVERY_WRITE: readonly Odd[] = WRITES.flatMap(([system, operation]) => [
  ...[
    { form: 'html', status: 200 },
    { form: 'soap', status: 500 },
    { form: 'text', status: 200 },
  ].map((value) => ({
    what: `${operation} answered by ${value.form} under ${value.status} [Q01 Q30]`,
    rule: { system, operation, switch: 'noise', value, nth: 1 },
  })),
  ...['case', 'nfd', 'spaces'].map((value) => ({
    what: `${operation} answered in another spelling: ${value} [Q44]`,
    rule: { system, operation, switch: 'textVariant', value },
  })),
]);

/** `nth` counts the pushes of one dossier to DVCLT: 1, 3, 7, 4, 5. */
const ORDER: readonly Odd[] = [
  ...[2, 3, 4, 5].map((nth) => ({
    what: `push ${nth} to DVCLT answered as if the step before were missing [Q14]`,
    rule: { system: 'dvclt', operation: 'status', switch: 'orderStrict', nth },
  })),
  ...[4, 5].map((nth) => ({
    what: `push ${nth} to DVCLT applied and answered with the text of its state [Q15]`,
    rule: { system: 'dvclt', operation: 'status', switch: 'terminalConflict', nth },
  })),
  ...[
    ['dvclt', 'status'],
    ['hotich', 'nhanHoSoDKHT'],
    ['dvcqg', 'DongBoHoSoMC'],
  ].map(([system, operation]) => ({
    what: `first ${operation} answered as if it were a repeat [Q12]`,
    rule: { system, operation, switch: 'repeatIsError', nth: 1 },
  })),
];

const CASES: readonly Odd[] = [...ON_EVERY_WRITE, ...ORDER];

interface ListedDelivery {
  id: string;
  dvcltCode: string;
  reasonCode: string;
  rule: { id: string; version: number } | null;
  reason: { code: string; fields: { field: string; problem: string }[] };
}

describe('odd answers', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
  }, 180_000);
  afterAll(() => installation?.remove(), 120_000);

  const cli = <T>(...args: string[]): Promise<T> => lienthong<T>(installation, args);
  const file = async (rules: readonly object[], seed: number): Promise<string[]> => {
    await installation.fault([LIST_IS_AWAY]);
    const codes = await installation.fileCases('birth', rules.length, seed);
    await installation.fault(codes.map((code, at) => ({ ...rules[at], code })));
    return codes;
  };

  describe('that need nobody', () => {
    let dossiers: DossierAnswer[];
    let ledger: LedgerRow[];
    beforeAll(async () => {
      const codes = await file(
        CASES.map((one) => one.rule),
        81,
      );
      dossiers = await untilFinished(installation, codes, 150_000);
      ledger = await installation.ledger();
    }, 240_000);

    it.each(CASES.map((one, at) => [one.what, at] as const))('%s', (_what, at) => {
      const dossier = dossiers[at];
      const own = ledger.filter((row) => [dossier.codes.dvclt, dossier.codes.oneStop].includes(row.code));
      expectCleanLedger(own, [dossier]);
      expect(dossier).toMatchObject({ state: 'finished', attention: false, pendingDeliveries: 0 });
    });
  });

  it('a sentence that no rule knows waits for a person, is classified once for all without a restart, and is known from then on [Q44]', async () => {
    const rule = { system: 'dvclt', operation: 'status', switch: 'textVariant', value: NEW_WORDING, nth: 2 };
    const codes = await file([rule, rule, rule], 71);
    const unknown = () => cli<ListedDelivery[]>('delivery', 'list', '--status', 'unknown');
    await until(async () => (await unknown()).length === 3, 60_000, 'three unknown deliveries');
    const waiting = await unknown();
    expect(waiting.map((one) => [one.dvcltCode, one.reasonCode]).sort()).toEqual(
      codes.map((code) => [code, 'text.unmatched']).sort(),
    );

    const shown = await cli<{ evidence: { messages: string[]; text: string } }>('delivery', 'show', waiting[0].id);
    expect(shown.evidence).toMatchObject({ messages: [NEW_WORDING], text: NEW_WORDING.toLowerCase() });

    const words = ['--outcome', 'accepted', '--scope', 'text', '--reason', 'DVCLT đổi câu trả lời'];
    const done = await cli<object>('delivery', 'classify', waiting[0].id, ...words);
    expect(done).toMatchObject({ status: 'settled', rule: { id: 'dvclt.classified.2', version: 2 }, following: 2 });

    const dossiers = await untilFinished(installation, codes, 90_000);
    expect(dossiers.map((dossier) => dossier.attention)).toEqual([false, false, false]);

    const later = await file([rule], 72);
    const known = await untilFinished(installation, later, 90_000);
    expect(known[0].attention).toBe(false);
    const settled = await cli<ListedDelivery[]>(
      ...['delivery', 'list', '--partner', 'dvclt', '--status', 'settled', '--limit', '200'],
    );
    const own = settled.filter((one) => one.dvcltCode === later[0] && one.rule?.id === 'dvclt.classified.2');
    expect(own).toHaveLength(1);
    const codesOf = [...dossiers, ...known].flatMap(({ codes: { dvclt, oneStop } }) => [dvclt, oneStop]);
    const ledger = (await installation.ledger()).filter((row) => codesOf.includes(row.code));
    expectCleanLedger(ledger, [...dossiers, ...known]);
  }, 240_000);

  it('glued validation messages become fields of a dead letter, without a word of the citizen [Q24 Q36 Q37]', async () => {
    await installation.fault([LIST_IS_AWAY]);
    const [code] = await installation.fileCases('birth', 1, 73);
    const submit = { system: 'hotich', operation: 'nhanHoSoDKHT', code };
    await installation.fault([
      { ...submit, switch: 'catalogueDrift', value: 'VN' },
      { ...submit, switch: 'gluedErrors' },
    ]);
    const dead = async () =>
      (await cli<ListedDelivery[]>('dead-letter', 'list', '--partner', 'hotich')).find((one) => one.dvcltCode === code);
    await until(async () => (await dead()) !== undefined, 60_000, 'the dead letter');
    const { reason } = (await dead()) as ListedDelivery;
    expect(reason.code).toMatch(/^hotich\.validation/);
    expect(reason.fields.length).toBeGreaterThan(1);
    expect(new Set(reason.fields.map(({ problem }) => problem))).toEqual(new Set(['not-in-catalogue']));
    expect(reason.fields.map(({ field }) => field)).toContain('nksQuocTich');
    expect(await installation.dossier(code)).toMatchObject({ state: 'with-registry', attention: true });
  }, 120_000);
});
