import type { RegistrationResult } from '#dossier';
import { rfc3339, uuidIds } from '#platform';
import { FakeRegistry } from '../../../test/intake/fake-registry';
import { applyCommand, dossierWithOneStop, intakeWorld, type IntakeWorld } from '../../../test/intake/intake-world';
import { PollRegistry } from './poll-registry';
import { createRegistryWatch } from './registry-watch';
import { releasePollLeases } from './release-poll-leases';

const signal = new AbortController().signal;
let serial = 0;

describe('poll of the registry', () => {
  let world: IntakeWorld;
  let registry: FakeRegistry;
  const poller = (workerId = 'w1'): PollRegistry =>
    new PollRegistry(registry, world.deps, { workerId, firstMs: 500, maxMs: 10_000, factor: 2 });
  const pollAfter = (ms: number): Promise<number> => {
    world.clock.advance(ms);
    return poller().pollOnce(signal);
  };

  /** A dossier whose registration was just pushed and whose watch began. */
  async function pushed(): Promise<{ id: string; code: string; dvclt: string }> {
    const number = String((serial += 1)).padStart(6, '0');
    const code = `H99.101-260302-${number}`;
    const dvclt = `G22.99.08-260302-${number}`;
    const id = await dossierWithOneStop(world, { dvclt, oneStop: code });
    await applyCommand(world, id, {
      kind: 'decide',
      decision: 'accept',
      decidedAt: rfc3339(world.clock.now()),
      registration: 'none',
    });
    await push(id, code);
    return { id, code, dvclt };
  }
  async function push(id: string, code: string): Promise<void> {
    const at = world.clock.now();
    await applyCommand(world, id, {
      kind: 'delivery-settled',
      partner: 'hotich',
      operation: 'submit-registration',
      outcome: 'accepted',
      at: rfc3339(at),
    });
    await setLane(id, { status: 'settled', settledAt: at });
    await world.test.db.run((tx) =>
      createRegistryWatch(world.clock).begin(tx, [{ dossierId: id, module: 'KS', code }]),
    );
  }
  async function setLane(id: string, { status, settledAt }: { status: string; settledAt: Date | null }): Promise<void> {
    await world.test.db.execute(
      `insert into lane (partner, dossier_id, last_settled_at) values ('hotich', $1, $2) on conflict (partner, dossier_id) do update set last_settled_at = $2`,
      [id, settledAt],
    );
    await world.test.db.execute(
      `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, status, due_at, facts, created_at, settled_at)
       select $1, 'hotich', id, 'submit-registration', unit, procedure, 1, $3, created_at, '{}', created_at, $4 from dossier where id = $2
       on conflict (partner, dossier_id, caused_seq, replay_number, step) do update set status = excluded.status, settled_at = excluded.settled_at`,
      [uuidIds.next(), id, status, settledAt],
    );
  }
  const watch = async (
    id: string,
  ): Promise<{ next_poll_at: Date; polls: number; lease_owner: string | null } | undefined> =>
    (
      await world.test.db.query<{ next_poll_at: Date; polls: number; lease_owner: string | null }>(
        `select next_poll_at, polls, lease_owner from registry_watch where dossier_id = $1`,
        [id],
      )
    )[0];
  const lastEvents = async (code: string, after: readonly string[]): Promise<string[]> =>
    (await world.journal(code)).slice(after.length);

  beforeAll(async () => {
    world = await intakeWorld();
  });
  beforeEach(async () => {
    registry = new FakeRegistry(world.clock);
    await world.test.db.execute('delete from registry_watch');
  });
  afterAll(() => world.end());

  it('asks first half a second after the push, then ever slower, and never slower than every ten seconds [Q34]', async () => {
    const { id } = await pushed();
    expect(await pollAfter(499)).toBe(0);
    expect(await pollAfter(1)).toBe(1);
    const pauses: number[] = [];
    for (let polls = 1; polls <= 6; polls += 1) {
      const row = await watch(id);
      pauses.push((row?.next_poll_at.getTime() ?? 0) - world.clock.now().getTime());
      expect(row).toMatchObject({ polls, lease_owner: null });
      if (row) world.clock.set(row.next_poll_at);
      expect(await poller().pollOnce(signal)).toBe(1);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('asks for at most three codes of one module a call and matches rows by code [Q16 Q18]', async () => {
    const births = [await pushed(), await pushed(), await pushed(), await pushed()];
    const death = await pushed();
    await world.test.db.execute(`update registry_watch set module = 'KT' where dossier_id = $1`, [death.id]);
    registry.report(births[1].code, 3);
    registry.report('H99.101-260302-999999', 4);
    expect(await pollAfter(500)).toBe(5);
    expect(registry.calls.map((call) => [call.module, call.codes.length]).sort()).toEqual([
      ['KS', 1],
      ['KS', 3],
      ['KT', 1],
    ]);
    expect((await world.dossier(births[1].code)).statuses.registry).toBe(3);
    expect((await world.dossier(births[0].code)).statuses.registry).toBeUndefined();
  });

  it('seals the result and its file when the registration is complete, and keeps names out of the journal', async () => {
    const { code, id } = await pushed();
    registry.complete(code, '7');
    await pollAfter(500);
    const state = await world.dossier(code);
    expect(state).toMatchObject({
      state: 'registered',
      statuses: { registry: 4 },
      codes: { registry: ['00123/KS/7/01/2026'] },
    });
    const [completed] = await world.test.db.query<{ officerRef: string }>(
      `select data->>'officerRef' as "officerRef" from journal where dossier_id = $1 and type = 'registration.completed'`,
      [id],
    );
    const result = JSON.parse(
      (await world.deps.vault.open(state.resultRef as string)).toString(),
    ) as RegistrationResult;
    expect(result).toMatchObject({
      identityNumber: '999000000001',
      registrationNumber: '7',
      registeredOnText: '02/03/2026',
      fileSizeBytes: Buffer.byteLength('PDF MẪU'),
      officer: { name: 'CÁN BỘ MẪU' },
    });
    expect((await world.deps.vault.open(result.fileRef)).toString()).toBe('PDF MẪU');
    expect((await world.deps.vault.open(completed.officerRef)).toString()).toContain('CÁN BỘ MẪU');
    const written = await world.test.db.query<{ text: string }>(
      `select data::text as text from journal where dossier_id = $1 union all select convert_from(bytes, 'UTF8') from synclog_entry where dossier_id = $1`,
      [id],
    );
    expect(written.map((row) => row.text).join()).not.toMatch(/MẪU|999000000001/);
    expect((await world.dossier('00123/KS/7/01/2026')).id).toBe(id);
  });

  it('stays with the registry and polls on when it is completed without a file, and tells nobody [Q19]', async () => {
    const { code, id } = await pushed();
    registry.report(code, 4);
    const before = await world.journal(code);
    await pollAfter(500);
    expect(await lastEvents(code, before)).toEqual(['registry-status.reported']);
    expect((await world.dossier(code)).state).toBe('with-registry');
    expect((await watch(id))?.next_poll_at.getTime()).toBeGreaterThan(world.clock.now().getTime());
    registry.complete(code, '8');
    await pollAfter(1_000);
    expect((await world.dossier(code)).state).toBe('registered');
  });

  it('writes nothing at all for absent and meaningless rows and for what is known already [Q16]', async () => {
    const [absent, garbage, known] = [await pushed(), await pushed(), await pushed()];
    registry.report(garbage.code, null);
    registry.report(known.code, 3);
    await pollAfter(500);
    const counts = (): Promise<object[]> =>
      world.test.db.query(
        `select (select count(*) from journal) as events, (select count(*) from vault_object) as objects, (select count(*) from synclog_entry) as entries`,
      );
    const before = await counts();
    await pollAfter(1_000);
    expect(registry.calls.flatMap((call) => call.codes).sort()).toEqual(
      [absent.code, absent.code, garbage.code, garbage.code, known.code, known.code].sort(),
    );
    expect(await counts()).toEqual(before);
  });

  describe('an answer is judged as of when it was asked', () => {
    it('is ignored for a dossier whose write settled after that [Q13]', async () => {
      const { code, id } = await pushed();
      registry.report(code, 2);
      registry.onPoll = async () => {
        world.clock.advance(100);
        await setLane(id, { status: 'settled', settledAt: world.clock.now() });
      };
      await pollAfter(500);
      expect((await world.dossier(code)).state).toBe('with-registry');
      registry.onPoll = () => undefined;
      await pollAfter(2_000);
      expect((await world.dossier(code)).state).toBe('awaiting-supplement');
    });

    it.each(['queued', 'in-flight', 'waiting', 'unknown', 'dead'])(
      'is ignored when a write is %s by then, and the dossier is not asked for while it is',
      async (status) => {
        const { code, id } = await pushed();
        registry.report(code, 2);
        registry.onPoll = () => setLane(id, { status, settledAt: null });
        await pollAfter(500);
        expect((await world.dossier(code)).state).toBe('with-registry');
        registry.onPoll = () => undefined;
        const calls = registry.calls.length;
        expect(await pollAfter(60_000)).toBe(0);
        expect(registry.calls).toHaveLength(calls);
      },
    );

    it('does not take the old request for a supplement for a new one between acceptance and the changed push', async () => {
      const { code, id } = await pushed();
      registry.report(code, 2, { supplementDeadline: '2026-03-11T17:00:00.000+07:00' });
      await pollAfter(500);
      expect(await world.dossier(code)).toMatchObject({
        state: 'awaiting-supplement',
        supplement: { by: 'registry', deadline: '2026-03-11T17:00:00.000+07:00' },
      });
      // Polled also while the supplement is awaited.
      expect(await pollAfter(1_000)).toBe(1);
      await applyCommand(world, id, {
        kind: 'receive-again',
        contentRef: (await world.dossier(code)).contentRef,
        contentDigest: 'digest-of-supplement',
      });
      await applyCommand(world, id, {
        kind: 'decide',
        decision: 'accept',
        decidedAt: rfc3339(world.clock.now()),
        registration: 'settled',
      });
      await pollAfter(10_000);
      expect((await world.dossier(code)).state).toBe('with-registry');
      await push(id, code);
      registry.report(code, 3);
      await pollAfter(500);
      expect(await world.dossier(code)).toMatchObject({ state: 'with-registry', statuses: { registry: 3 } });
    });
  });

  it('is fast again after a changed push, also when a poll is out at that moment', async () => {
    const { id, code } = await pushed();
    await pollAfter(500);
    registry.onPoll = () => push(id, code);
    await pollAfter(1_000);
    expect(await watch(id)).toMatchObject({ polls: 0 });
  });

  it('goes on after a call without an answer, with the others unharmed', async () => {
    const { code } = await pushed();
    registry.report(code, 3);
    registry.isDown = true;
    expect(await pollAfter(500)).toBe(1);
    registry.isDown = false;
    expect(await pollAfter(1_000)).toBe(1);
    expect((await world.dossier(code)).statuses.registry).toBe(3);
  });

  it('settles the others when one report cannot be stored, and asks for that one again', async () => {
    const [first, twin, other] = [await pushed(), await pushed(), await pushed()];
    registry.complete(first.code, '9');
    await pollAfter(500);
    const [key] = await world.test.db.query<{ wrapped: Buffer }>('select wrapped from vault_key where owner_id = $1', [
      twin.id,
    ]);
    const setKey = (wrapped: Buffer | null): Promise<number> =>
      world.test.db.execute(
        'update vault_key set wrapped = $2, erased_at = case when $2::bytea is null then now() end where owner_id = $1',
        [twin.id, wrapped],
      );
    await setKey(null);
    registry.complete(twin.code, '10');
    registry.report(other.code, 3);
    await pollAfter(1_000);
    expect((await world.dossier(twin.code)).state).toBe('with-registry');
    expect((await world.dossier(other.code)).statuses.registry).toBe(3);
    await setKey(key.wrapped);
    await pollAfter(2_000);
    expect((await world.dossier(twin.code)).state).toBe('registered');
  });

  it('asks for each dossier once although several workers look at the same moment', async () => {
    for (let n = 0; n < 12; n += 1) await pushed();
    world.clock.advance(500);
    const asked = await Promise.all(['a', 'b', 'c', 'd'].map((name) => poller(name).pollOnce(signal)));
    expect(asked.reduce((sum, n) => sum + n, 0)).toBe(12);
    const codes = registry.calls.flatMap((call) => call.codes);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('asks again for what a dead worker had claimed, once its lease is over', async () => {
    const { id } = await pushed();
    world.clock.advance(500);
    await world.test.db.execute(
      `update registry_watch set lease_owner = 'dead', lease_until = $2 where dossier_id = $1`,
      [id, new Date(world.clock.now().getTime() + 15_000)],
    );
    expect(await pollAfter(14_999)).toBe(0);
    expect(await pollAfter(1)).toBe(1);
  });

  it('asks at once for what the process before had claimed under the same worker id, and for nobody else’s', async () => {
    const [own, foreign] = [await pushed(), await pushed()];
    world.clock.advance(500);
    const leaseUntil = new Date(world.clock.now().getTime() + 15_000);
    for (const [{ id }, owner] of [
      [own, 'w1'],
      [foreign, 'w2'],
    ] as const) {
      await world.test.db.execute(
        'update registry_watch set lease_owner = $2, lease_until = $3 where dossier_id = $1',
        [id, owner, leaseUntil],
      );
    }
    await releasePollLeases(world.test.db, 'w1');
    expect(await pollAfter(0)).toBe(1);
    expect(registry.calls.at(-1)?.codes).toEqual([own.code]);
  });

  it('does not ask any more once the watch has ended', async () => {
    const { id } = await pushed();
    await world.test.db.run((tx) => createRegistryWatch(world.clock).end(tx, [id]));
    expect(await pollAfter(60_000)).toBe(0);
  });
});
