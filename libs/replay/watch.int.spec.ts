import { lookAfterWatches, type WatchDeps } from './app/look-after-watches';
import { endWatch, placeWatch, type WatchRequest } from './app/place-watch';
import { readWatch } from './adapters/watch-store';
import type { Watch } from './domain/watch';
import { ReplayBench } from './testing/replay-bench';

describe('watches', () => {
  let bench: ReplayBench;
  beforeAll(async () => void (bench = await ReplayBench.open()));
  afterAll(() => bench.close());
  afterEach(async () => {
    await bench.delivery.db.execute(`update replay_watch set state = 'ended', plan_id = null`);
    await bench.clear();
  });

  const signal = new AbortController().signal;
  const place = (more: Partial<WatchRequest> = {}, by = bench.by()) =>
    placeWatch(
      {
        selection: { partner: 'dvclt' },
        action: 'propose',
        reasonCode: 'partner-recovered',
        reason: 'until it answers',
        ...more,
      },
      by,
      bench.deps,
    );
  const deps = (): WatchDeps => ({ ...bench.runDeps('worker-a'), causes: [], vault: bench.delivery.vault });
  const look = async (watch: Watch): Promise<Watch> => {
    await lookAfterWatches(deps(), signal);
    bench.clock.advance(bench.policy.watch.everyMs);
    return (await readWatch(bench.delivery.db, watch.id)) as Watch;
  };

  it('propose a plan after enough good looks in a row, as the request of the person who placed them', async () => {
    await bench.dead(5, 'unknown');
    bench.partner.repeat = 'probe-first';
    bench.partner.viewOf = () => ({ verdict: 'cannot-tell', reasonCode: 'http.5xx' });
    const watch = await place();
    // Later than the last call may still be running.
    bench.clock.advance(60_000);
    expect(await look(watch)).toMatchObject({ state: 'watching', finding: 'cannot-tell', successes: 0 });
    bench.partner.viewOf = () => ({ verdict: 'absent', reasonCode: 'test.absent' });
    expect(await look(watch)).toMatchObject({ finding: 'ready', successes: 1 });
    expect(await look(watch)).toMatchObject({ finding: 'ready', successes: 2 });
    const met = await look(watch);
    expect(met).toMatchObject({ state: 'met', planId: expect.any(String) });
    const plan = await bench.work(met.planId!, 'dry-run');
    expect(plan).toMatchObject({ items: 5, requestedBy: 'operator', startedAt: null });
    expect(await bench.logged(watch.id)).toEqual(['watch.placed', 'watch.met']);
    expect((await look(watch)).planId).toBe(met.planId);
  });

  it('start it by policy where no second person is needed, and wait for one where it is', async () => {
    const watched = async (count: number): Promise<string> => {
      await bench.dead(count);
      const watch = await place({ action: 'start' });
      for (let looks = 0; looks < bench.policy.watch.successes; looks += 1) await look(watch);
      return (await readWatch(bench.delivery.db, watch.id))!.planId!;
    };
    const small = await watched(2);
    expect(await bench.run(small)).toMatchObject({ state: 'done', startedBy: 'policy', counts: { done: 2 } });
    await bench.delivery.db.execute(`update replay_watch set plan_id = null`);
    await bench.clear();
    const large = await watched(25);
    expect(await bench.work(large, 'dry-run')).toMatchObject({ needsApproval: true, startedAt: null });
  });

  it.each([
    ['its circuit is open', `insert into partner_state (partner, breaker) values ('dvclt', 'open')`, 'breaker-open'],
    [
      'it is held',
      `insert into hold (id, partner, starts_at, reason, placed_by) values (gen_random_uuid(), 'dvclt', '2020-01-01', 'test', 'operator')`,
      'partner-held',
    ],
    [
      'the operation is held',
      `insert into hold (id, partner, operation, starts_at, reason, placed_by)
       values (gen_random_uuid(), 'dvclt', 'push-status', '2020-01-01', 'test', 'operator')`,
      'partner-held',
    ],
  ])('do not ask the partner while %s', async (_name, sql, finding) => {
    await bench.dead(1);
    await bench.delivery.db.execute(sql);
    expect(await look(await place())).toMatchObject({ finding });
    expect(bench.partner.asked).toEqual([]);
  });

  it('are not met by messages of which the partner would complain', async () => {
    await bench.dead(1);
    bench.partner.complaintsOf = () => [{ field: 'nksQuocTich', problem: 'not-in-catalogue' }];
    expect(await look(await place())).toMatchObject({ finding: 'complaints', successes: 0 });
  });

  it('go on watching while nothing is left, and end by a person', async () => {
    const watch = await place();
    expect(await look(watch)).toMatchObject({ state: 'watching', finding: 'none-left' });
    expect(await endWatch(watch.id, bench.by(), bench.deps)).toMatchObject({ state: 'ended', endedBy: 'operator' });
    await expect(endWatch(watch.id, bench.by(), bench.deps)).rejects.toMatchObject({ code: 'watch-not-open' });
    const probedAt = (await readWatch(bench.delivery.db, watch.id))!.probedAt;
    expect((await look(watch)).probedAt).toEqual(probedAt);
  });

  it('are looked after by one worker at a time', async () => {
    await bench.dead(1);
    const watch = await place();
    await Promise.all([lookAfterWatches(deps(), signal), lookAfterWatches(deps(), signal)]);
    expect((await readWatch(bench.delivery.db, watch.id))!.successes).toBe(1);
  });
});
