import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation, type DossierAnswer, type LedgerRow } from '../support/installation';

/** The four forms of quirks.md §4: the server commits, and then the answer is lost. */
const FORMS = ['drop', '502', 'html', 'late'] as const;

/** Every write of the four systems. `nth` counts the calls of one dossier: DVCLT is told 1, 3, 7, 4, 5; the portal 1, 2, 4, 9, 10. */
const WRITES: readonly (readonly [what: string, system: string, operation: string, nth: number])[] = [
  ['acknowledgement', 'dvclt', 'acknowledge', 1],
  ['DVCLT status 1', 'dvclt', 'status', 1],
  ['DVCLT status 3', 'dvclt', 'status', 2],
  ['DVCLT status 7', 'dvclt', 'status', 3],
  ['DVCLT status 4 with the result', 'dvclt', 'status', 4],
  ['DVCLT status 5', 'dvclt', 'status', 5],
  ['hand-over to the one-stop', 'onestop', 'tiepNhanHoSo', 1],
  ['report to the one-stop: with hộ tịch', 'onestop', 'capNhatTrangThai', 1],
  ['report to the one-stop: the result', 'onestop', 'capNhatTrangThai', 2],
  ['push to hộ tịch', 'hotich', 'nhanHoSoDKHT', 1],
  ['portal create', 'dvcqg', 'DongBoHoSoMC', 1],
  ['portal update', 'dvcqg', 'DongBoHoSoMC', 2],
  ['last portal update', 'dvcqg', 'DongBoHoSoMC', 5],
  ['portal progress row', 'dvcqg', 'CapNhatTienDoHoSoMC', 1],
  ['last portal progress row', 'dvcqg', 'CapNhatTienDoHoSoMC', 5],
];

const CASES = WRITES.flatMap(([what, system, operation, nth]) =>
  FORMS.map((form) => ({ what, form, rule: { system, operation, switch: 'hiddenCommit', value: form, nth } })),
);

/** While the list answers noise, the faults of the cases can be set before anything happens to them. */
const LIST_IS_AWAY = { system: 'dvclt', operation: 'list', switch: 'noise', value: 'text', until: 3 };

/** All cases run side by side in one installation: a late answer alone takes the whole deadline of a call. */
describe('a write whose answer is lost after the partner committed', () => {
  let installation: Installation;
  let dossiers: DossierAnswer[];
  let ledger: LedgerRow[];
  let unfired: unknown[];

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
    await installation.fault([LIST_IS_AWAY]);
    const codes = await installation.fileCases('birth', CASES.length, 20_261_125);
    await installation.fault(CASES.map(({ rule }, at) => ({ ...rule, code: codes[at] })));
    dossiers = await untilFinished(installation, codes, 200_000);
    ledger = await installation.ledger();
    unfired = await installation.faults();
  }, 300_000);
  afterAll(() => installation?.remove(), 120_000);

  it.each(CASES.map((one, at) => [one.what, one.form, at] as const))(
    '%s, answer lost as "%s": one effect, and the dossier goes on by itself [Q10 Q12 Q13 Q30]',
    (_what, _form, at) => {
      const dossier = dossiers[at];
      const own = ledger.filter((row) => [dossier.codes.dvclt, dossier.codes.oneStop].includes(row.code));
      expectCleanLedger(own, [dossier]);
      const rowOf = (system: string, kind: string) => own.find((row) => row.system === system && row.kind === kind);
      expect(rowOf('hotich', 'received')).toMatchObject({ count: 1 });
      expect(rowOf('dvcqg', 'progress')?.order.map(Number)).toEqual([1, 2, 4, 9, 10]);
      const portal = rowOf('dvcqg', 'status')?.order.map(Number) ?? [];
      expect([...new Set(portal)]).toEqual(portal);
      expect(own.filter((row) => row.kind === 'duplicate-registration')).toEqual([]);
      expect(dossier).toMatchObject({ state: 'finished', attention: false, pendingDeliveries: 0 });
      expect(dossier.statuses).toEqual({ oneStop: 10, dvclt: 5, registry: 4, portal: 10 });
    },
  );

  it('lost an answer in every one of these cases', () => {
    expect(unfired).toEqual([]);
  });

  it('left nothing lost, doubled, overtaken or unexplained, in the database and at the partners', async () => {
    await untilClean(installation, 60_000);
  }, 90_000);

  it('asked hộ tịch before it pushed again', async () => {
    const calls = await installation.calls('hotich');
    for (const [at, { rule }] of CASES.entries()) {
      if (rule.operation !== 'nhanHoSoDKHT') continue;
      const { dvclt, oneStop } = dossiers[at].codes;
      const isOwn = (code: string): boolean => code === dvclt || code === oneStop;
      const own = calls.filter((call) => call.codes.some(isOwn)).map((call) => call.operation);
      expect(own.filter((operation) => operation === 'nhanHoSoDKHT')).toHaveLength(1);
      expect(own).toContain('layKetQuaDKHT');
    }
  });
});
