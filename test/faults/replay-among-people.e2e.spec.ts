import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation, type DossierAnswer } from '../support/installation';
import { lienthong } from '../support/installed-cli';
import { until } from '../support/until';
import { Plans } from './support/plans';

const SEED = 20261202;
const REGISTRY_IS_DOWN = { system: 'hotich', switch: 'noise', value: { form: 'html', status: 503 } };
/** DVCLT refuses each state, in words that we know. */
const STATES_REFUSED = {
  system: 'dvclt',
  operation: 'status',
  switch: 'errorInOkBody',
  value: 'Logic xử lý không hợp lệ',
};

interface Watch {
  id: string;
  state: string;
  finding: string | null;
  planId: string | null;
}

describe('dead letters, while others are at work on them', () => {
  let installation: Installation;
  let plans: Plans;
  const all: DossierAnswer[] = [];
  const cli = <T>(...args: string[]): Promise<T> => lienthong<T>(installation, args);

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
    plans = new Plans(installation);
  }, 120_000);
  afterAll(() => installation?.remove(), 120_000);

  /** Deaths whose first state DVCLT has refused. */
  async function refusedByDvclt(count: number, seed: number): Promise<{ codes: string[]; group: string }> {
    await installation.fault([STATES_REFUSED]);
    const codes = await installation.fileCases('death', count, seed);
    const group = await plans.untilGroup('push-status', count);
    await installation.clearFaults();
    return { codes, group };
  }
  const isBehind = (dossier: DossierAnswer | undefined): boolean =>
    dossier?.state === 'finished' && dossier.statuses.dvclt === null;
  async function expectAllEnded(codes: readonly string[]): Promise<void> {
    all.push(...(await untilFinished(installation, codes, 120_000)));
    expectCleanLedger(await installation.ledger(), all);
    await untilClean(installation, 30_000);
  }
  async function untilWatch(id: string, what: string, isThere: (watch: Watch) => boolean): Promise<Watch> {
    let now: Watch | undefined;
    await until(
      async () => {
        const { items } = (await installation.get<{ items: Watch[] }>('/watches?all=true&limit=50'))!;
        now = items.find((watch) => watch.id === id);
        return now !== undefined && isThere(now);
      },
      90_000,
      () => `${what}; it is ${JSON.stringify(now)}`,
    );
    return now!;
  }

  it('are each sent once by two plans of the same group that are started at the same moment', async () => {
    const { codes, group } = await plans.refusedByRegistry(12, SEED);
    const both = [await plans.of(group, { rate: 50 }), await plans.of(group, { rate: 50 })];
    for (const plan of both) await plans.approve(plan);
    await Promise.all(both.map((plan) => plans.start(plan)));
    const ended = await Promise.all(both.map(({ id }) => plans.untilEnded(id)));
    // One of them may have stopped because the other one was faster; what it has sent is its own.
    expect(ended[0].counts.sent + ended[1].counts.sent).toBeLessThanOrEqual(12);
    for (const { id, state } of ended) if (state === 'stopped') await cli('replay', 'cancel', id);
    const left = await cli<{ count: number }[]>('dead-letter', 'groups');
    if (left.length > 0) {
      const rest = await plans.of(group, { rate: 50 });
      await plans.approve(rest);
      await plans.start(rest);
      expect(await plans.untilEnded(rest.id)).toMatchObject({ state: 'done' });
    }
    await expectAllEnded(codes);
  }, 300_000);

  it('keep their place before what is decided while they are replayed', async () => {
    const hold = await cli<{ id: string }>('hold', 'place', 'hotich', '--reason', 'ticket 4711');
    const { codes, group } = await refusedByDvclt(10, SEED + 1_000);
    const plan = await plans.of(group, { rate: 2 });
    await plans.start(plan);
    await plans.until(plan.id, 'the first ones sent', ({ counts }) => counts.sent >= 2);
    await cli('replay', 'pause', plan.id);
    await cli('hold', 'release', hold.id, '--no-canary');
    // Registered, signed and returned: all of that waits behind the first state, which is still to be sent again.
    await until(
      async () => (await Promise.all(codes.map((code) => installation.dossier(code)))).some(isBehind),
      60_000,
      'news of a dossier behind its dead letter',
    );
    await cli('replay', 'resume', plan.id);
    const ended = await plans.untilEnded(plan.id);
    expect(ended).toMatchObject({ state: 'done', counts: { sent: 10, done: 10, failed: 0 } });
    await expectAllEnded(codes);
  }, 300_000);

  it('are proposed by a watch when their partner answers again, and go out once another person has agreed', async () => {
    const { codes, group } = await plans.refusedByRegistry(4, SEED + 2_000);
    await installation.fault([REGISTRY_IS_DOWN]);
    const why = ['--why', 'partner-recovered', '--reason', 'ticket 4711'];
    const { id } = await cli<Watch>('replay', 'watch', 'place', '--group', group, ...why);
    const waiting = await untilWatch(id, 'a look', ({ finding }) => finding !== null);
    expect(waiting).toMatchObject({ state: 'watching', finding: expect.not.stringContaining('ready') });
    await installation.clearFaults();
    const { planId } = await untilWatch(id, 'its plan', ({ state }) => state === 'met');
    const plan = await plans.until(planId!, 'its dry run', ({ state }) => state === 'dry-run');
    expect(plan).toMatchObject({ items: 4, needsApproval: true, requestedBy: 'operator', counts: { sent: 0 } });
    await plans.approve(plan);
    await plans.start(plan);
    expect(await plans.untilEnded(plan.id)).toMatchObject({ state: 'done', counts: { sent: 4, done: 4 } });
    await expectAllEnded(codes);
  }, 300_000);

  it('start by themselves after a watch where the policy needs nobody, and not before the hold of their partner is over', async () => {
    const { codes, group } = await refusedByDvclt(3, SEED + 3_000);
    const hold = await cli<{ id: string }>('hold', 'place', 'dvclt', '--reason', 'ticket 4712');
    const why = ['--start', '--why', 'partner-recovered', '--reason', 'ticket 4712'];
    const { id } = await cli<Watch>('replay', 'watch', 'place', '--group', group, ...why);
    await untilWatch(id, 'a look', ({ finding }) => finding === 'partner-held');
    await cli('hold', 'release', hold.id, '--no-canary');
    const { planId } = await untilWatch(id, 'its plan', ({ state }) => state === 'met');
    const ended = await plans.untilEnded(planId!);
    expect(ended).toMatchObject({ state: 'done', needsApproval: false, counts: { sent: 3, done: 3 } });
    await expectAllEnded(codes);
  }, 300_000);
});
