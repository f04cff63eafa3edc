import { pausePlan } from './app/steer-plan';
import { ReplayBench } from './testing/replay-bench';

describe('the pace of a run', () => {
  let bench: ReplayBench;

  beforeAll(async () => {
    bench = await ReplayBench.open();
  });
  beforeEach(() => bench.clear());
  afterAll(() => bench.close());

  it('sends what the rate allows in one step, and asks for no further step at once', async () => {
    await bench.dead(5);
    const { id } = await bench.started({ ratePerSecond: 10 });
    const runner = bench.runner();
    const signal = new AbortController().signal;
    let again = 1;
    while ((await bench.plan(id)).counts.sent === 0) again = await runner.runOnce(signal);
    expect((await bench.plan(id)).counts.sent).toBe(1);
    expect(again).toBe(0);
  });

  it('writes nothing while a plan is only looked at', async () => {
    await bench.dead(1);
    const { id } = await bench.started();
    const runner = bench.runner();
    const signal = new AbortController().signal;
    while ((await bench.plan(id)).counts.sent === 0) await runner.runOnce(signal);
    const before = await versionOf(id);
    for (let round = 0; round < 5; round += 1) await runner.runOnce(signal);
    expect(await versionOf(id)).toBe(before);
    await pausePlan(id, bench.by(), bench.deps);
    const paused = await versionOf(id);
    for (let round = 0; round < 5; round += 1) await runner.runOnce(signal);
    expect(await versionOf(id)).toBe(paused);
  });

  /** Changes with each write of the plan's row. */
  async function versionOf(id: string): Promise<string> {
    const [row] = await bench.delivery.db.query<{ version: string }>(
      'select xmin::text as version from replay_plan where id = $1',
      [id],
    );
    return row.version;
  }

  it('does not make up for the time in which nobody carried the plan', async () => {
    await bench.dead(60);
    const { id } = await bench.started({ ratePerSecond: 10 });
    const courier = bench.courier();
    courier.start();
    const runner = bench.runner();
    const signal = new AbortController().signal;
    try {
      while ((await bench.plan(id)).wave < 3) {
        await runner.runOnce(signal);
        bench.clock.advance(20);
        await new Promise((resolve) => setImmediate(resolve));
      }
      bench.clock.advance(60_000);
      const before = (await bench.plan(id)).counts.sent;
      await runner.runOnce(signal);
      await runner.runOnce(signal);
      expect((await bench.plan(id)).counts.sent - before).toBe(10);
    } finally {
      await courier.stop();
    }
  });
});
