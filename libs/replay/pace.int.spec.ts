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
