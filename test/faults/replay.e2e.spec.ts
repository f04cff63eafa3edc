import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation, type DossierAnswer } from '../support/installation';
import { lienthong } from '../support/installed-cli';
import { CATALOGUE_LOST, Plans, type ShownPlan } from './support/plans';

const SEED = 20261127;
/** So many dossiers are replayed, and so many have been sent when the worker is killed: a share here, the whole in the long run. */
const [COUNT, KILLED_AT] = process.env.SOAK ? [300, 37] : [40, 17];

describe('dead letters that are brought back', () => {
  let installation: Installation;
  let plans: Plans;
  const all: DossierAnswer[] = [];
  const cli = <T>(...args: string[]): Promise<T> => lienthong<T>(installation, args);

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
    plans = new Plans(installation);
  }, 120_000);
  afterAll(() => installation?.remove(), 120_000);

  it('are looked at, approved by another person, and sent in waves; a killed worker goes on exactly there', async () => {
    const { codes, group } = await plans.refusedByRegistry(COUNT, SEED);
    const looked = await plans.of(group, { rate: 100 });
    expect(looked).toMatchObject({ state: 'dry-run', items: COUNT, needsApproval: true });
    expect(looked.totals).toMatchObject({ classes: { absent: COUNT }, actions: { send: COUNT } });
    await expect(cli('replay', 'start', looked.id)).rejects.toThrow('approval-needed');
    await plans.approve(looked);
    await plans.start(looked);
    await plans.until(looked.id, `${KILLED_AT} sent`, ({ counts }) => counts.sent >= KILLED_AT);
    installation.kill('worker');
    const done = await plans.untilEnded(looked.id);
    expect(done).toMatchObject({ state: 'done', counts: { sent: COUNT, done: COUNT, failed: 0 } });
    all.push(...(await untilFinished(installation, codes, 120_000)));
    expectCleanLedger(await installation.ledger(), all);
    await untilClean(installation, 30_000);
  }, 400_000);

  it('stop being sent when a citizen withdraws after the approval: the set has changed', async () => {
    const { codes, group } = await plans.refusedByRegistry(3, SEED + 1);
    const looked = await plans.of(group, { rate: 100 });
    await plans.approve(looked);
    for (const code of codes) {
      const answer = await installation.decide(code, {
        decision: 'withdraw',
        decidedAt: new Date().toISOString(),
        officer: { name: 'Cán bộ mẫu', title: 'Công chức mẫu', department: 'Một cửa mẫu' },
        note: '',
      });
      expect(answer.status).toBe(202);
    }
    await plans.start(looked);
    const stopped = await plans.until(looked.id, 'the stop', ({ state }) => state !== 'running');
    expect(stopped).toMatchObject({
      state: 'stopped',
      stop: { code: 'prediction-changed', found: 'gone' },
      counts: { sent: 0 },
    });
    await cli('replay', 'cancel', looked.id);
    expect(await cli<ShownPlan>('replay', 'show', looked.id)).toMatchObject({ state: 'cancelled' });
    await untilClean(installation, 60_000);
  }, 200_000);

  it('stop by themselves when the partner still refuses, after one item', async () => {
    const { codes, group } = await plans.refusedByRegistry(6, SEED + 2);
    const looked = await plans.of(group, { rate: 100 });
    await plans.approve(looked);
    await installation.fault([CATALOGUE_LOST]);
    await plans.start(looked);
    const stopped = await plans.until(looked.id, 'the stop', ({ state }) => state === 'stopped');
    expect(stopped).toMatchObject({ stop: { code: 'too-many-errors' }, counts: { sent: 1, failed: 1 } });
    await installation.clearFaults();
    await cli('replay', 'resume', looked.id);
    await plans.until(looked.id, 'the end', ({ state }) => state === 'done');
    const again = await plans.of(group, { rate: 100 });
    expect(again).toMatchObject({ items: 1, totals: { classes: { absent: 1 } } });
    await plans.approve(again);
    await plans.start(again);
    all.push(...(await untilFinished(installation, codes, 90_000)));
    expectCleanLedger(await installation.ledger(), all);
    await untilClean(installation, 30_000);
  }, 300_000);
});
