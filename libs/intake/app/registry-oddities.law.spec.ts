import { rfc3339 } from '#platform';
import { FakeRegistry } from '../../../test/intake/fake-registry';
import { applyCommand, intakeWorld, type IntakeWorld } from '../../../test/intake/intake-world';
import { acceptDossier, pushedDossier, settlePush, type PushedDossier } from '../../../test/intake/pushed-dossier';
import { PollRegistry } from './poll-registry';

const signal = new AbortController().signal;
const ABSENT_MS = 600_000;

describe('odd answers of the registry', () => {
  let world: IntakeWorld;
  let registry: FakeRegistry;
  const poller = (workerId = 'w1'): PollRegistry =>
    new PollRegistry(registry, world.deps, { workerId, firstMs: 500, maxMs: 10_000, absentDiscrepancyMs: ABSENT_MS });
  const pollAfter = (ms: number): Promise<number> => {
    world.clock.advance(ms);
    return poller().pollOnce(signal);
  };
  const pushed = async (count = 1): Promise<PushedDossier[]> => {
    const dossiers: PushedDossier[] = [];
    for (let n = 0; n < count; n += 1) dossiers.push(await pushedDossier(world));
    return dossiers;
  };
  const classes = async (id: string): Promise<string[]> =>
    (
      await world.test.db.query<{ class: string }>(
        `select data->>'class' as class from journal where dossier_id = $1 and type = 'discrepancy.found' order by seq`,
        [id],
      )
    ).map((row) => row.class);
  const evidence = (): Promise<{ reason: string; ref: string }[]> =>
    world.test.db.query(`select reason, ref from poll_evidence order by at, reason`);

  beforeAll(async () => {
    world = await intakeWorld();
  });
  beforeEach(async () => {
    registry = new FakeRegistry(world.clock);
    await world.test.db.execute('delete from registry_watch');
    await world.test.db.execute('delete from poll_evidence');
    await world.test.db.execute(`delete from poller`);
  });
  afterAll(() => world.end());

  describe('a call that is refused for its number of codes', () => {
    it('is cut in halves until they are answered; nobody misses a turn, and it is remembered [Q18]', async () => {
      const dossiers = await pushed(3);
      for (const { code } of dossiers) registry.report(code, 3);
      registry.batchLimit = 1;
      expect(await pollAfter(500)).toBe(3);
      expect(registry.calls.map((call) => call.codes.length)).toEqual([3, 1, 1, 1]);
      for (const { code } of dossiers) expect((await world.dossier(code)).statuses.registry).toBe(3);
      registry.calls.length = 0;
      // Another worker, or this one after a restart, knows it too.
      expect(await pollAfter(10_000)).toBe(3);
      expect(registry.calls.map((call) => call.codes.length)).toEqual([1, 1, 1]);
    });

    it('is cut as well when one row is more than we take: the others are told, that one is missed after a time, and nothing is learned', async () => {
      const dossiers = await pushed(3);
      for (const { code } of dossiers) registry.report(code, 3);
      const [poison, ...others] = dossiers;
      registry.tooMuch = poison.code;
      expect(await pollAfter(500)).toBe(3);
      for (const { code } of others) expect((await world.dossier(code)).statuses.registry).toBe(3);
      registry.calls.length = 0;
      await pollAfter(ABSENT_MS);
      expect(registry.calls[0].codes).toHaveLength(3);
      await pollAfter(10_000);
      expect(await classes(poison.id)).toEqual(['absent-at-registry']);
      for (const { id } of others) expect(await classes(id)).toEqual([]);
    });

    it('is made of as many codes as configured again when the configured number changes', async () => {
      await pushed(3);
      await world.test.db.execute(
        `insert into poller (name, memory) values ('results.hotich', '{"configured":10,"batch":1}')`,
      );
      await pollAfter(500);
      expect(registry.calls.map((call) => call.codes.length)).toEqual([3]);
    });

    it('teaches nothing when every part of it is refused as well: the cause is another', async () => {
      const dossiers = await pushed(3);
      for (const { code } of dossiers) registry.report(code, 3);
      registry.batchLimit = 0;
      await pollAfter(500);
      registry.batchLimit = Infinity;
      registry.calls.length = 0;
      expect(await pollAfter(10_000)).toBe(3);
      expect(registry.calls.map((call) => call.codes.length)).toEqual([3]);
      expect((await world.dossier(dossiers[0].code)).statuses.registry).toBe(3);
    });
  });

  describe('absence', () => {
    it.each([
      ['absent', (): void => undefined],
      ['there with a meaningless status', (code: string): void => registry.report(code, null)],
    ])('becomes a discrepancy once, after the policy’s time, for a code that is %s [Q16]', async (_name, report) => {
      const [{ id, code }] = await pushed();
      report(code);
      await pollAfter(500);
      await pollAfter(ABSENT_MS - 1);
      expect(await classes(id)).toEqual([]);
      await pollAfter(10_000);
      expect(await classes(id)).toEqual(['absent-at-registry']);
      expect(await world.dossier(code)).toMatchObject({ attention: true, state: 'with-registry' });
      await pollAfter(ABSENT_MS);
      await pollAfter(ABSENT_MS);
      expect(await classes(id)).toEqual(['absent-at-registry']);
      // It is asked for all the same, and goes on when it is there.
      registry.report(code, 3);
      await pollAfter(10_000);
      expect((await world.dossier(code)).statuses.registry).toBe(3);
    });

    it('is counted from its beginning, not from the push, and anew after a row', async () => {
      const [{ id, code }] = await pushed();
      registry.report(code, 1);
      await pollAfter(500);
      await pollAfter(ABSENT_MS * 2);
      registry.rows.clear();
      await pollAfter(10_000);
      await pollAfter(ABSENT_MS / 2);
      registry.report(code, 1);
      await pollAfter(10_000);
      registry.rows.clear();
      await pollAfter(10_000);
      await pollAfter(ABSENT_MS - 1);
      expect(await classes(id)).toEqual([]);
      await pollAfter(10_000);
      expect(await classes(id)).toEqual(['absent-at-registry']);
    });

    it('does not count while there is no answer', async () => {
      const [{ id }] = await pushed();
      registry.isDown = true;
      await pollAfter(500);
      await pollAfter(ABSENT_MS * 2);
      registry.isDown = false;
      await pollAfter(10_000);
      expect(await classes(id)).toEqual([]);
    });
  });

  describe('a row that tells of a time before what is known', () => {
    const at = (minutes: number): string => rfc3339(new Date(Date.UTC(2026, 2, 2, 3, minutes)));

    it('does not take the dossier back on its way [Q16]', async () => {
      const [{ code }] = await pushed();
      registry.report(code, 3, { changedAt: at(10) });
      await pollAfter(500);
      const before = await world.journal(code);
      registry.report(code, 1, { changedAt: at(5) });
      await pollAfter(10_000);
      expect(await world.journal(code)).toEqual(before);
      expect((await world.dossier(code)).statuses.registry).toBe(3);
    });

    it('does not ask the citizen again for a supplement that hộ tịch has been given [Q16]', async () => {
      const [{ id, code }] = await pushed();
      registry.report(code, 2, { changedAt: at(10) });
      await pollAfter(500);
      expect((await world.dossier(code)).state).toBe('awaiting-supplement');
      const { contentRef } = await world.dossier(code);
      await applyCommand(world, id, { kind: 'receive-again', contentRef, contentDigest: `supplement of ${code}` });
      await acceptDossier(world, id);
      await settlePush(world, { id, code });
      await pollAfter(500);
      expect(await world.dossier(code)).toMatchObject({ state: 'with-registry', round: 1 });
      // A later request is a new one.
      registry.report(code, 2, { changedAt: at(20) });
      await pollAfter(10_000);
      expect((await world.dossier(code)).state).toBe('awaiting-supplement');
    });

    it('is an end all the same when it says so: nothing is lost for a clock', async () => {
      const [{ code }] = await pushed();
      registry.report(code, 3, { changedAt: at(10) });
      await pollAfter(500);
      registry.report(code, 6, { changedAt: at(5) });
      await pollAfter(10_000);
      expect((await world.dossier(code)).state).toBe('refused');
    });

    it('is told to a person when it stays', async () => {
      const [{ id, code }] = await pushed();
      registry.report(code, 3, { changedAt: at(10) });
      await pollAfter(500);
      registry.report(code, 1, { changedAt: at(5) });
      await pollAfter(10_000);
      await pollAfter(ABSENT_MS);
      expect(await classes(id)).toEqual(['absent-at-registry']);
    });
  });

  it('is ignored from a worker that was suspended while another asked', async () => {
    const [{ code }] = await pushed();
    registry.report(code, 1);
    registry.onPoll = async () => {
      registry.onPoll = () => undefined;
      registry.report(code, 3);
      world.clock.advance(20_000);
      expect(await poller('b').pollOnce(signal)).toBe(1);
    };
    await pollAfter(500);
    expect((await world.dossier(code)).statuses.registry).toBe(3);
    expect((await world.journal(code)).filter((type) => type === 'registry-status.reported')).toHaveLength(1);
  });

  describe('answers as they came', () => {
    it('are kept sealed when they changed something, and named by the sync log', async () => {
      const [{ id, code }] = await pushed();
      registry.report(code, 3);
      await pollAfter(500);
      const [kept] = await evidence();
      expect(kept.reason).toBe('changed');
      expect((await world.deps.vault.open(kept.ref)).toString()).toContain(code);
      const [entry] = await world.test.db.query<{ bytes: Buffer }>(
        `select bytes from synclog_entry where dossier_id = $1 and kind = 'registry-result.received'`,
        [id],
      );
      expect(JSON.parse(entry.bytes.toString())).toMatchObject({ detail: { contentRef: kept.ref } });
      await pollAfter(10_000);
      await pollAfter(10_000);
      expect(await evidence()).toHaveLength(1);
    });

    it('are not kept when they say nothing', async () => {
      await pushed(2);
      await pollAfter(500);
      await pollAfter(10_000);
      expect(await evidence()).toEqual([]);
    });

    it('are kept when they cannot be understood: each different one, one a minute for each reason', async () => {
      await pushed();
      registry.garbage = { code: 'fake.not-json', text: '<html>1</html>' };
      await pollAfter(500);
      registry.garbage = { code: 'fake.not-json', text: '<html>2</html>' };
      await pollAfter(10_000);
      expect(await evidence()).toEqual([expect.objectContaining({ reason: 'fake.not-json' })]);
      await pollAfter(60_000);
      await pollAfter(60_000);
      const kept = await evidence();
      const texts = await Promise.all(kept.map(async ({ ref }) => (await world.deps.vault.open(ref)).toString()));
      expect(texts).toEqual(['<html>1</html>', '<html>2</html>']);
      registry.garbage = undefined;
      registry.strange = 'fake.rows-strange';
      await pollAfter(60_000);
      expect((await evidence()).map((one) => one.reason)).toContain('fake.rows-strange');
    });
  });
});
