import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation, type LedgerRow } from '../support/installation';
import { until } from '../support/until';
import { CATALOGUE_LOST } from './support/plans';

const SEED = 20261128;
/** The server commits, and then the answer is lost (quirks.md §4). */
const FORMS = ['drop', '502', 'html', 'late'] as const;
/** What the portal is told of a birth, each as its state and as a row of progress. */
const PORTAL_STATES = [1, 2, 4, 9, 10];

interface Plan {
  id: string;
  state: string;
  items: number;
  hash: string;
  needsApproval: boolean;
  editedFields: string[] | null;
  totals: { classes: Record<string, number>; actions: Record<string, number> };
  counts: { sent: number; done: number; failed: number; skipped: number };
  stop: { code: string } | null;
}

interface DeadLetter {
  id: string;
  operation: string;
  dvcltCode: string;
}

describe('what is sent again by a plan', () => {
  let installation: Installation;

  async function untilPlan(id: string, ...states: string[]): Promise<Plan> {
    let now: Plan | undefined;
    await until(
      async () => {
        now = await installation.get<Plan>(`/replays/${id}`).catch(() => now);
        return now !== undefined && states.includes(now.state);
      },
      120_000,
      () => `${states.join(' or ')}; it is ${JSON.stringify(now)}`,
    );
    return now!;
  }
  async function looked(request: object): Promise<Plan> {
    const { id } = await installation.post<Plan>('/replays', { ratePerSecond: 200, ...request });
    await installation.post(`/replays/${id}/dry-run`, {});
    return untilPlan(id, 'dry-run');
  }
  async function run({ id, hash }: Plan): Promise<Plan> {
    await installation.post(`/replays/${id}/approve`, { hash }, 'approver');
    await installation.post(`/replays/${id}/start`, {});
    return untilPlan(id, 'done', 'stopped');
  }
  async function deadLetters(codes: readonly string[]): Promise<DeadLetter[]> {
    let found: DeadLetter[] = [];
    await until(
      async () => {
        const { items } = (await installation.get<{ items: DeadLetter[] }>('/dead-letters?limit=200'))!;
        found = items.filter((one) => one.operation === 'submit-registration' && codes.includes(one.dvcltCode));
        return found.length === codes.length;
      },
      90_000,
      () => `${codes.length} dead letters; there are ${found.length}`,
    );
    return found;
  }
  const rowOf = (ledger: readonly LedgerRow[], kind: string, code: string | null): LedgerRow | undefined =>
    ledger.find((row) => row.system === 'dvcqg' && row.kind === kind && row.code === code);

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
  }, 120_000);
  afterAll(() => installation?.remove(), 120_000);

  it('to a portal that lost its data shows there again, in order: one create, then every row of progress', async () => {
    const from = new Date().toISOString();
    const codes = await installation.fileCases('birth', 6, SEED);
    const dossiers = await untilFinished(installation, codes, 120_000);
    await installation.forgetPortal();
    const told = PORTAL_STATES.length * codes.length;
    const request = {
      source: 'history',
      selection: { partner: 'dvcqg', from, to: new Date().toISOString() },
      reasonCode: 'partner-lost-data',
      reason: 'restored from an old backup',
    };
    const plan = await looked(request);
    expect(plan).toMatchObject({ items: 2 * told, needsApproval: true });
    // The state of now is told once a dossier.
    expect(plan.totals.classes).toEqual({ absent: told + codes.length, duplicate: told - codes.length });
    expect(await run(plan)).toMatchObject({
      state: 'done',
      counts: { sent: told + codes.length, done: told + codes.length, failed: 0 },
    });
    const ledger = await installation.ledger('dvcqg');
    for (const { codes: own } of dossiers) {
      expect(rowOf(ledger, 'dossier', own.oneStop)).toMatchObject({ count: 2 });
      // A state may have been passed over on the first way, since a message carries that of its own now.
      expect(rowOf(ledger, 'status', own.oneStop)?.order.map(Number).slice(-2)).toEqual([10, 10]);
      expect(rowOf(ledger, 'progress', own.oneStop)?.order.map(Number)).toEqual([...PORTAL_STATES, ...PORTAL_STATES]);
    }
    await untilClean(installation, 60_000);
    // It shows again: of its rows the portal says nothing, and of its state that it is the one of now.
    expect((await looked(request)).totals.classes).toEqual({
      applied: codes.length,
      duplicate: told - codes.length,
      'cannot-tell': told,
    });
  }, 300_000);

  it('and is committed there without an answer is registered once', async () => {
    await installation.fault([CATALOGUE_LOST]);
    const codes = await installation.fileCases('birth', FORMS.length, SEED + 1);
    const dead = await deadLetters(codes);
    await installation.clearFaults();
    await installation.fault(
      codes.map((code, at) => ({
        system: 'hotich',
        operation: 'nhanHoSoDKHT',
        switch: 'hiddenCommit',
        value: FORMS[at],
        code,
        until: 1,
      })),
    );
    const plan = await looked({
      selection: { ids: dead.map((one) => one.id) },
      reasonCode: 'configuration-fixed',
      reason: 'the catalogue is right again',
    });
    expect(plan.totals.classes).toEqual({ absent: codes.length });
    expect(await run(plan)).toMatchObject({ state: 'done', counts: { done: codes.length, failed: 0 } });
    expect(await installation.faults()).toEqual([]);
    const dossiers = await untilFinished(installation, codes, 120_000);
    const ledger = await installation.ledger();
    const own = new Set(dossiers.flatMap(({ codes: { dvclt, oneStop } }) => [dvclt, oneStop]));
    expectCleanLedger(
      ledger.filter((row) => own.has(row.code)),
      dossiers,
    );
    expect(ledger.filter((row) => row.kind === 'duplicate-registration')).toEqual([]);
    await untilClean(installation, 60_000);
  }, 300_000);

  it('with a corrected leaf reaches hộ tịch as it was corrected, and the dossier keeps what was declared', async () => {
    // 55 is no people, XX no country.
    const codes = await installation.fileCases('birth', 1, SEED + 2, 'catalogue-mismatch');
    const [dead] = await deadLetters(codes);
    const plan = await looked({
      selection: { ids: [dead.id] },
      reasonCode: 'content-corrected',
      reason: 'the commune asked the family',
      edits: [
        { field: 'nksDanToc', value: '01' },
        { field: 'nksQuocTich', value: 'VN' },
      ],
    });
    expect(plan).toMatchObject({ needsApproval: true, editedFields: ['nksDanToc', 'nksQuocTich'] });
    expect(await run(plan)).toMatchObject({ state: 'done', counts: { done: 1 } });
    await untilFinished(installation, codes, 120_000);
    expect(await installation.registration(codes[0])).toMatchObject({
      content: { nksDanToc: '01', nksQuocTich: 'VN' },
    });
    expect(await installation.caseFacts(codes[0])).toMatchObject({ content: { nksDanToc: '55', nksQuocTich: 'XX' } });
    await untilClean(installation, 60_000);
  }, 200_000);
});
