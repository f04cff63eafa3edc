import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation, type DossierAnswer } from '../support/installation';
import { lienthong } from '../support/installed-cli';
import { until } from '../support/until';

const SEED = 20261127;
/** So many dossiers are replayed, and so many have been sent when the worker is killed: a share here, the whole in the long run. */
const [COUNT, KILLED_AT] = process.env.SOAK ? [300, 37] : [40, 17];
/** hộ tịch no longer knows the country that every declaration names. */
const CATALOGUE_LOST = { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'catalogueDrift', value: 'VN' };

interface Plan {
  id: string;
  state: string;
  items: number;
  hash: string;
  needsApproval: boolean;
  totals: { classes: Record<string, number>; actions: Record<string, number> };
  counts: { sent: number; done: number; failed: number };
  wave: number;
  stop: { code: string; found?: string } | null;
}

describe('dead letters that are brought back', () => {
  let installation: Installation;
  const all: DossierAnswer[] = [];
  const cli = <T>(...args: string[]): Promise<T> => lienthong<T>(installation, args);
  const approve = (plan: Plan): Promise<Plan> =>
    lienthong(installation, ['replay', 'approve', plan.id, '--hash', plan.hash], 'approver');
  const shown = (plan: Plan): Promise<Plan> => cli<Plan>('replay', 'show', plan.id);
  async function untilPlan(plan: Plan, what: string, isThere: (now: Plan) => boolean): Promise<Plan> {
    let now = plan;
    await until(
      async () => isThere((now = (await installation.get<Plan>(`/replays/${plan.id}`).catch(() => now)) ?? now)),
      120_000,
      () => `${what}; it is ${JSON.stringify(now)}`,
    );
    return now;
  }
  /** Births that hộ tịch has refused, and the key of their group. */
  async function refused(count: number, seed: number): Promise<{ codes: string[]; group: string }> {
    await installation.fault([CATALOGUE_LOST]);
    const codes = await installation.fileCases('birth', count, seed);
    let group = '';
    await until(
      async () => {
        const groups = await cli<{ key: string; count: number; operation: string; field: string | null }[]>(
          'dead-letter',
          'groups',
        );
        const found = groups.find((one) => one.operation === 'submit-registration');
        group = found?.key ?? '';
        return found?.count === count;
      },
      90_000,
      'dead letters of one cause',
    );
    await installation.clearFaults();
    return { codes, group };
  }
  const plan = (group: string): Promise<Plan> =>
    cli<Plan>(
      'replay',
      'plan',
      '--group',
      group,
      '--why',
      'configuration-fixed',
      '--reason',
      'catalogue of 26/11',
      '--rate',
      '100',
    );

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
  }, 120_000);
  afterAll(() => installation?.remove(), 120_000);

  it('are looked at, approved by another person, and sent in waves; a killed worker goes on exactly there', async () => {
    const { codes, group } = await refused(COUNT, SEED);
    const looked = await plan(group);
    expect(looked).toMatchObject({ state: 'dry-run', items: COUNT, needsApproval: true });
    expect(looked.totals).toMatchObject({ classes: { absent: COUNT }, actions: { send: COUNT } });
    await expect(cli('replay', 'start', looked.id)).rejects.toThrow('approval-needed');
    await approve(looked);
    await cli('replay', 'start', looked.id);
    await untilPlan(looked, `${KILLED_AT} sent`, ({ counts }) => counts.sent >= KILLED_AT);
    installation.kill('worker');
    const done = await untilPlan(looked, 'the end of the plan', ({ state }) => state === 'done' || state === 'stopped');
    expect(done).toMatchObject({ state: 'done', counts: { sent: COUNT, done: COUNT, failed: 0 } });
    all.push(...(await untilFinished(installation, codes, 120_000)));
    expectCleanLedger(await installation.ledger(), all);
    await untilClean(installation, 30_000);
  }, 400_000);

  it('stop being sent when a citizen withdraws after the approval: the set has changed', async () => {
    const { codes, group } = await refused(3, SEED + 1);
    const looked = await plan(group);
    await approve(looked);
    for (const code of codes) {
      const answer = await installation.decide(code, {
        decision: 'withdraw',
        decidedAt: new Date().toISOString(),
        officer: { name: 'Cán bộ mẫu', title: 'Công chức mẫu', department: 'Một cửa mẫu' },
        note: '',
      });
      expect(answer.status).toBe(202);
    }
    await cli('replay', 'start', looked.id);
    const stopped = await untilPlan(looked, 'the stop', ({ state }) => state !== 'running');
    expect(stopped).toMatchObject({
      state: 'stopped',
      stop: { code: 'prediction-changed', found: 'gone' },
      counts: { sent: 0 },
    });
    await cli('replay', 'cancel', looked.id);
    expect(await shown(looked)).toMatchObject({ state: 'cancelled' });
    await untilClean(installation, 60_000);
  }, 200_000);

  it('stop by themselves when the partner still refuses, after one item', async () => {
    const { codes, group } = await refused(6, SEED + 2);
    const looked = await plan(group);
    await approve(looked);
    await installation.fault([CATALOGUE_LOST]);
    await cli('replay', 'start', looked.id);
    const stopped = await untilPlan(looked, 'the stop', ({ state }) => state === 'stopped');
    expect(stopped).toMatchObject({ stop: { code: 'too-many-errors' }, counts: { sent: 1, failed: 1 } });
    await installation.clearFaults();
    await cli('replay', 'resume', looked.id);
    await untilPlan(looked, 'the end', ({ state }) => state === 'done');
    const again = await plan(group);
    expect(again).toMatchObject({ items: 1, totals: { classes: { absent: 1 } } });
    await approve(again);
    await cli('replay', 'start', again.id);
    all.push(...(await untilFinished(installation, codes, 90_000)));
    expectCleanLedger(await installation.ledger(), all);
    await untilClean(installation, 30_000);
  }, 300_000);
});
