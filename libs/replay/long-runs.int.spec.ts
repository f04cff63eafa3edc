import { cancelPlan, pausePlan, requestDryRun, resumePlan } from './app/steer-plan';
import { ReplayBench } from './testing/replay-bench';

/** Plans that meet slow partners, long pauses, and lanes that others have parked. */
describe('a replay plan that takes long', () => {
  let bench: ReplayBench;
  beforeAll(async () => void (bench = await ReplayBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const signal = new AbortController().signal;
  const versionOf = async (id: string): Promise<string> =>
    (
      await bench.delivery.db.query<{ version: string }>(
        `select xmin::text as version from replay_plan where id = $1`,
        [id],
      )
    )[0].version;

  it('stays with its worker while the partner takes longer than a lease to say what it has', async () => {
    await bench.dead(1);
    const { id } = await bench.create();
    await requestDryRun(id, bench.by(), bench.deps);
    let say = (): void => undefined;
    const said = new Promise<void>((resolve) => (say = resolve));
    bench.partner.view = async ({ dossier }) => {
      bench.partner.asked.push(dossier.id);
      await said;
      return { verdict: 'absent', reasonCode: 'test.absent' };
    };
    for (const worker of ['worker-a', 'worker-b'])
      await bench.delivery.db.execute(`insert into worker values ($1, $2, $2, '{replays}')`, [
        worker,
        bench.clock.now(),
      ]);
    const [one, other] = [bench.runner('worker-a', 1), bench.runner('worker-b', 1)];
    for (let round = 0; round < 10; round += 1) {
      await one.runOnce(signal);
      bench.clock.advance(10_000);
      await other.runOnce(signal);
    }
    say();
    await one.stop();
    await other.stop();
    expect(bench.partner.asked).toHaveLength(1);
    expect((await bench.plan(id)).state).toBe('dry-run');
  });

  it('taken over in the middle of its dry run goes on behind what was committed; what the first worker found meanwhile does not count', async () => {
    await bench.dead(1_100);
    const { id } = await bench.create();
    await requestDryRun(id, bench.by(), bench.deps);
    for (const worker of ['worker-a', 'worker-b'])
      await bench.delivery.db.execute(`insert into worker values ($1, $2, $2, '{replays}')`, [
        worker,
        bench.clock.now(),
      ]);
    const lookedAt = async (): Promise<number> => (await bench.plan(id)).lookedNumber;
    let takeOver: Promise<void> | undefined;
    bench.partner.view = async ({ dossier }) => {
      bench.partner.asked.push(dossier.id);
      // The second set is asked about while the first is committed.
      if (bench.partner.asked.length > 500)
        await (takeOver ??= (async () => {
          while ((await lookedAt()) < 500) await new Promise((resolve) => setImmediate(resolve));
          await bench.delivery.db.execute(`update replay_plan set lease_owner = 'worker-b' where id = $1`, [id]);
        })());
      return { verdict: 'absent', reasonCode: 'test.absent' };
    };
    const first = bench.runner('worker-a');
    await first.runOnce(signal);
    expect(await lookedAt()).toBe(500);
    expect((await bench.items(id)).slice(500).every((item) => item.class === null)).toBe(true);
    await first.stop();
    const { state, totals } = await bench.work(id, 'dry-run', bench.runner('worker-b'));
    expect({ state, totals }).toMatchObject({ state: 'dry-run', totals: { classes: { absent: 1_100 } } });
    expect(bench.partner.asked.slice(-600)).toHaveLength(new Set(bench.partner.asked.slice(-600)).size);
  });

  it('holds up no other plan of its worker', async () => {
    const [slow] = await bench.dead(1);
    const first = await bench.create();
    await bench.dead(1);
    const second = await bench.create();
    let say = (): void => undefined;
    const said = new Promise<void>((resolve) => (say = resolve));
    bench.partner.view = async ({ dossier }) => {
      if (dossier.id === slow) await said;
      return { verdict: 'absent', reasonCode: 'test.absent' };
    };
    const runner = bench.runner('worker-a', 1);
    await requestDryRun(first.id, bench.by(), bench.deps);
    await runner.runOnce(signal);
    await bench.delivery.db.execute(`delete from replay_item where plan_id = $1 and dossier_id = $2`, [
      second.id,
      slow,
    ]);
    await requestDryRun(second.id, bench.by(), bench.deps);
    await bench.work(second.id, 'dry-run', runner);
    expect((await bench.plan(first.id)).state).toBe('dry-running');
    say();
    await runner.stop();
    expect((await bench.plan(first.id)).state).toBe('dry-run');
  });

  it('writes nothing while it waits, is paused, or has stopped', async () => {
    await bench.dead(2);
    const { id } = await bench.started();
    const runner = bench.runner();
    const rests = async (): Promise<boolean> => {
      for (let round = 0; round < 5; round += 1) await runner.runOnce(signal);
      const before = await versionOf(id);
      for (let round = 0; round < 3; round += 1) await runner.runOnce(signal);
      return (await versionOf(id)) === before;
    };
    expect(await rests()).toBe(true);
    expect((await bench.plan(id)).counts.sent).toBe(1);
    await pausePlan(id, bench.by(), bench.deps);
    expect(await rests()).toBe(true);
  });

  it('that stopped because an item took too long gives it as much time again when a person resumes it', async () => {
    await bench.dead(1);
    const { id } = await bench.started();
    expect((await bench.work(id, 'stopped')).stop).toEqual({ code: 'too-slow' });
    await resumePlan(id, bench.by(), bench.deps);
    expect(await bench.run(id)).toMatchObject({ counts: { sent: 1, done: 1 } });
  });

  it('does not hurry after a time in which nobody carried it: its rate is a rate at every moment', async () => {
    await bench.dead(60);
    const { id } = await bench.started({ ratePerSecond: 5 });
    await bench.delivery.db.execute(
      `update replay_plan set wave = 3, wave_first = 1, wave_last = 60, drain_from = $2, ramp_from = $2 where id = $1`,
      [id, bench.clock.now()],
    );
    bench.clock.advance(600_000);
    const runner = bench.runner();
    for (let round = 0; round < 20; round += 1) await runner.runOnce(signal);
    expect((await bench.plan(id)).counts.sent).toBeLessThanOrEqual(5);
  });

  it('needs a new approval when it is resumed after the old one has ended', async () => {
    await bench.dead(2);
    const { id } = await bench.started();
    await pausePlan(id, bench.by(), bench.deps);
    bench.clock.advance(bench.policy.approval.goodForMs + 1);
    await expect(resumePlan(id, bench.by(), bench.deps)).rejects.toMatchObject({ code: 'approval-expired' });
    await cancelPlan(id, bench.by(), bench.deps);
  });

  it('names whoever asked for a dry run in the sync log: it may have taken an approval away', async () => {
    await bench.dead(1);
    const { id } = await bench.started();
    await pausePlan(id, bench.by(), bench.deps);
    await requestDryRun(id, bench.by('operator-b'), bench.deps);
    const rows = await bench.delivery.db.query<{ actor: string }>(
      `select convert_from(bytes, 'UTF8')::jsonb #>> '{actor,id}' as actor from synclog_entry
       where kind = 'replay.dry-run-requested' and convert_from(bytes, 'UTF8')::jsonb #>> '{detail,planId}' = $1 order by at, id`,
      [id],
    );
    expect(rows.map(({ actor }) => actor)).toEqual(['operator', 'operator-b']);
  });

  it('counts what a citizen withdrew meanwhile neither as done nor as failed', async () => {
    await bench.dead(3);
    const { id } = await bench.started();
    const runner = bench.runner();
    while ((await bench.plan(id)).counts.sent === 0) await runner.runOnce(signal);
    await bench.delivery.db.execute(
      `with l as (update lane set due_at = null) update delivery set status = 'cancelled', due_at = null where status = 'queued'`,
    );
    expect(await bench.run(id)).toMatchObject({ counts: { sent: 3, done: 2, failed: 0, skipped: 1 } });
  });

  it('is not begun while its operation is held: it says so, and sends nothing', async () => {
    await bench.dead(2);
    const { id } = await bench.started();
    await bench.delivery.db.execute(
      `insert into hold (id, partner, operation, starts_at, reason, placed_by) values ($1, 'dvclt', 'push-status', $2, 'test', 'operator')`,
      [bench.delivery.ids.next(), bench.clock.now()],
    );
    expect(await bench.work(id, 'stopped')).toMatchObject({
      stop: { code: 'partner-held', partner: 'dvclt' },
      counts: { sent: 0 },
    });
  });

  it('leaves alone what stands behind a dead letter that is not in it: it could never be sent', async () => {
    const [dossierId] = await bench.dead(1, 'refused', [1, 2]);
    await bench.delivery.db.execute(
      `update delivery set status = 'dead', due_at = null, outcome = 'refused' where dossier_id = $1`,
      [dossierId],
    );
    const [first, second] = await bench.delivery.deliveries(dossierId);
    const { id } = await bench.started({ selection: { ids: [second.id] } });
    expect((await bench.run(id)).totals).toMatchObject({ classes: { 'behind-dead-letter': 1 }, actions: { skip: 1 } });
    const both = await bench.started({ selection: { ids: [first.id, second.id] } });
    expect(await bench.run(both.id)).toMatchObject({ counts: { sent: 2, done: 2 } });
    expect(bench.partner.calls).toHaveLength(2);
  });
});
