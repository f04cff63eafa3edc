import { setImmediate } from 'node:timers/promises';
import type { Database } from '#platform';
import { until } from '#testing';
import { ReconciliationRunner } from './app/reconciliation-runner';
import { ReconciliationBench } from './testing/reconciliation-bench';

const DEADLINE_MS = 5_000;

/** Several runs go on beside each other: a round begins while steps of the one before are still under way. */
describe('a round that reads where a run stands just before its step ends', () => {
  let bench: ReconciliationBench;
  beforeAll(async () => void (bench = await ReconciliationBench.open()));
  afterAll(() => bench.close());

  it('makes that step no second time: each dossier is counted once', async () => {
    const { dvcqg } = bench.systems;
    dvcqg.hold(await bench.store(Array.from({ length: 6 }, () => ({}))));
    dvcqg.atMost = 2;
    bench.clock.advance(3_600_000);
    const { id } = await bench.request('dvcqg');
    const answer = gate();
    dvcqg.meanwhile = () => answer.opened;
    let afterRead: () => Promise<void> = async () => undefined;
    const db = afterLeases(bench.db, () => afterRead());
    const runner = new ReconciliationRunner({ ...bench.runDeps(), db }, { onProgress: () => undefined, renewMs: 1 });
    const { signal } = new AbortController();
    await until(
      async () => {
        await runner.runOnce(signal);
        return dvcqg.calls.length === 1;
      },
      DEADLINE_MS,
      'the first question',
    );
    afterRead = async () => {
      afterRead = async () => undefined;
      answer.open();
      await until(async () => (await bench.read(id)).counts.agreed === 2, DEADLINE_MS, 'the end of the first step');
      await setImmediate();
    };
    await runner.runOnce(signal);
    const run = await bench.work(id, runner);
    expect(run).toMatchObject({
      state: 'finished',
      counts: { agreed: 6, differing: 0, unreadable: 0, notLookedAt: 0 },
    });
    await runner.stop();
  });
});

function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** The database, but that something happens between the reading of the runs and their use. */
function afterLeases(db: Database, happens: () => Promise<void>): Database {
  return new Proxy(db, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name !== 'query') return member.bind(target) as unknown;
      return async (sql: string, params: readonly unknown[]) => {
        const rows = await target.query(sql, params);
        if (sql.includes('r.lease_owner = $1 and r.lease_until')) await happens();
        return rows;
      };
    },
  });
}
