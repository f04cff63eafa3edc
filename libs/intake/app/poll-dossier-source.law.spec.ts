import { applyCommands } from '#dossier';
import { intakeWorld, routeAcknowledgement, type IntakeWorld } from '../../../test/intake/intake-world';
import { FakeDossierSource } from '../../../test/intake/fake-dossier-source';
import { takePollerLease } from '../adapters/poller-store';
import { PollDossierSource, type DossierPollSummary } from './poll-dossier-source';
import { releasePollLeases } from './release-poll-leases';

const signal = new AbortController().signal;
let serial = 0;
const nextCode = (): string => `G22.99.08-260302-${String((serial += 1)).padStart(6, '0')}`;

describe('poll of a dossier source', () => {
  let world: IntakeWorld;
  let source: FakeDossierSource;
  const poller = (workerId = 'w1', everyMs = 0): PollDossierSource =>
    new PollDossierSource(source, world.deps, { workerId, everyMs });
  const poll = (): Promise<DossierPollSummary> => {
    world.clock.advance(1_000);
    return poller().pollOnce(signal);
  };
  const settleAcknowledgement = async (code: string, settledAt = world.clock.now()): Promise<void> => {
    await routeAcknowledgement(world.test.db, (await world.dossier(code)).id, { status: 'settled', settledAt });
  };
  const apply = async (
    code: string,
    command: Parameters<typeof applyCommands>[1][number]['command'],
  ): Promise<void> => {
    const { id: dossierId } = await world.dossier(code);
    const [result] = await world.test.db.run((tx) =>
      applyCommands(tx, [{ dossierId, command, actor: { id: 'test', type: 'system' } }], world.deps),
    );
    if (result.conflict) throw new Error(result.conflict.code);
    await routeAcknowledgement(world.test.db, dossierId, null);
  };
  const awaitSupplement = async (code: string): Promise<void> => {
    const decidedAt = world.clock.now().toISOString();
    await apply(code, {
      kind: 'decide',
      decision: 'request-supplement',
      decidedAt,
      oneStopCode: `H99.${code}`,
      registration: 'none',
    });
  };
  const messages = async (code: string): Promise<string[]> =>
    (
      await world.test.db.query<{ disposition: string }>(
        `select disposition from intake_message where external_code = $1 order by id`,
        [code],
      )
    ).map((row) => row.disposition);

  beforeAll(async () => {
    world = await intakeWorld();
  });
  beforeEach(() => {
    source = new FakeDossierSource(world.clock);
  });
  afterAll(() => world.end());

  it('stores a listed dossier with content, files, raw bytes and stages, and rings once it is committed', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '7001', unitText: '123' });
    expect(await poll()).toMatchObject({ isOurTurn: true, listed: 1, accepted: 1, failed: 0 });
    const state = await world.dossier(code);
    expect(state).toMatchObject({
      state: 'received',
      unit: '00123',
      procedure: 'birth-group',
      procedureCode: '2.000986',
      receivedAt: '2026-03-02T08:00:00.000+07:00',
      codes: { dvclt: code },
    });
    const content = JSON.parse((await world.deps.vault.open(state.contentRef)).toString()) as {
      unit: string;
      code?: string;
      attachments: { ref?: string; withdrawn: boolean; sizeBytes: number }[];
    };
    expect(content).toMatchObject({
      unit: '00123',
      subject: { name: 'TRẺ EM MẪU' },
      attachments: [{ withdrawn: false }, { withdrawn: true, sizeBytes: 0 }],
    });
    expect((await world.deps.vault.open(content.attachments[0].ref as string)).toString()).toBe('PDF MẪU');
    expect(content.attachments[1].ref).toBeUndefined();
    const [message] = await world.test.db.query<{
      raw_ref: string;
      stages: { stage: string; ref?: string }[];
      dossier_id: string;
    }>(`select * from intake_message where external_code = $1`, [code]);
    expect(message.dossier_id).toBe(state.id);
    expect((await world.deps.vault.open(message.raw_ref)).toString()).toContain(code);
    expect((await world.deps.vault.open(message.stages[0].ref as string)).toString()).toBe(`outer of ${code}`);
    expect(message.stages[1]).toEqual({ stage: 'inner' });
    expect(world.rung).toContain('outbox');
    const entries = await world.test.db.query<{ bytes: Buffer }>(
      `select bytes from synclog_entry where dossier_id = $1`,
      [state.id],
    );
    expect(entries.map((row) => (JSON.parse(row.bytes.toString()) as { kind: string }).kind)).toEqual([
      'dossier.received',
    ]);
    expect(entries[0].bytes.toString()).not.toContain('MẪU');
  });

  it('leaves no acknowledgement, no payload and no message behind when the process dies before the commit', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    const run = world.test.db.run.bind(world.test.db);
    const db = Object.create(world.test.db, {
      run: {
        value: (work: Parameters<typeof run>[0]) =>
          run(async (tx) => {
            await work(tx);
            throw new Error('killed before commit');
          }),
      },
    }) as typeof world.test.db;
    const dying = new PollDossierSource(source, { ...world.deps, db }, { workerId: 'dying', everyMs: 0 });
    const before = await world.test.db.query<object>(
      `select (select count(*) from vault_object) as objects, (select count(*) from event_outbox) as events, (select count(*) from synclog_entry) as entries`,
    );
    expect(await dying.pollOnce(signal)).toMatchObject({ accepted: 0, failed: 1 });
    expect(await messages(code)).toEqual([]);
    expect(
      await world.test.db.query<object>(
        `select (select count(*) from vault_object) as objects, (select count(*) from event_outbox) as events, (select count(*) from synclog_entry) as entries`,
      ),
    ).toEqual(before);
    expect(await poll()).toMatchObject({ accepted: 1 });
  });

  it('does not fetch an item again while its acknowledgement is due, in flight or failed [Q10]', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    await poll();
    expect(await poll()).toMatchObject({ acknowledgementPending: 1, duplicate: 0 });
    await routeAcknowledgement(world.test.db, (await world.dossier(code)).id, { status: 'queued' });
    expect(await poll()).toMatchObject({ acknowledgementPending: 1 });
    expect(source.fetched).toEqual([code]);
  });

  it('takes the supplement at the next list when the first acknowledgement settles only after it was listed [Q10]', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    await poll();
    const { id } = await world.dossier(code);
    const routed = (): Promise<number> =>
      world.test.db.execute('update dossier set routed_seq = version where id = $1', [id]);
    await routeAcknowledgement(world.test.db, id, { status: 'queued' });
    await awaitSupplement(code);
    await routed();
    source.rows.splice(0, 1, { code, listId: '2', declaration: { nksHoTen: 'TRẺ EM MẪU HAI' } });
    // Nothing is fetched while an acknowledgement may still take this very row off the list.
    expect(await poll()).toMatchObject({ acknowledgementPending: 1, supplement: 0 });
    const at = world.clock.now();
    await world.test.db.execute(
      `update delivery set status = 'settled', settled_at = $2 where dossier_id = $1 and operation = 'acknowledge-receipt'`,
      [id, at],
    );
    await apply(code, {
      kind: 'delivery-settled',
      partner: 'dvclt',
      operation: 'acknowledge-receipt',
      outcome: 'accepted',
      round: 0,
      at: at.toISOString(),
    });
    await routed();
    expect(await world.dossier(code)).toMatchObject({ state: 'awaiting-supplement', round: 0 });
    expect(await poll()).toMatchObject({ supplement: 1 });
    expect(await world.dossier(code)).toMatchObject({ state: 'with-one-stop', round: 1 });
    // The first acknowledgement does not stand for the second: that one is due now, and until then nothing is fetched again.
    expect(await poll()).toMatchObject({ acknowledgementPending: 1, supplement: 0, duplicate: 0 });
  });

  it('ignores a list that was asked for before the acknowledgement settled [Q10]', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    await poll();
    source.onList = async () => {
      world.clock.advance(500);
      await settleAcknowledgement(code);
    };
    expect(await poll()).toMatchObject({ acknowledgementPending: 1, duplicate: 0 });
    source.onList = () => undefined;
    expect(await poll()).toMatchObject({ duplicate: 1 });
  });

  describe('the same code listed again [Q10 Q11]', () => {
    const cases: [string, { awaited: boolean; content: 'same' | 'new' }, Partial<DossierPollSummary>, string | null][] =
      [
        [
          'held content → acknowledged again and nothing else',
          { awaited: false, content: 'same' },
          { duplicate: 1 },
          'listing.repeated',
        ],
        [
          'held content while a supplement is awaited → left alone',
          { awaited: true, content: 'same' },
          { left: 1 },
          null,
        ],
        [
          'new content while a supplement is awaited → the supplement',
          { awaited: true, content: 'new' },
          { supplement: 1 },
          'supplement.received',
        ],
        [
          'new content otherwise → stored, a conflict for a person, acknowledged',
          { awaited: false, content: 'new' },
          { conflict: 1 },
          'conflict.recorded',
        ],
      ];
    it.each(cases)('%s', async (_name, { awaited, content }, expected, lastEvent) => {
      const code = nextCode();
      source.rows.push({ code, listId: '1' });
      await poll();
      await settleAcknowledgement(code);
      if (awaited) await awaitSupplement(code);
      const before = await world.journal(code);
      source.rows.splice(0, 1, {
        code,
        listId: '2',
        ...(content === 'new' ? { declaration: { nksHoTen: 'TRẺ EM MẪU HAI' } } : {}),
      });
      expect(await poll()).toMatchObject(expected);
      const events = (await world.journal(code)).slice(before.length);
      expect(events).toEqual(lastEvent === null ? [] : [lastEvent]);
      const state = await world.dossier(code);
      expect(state.attention).toBe(lastEvent === 'conflict.recorded');
      if (content === 'new') expect(await messages(code)).toHaveLength(2);
      if (lastEvent === 'supplement.received') {
        expect(state).toMatchObject({ state: 'with-one-stop', round: 1 });
        expect((await world.deps.vault.open(state.contentRef)).toString()).toContain('TRẺ EM MẪU HAI');
      }
      // The content of the conflict is held from now on: listed again it is a repeat, not a second conflict.
      if (lastEvent === 'conflict.recorded') {
        await settleAcknowledgement(code);
        expect(await poll()).toMatchObject({ duplicate: 1, conflict: 0 });
      }
    });
  });

  it('sees a change in one byte of a file as new content, and none in the spelling of the list [Q11]', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1', file: 'PDF MẪU 1' });
    await poll();
    await settleAcknowledgement(code);
    source.rows.splice(0, 1, { code, listId: '9', file: 'PDF MẪU 1' });
    expect(await poll()).toMatchObject({ duplicate: 1 });
    await settleAcknowledgement(code);
    source.rows.splice(0, 1, { code, listId: '9', file: 'PDF MẪU 2' });
    expect(await poll()).toMatchObject({ conflict: 1 });
  });

  it('judges a second, different row of the same list by its content, and counts an equal row once', async () => {
    const code = nextCode();
    source.rows.push(
      { code, listId: '1' },
      { code, listId: '1' },
      { code, listId: '2', declaration: { nksHoTen: 'KHÁC' } },
    );
    expect(await poll()).toMatchObject({ accepted: 1, conflict: 1, duplicate: 0 });
  });

  describe('quarantine', () => {
    const open = (
      code: string,
    ): Promise<
      { id: string; seen: number; state: string; reason_code: string; responsible: string; codes: object }[]
    > =>
      world.test.db.query(
        `select id, seen, state, reason_code, responsible, codes from quarantine where item_key = $1 order by id`,
        [code],
      );

    it.each([
      ['cannot be decoded', { failAt: 'xml' }, 'broken', 'dvclt'],
      ['names a unit that is not configured', { unitText: '88888' }, 'unit-unknown', 'province'],
      ['names a unit that was split', { unitText: '99103' }, 'unit-ambiguous', 'province'],
      ['has an unmapped procedure', { procedureCode: '9.999999' }, 'procedure-unknown', 'province'],
      ['has a birth code on a death', { module: 'KT' as const }, 'procedure-unknown', 'province'],
      ['says another code than the list', { detailCode: 'G22.99.08-260302-999999' }, 'code-mismatch', 'dvclt'],
    ])(
      'keeps an item that %s, unacknowledged, and stores those behind it',
      async (_name, fault, reasonCode, responsible) => {
        const poison = nextCode();
        const sound = nextCode();
        source.rows.push({ code: poison, listId: '1', ...fault }, { code: sound, listId: '2' });
        expect(await poll()).toMatchObject({ quarantined: 1, accepted: 1 });
        expect(await open(poison)).toMatchObject([
          { seen: 1, state: 'open', reason_code: reasonCode, responsible, codes: { dvclt: poison } },
        ]);
        await expect(world.dossier(poison)).rejects.toThrow();
        const [message] = await world.test.db.query<{ raw_ref: string }>(
          `select raw_ref from intake_message where external_code = $1 and disposition = 'quarantined'`,
          [poison],
        );
        expect((await world.deps.vault.open(message.raw_ref)).toString()).toContain(poison);
      },
    );

    it('does not fetch again while the listing is unchanged, keeps one open item, and tells the feed once [Q43]', async () => {
      const code = nextCode();
      source.rows.push({ code, listId: '1', failAt: 'xml' });
      await poll();
      expect(await poll()).toMatchObject({ quarantinedUnchanged: 1, quarantined: 0 });
      expect(source.fetched).toEqual([code]);
      source.rows.splice(0, 1, { code, listId: '2', failAt: 'inner' });
      expect(await poll()).toMatchObject({ quarantined: 1 });
      expect(await open(code)).toMatchObject([{ seen: 3, state: 'open' }]);
      const events = await world.test.db.query<{ dossier_id: null; codes: object }>(
        `select dossier_id, codes from event_outbox where type = 'vn.lienthong.item.quarantined.v1' and codes->>'dvclt' = $1`,
        [code],
      );
      expect(events).toEqual([{ dossier_id: null, codes: { dvclt: code } }]);
    });

    it('closes the item when the code comes through after all', async () => {
      const code = nextCode();
      source.rows.push({ code, listId: '1', failAt: 'xml' });
      await poll();
      source.rows.splice(0, 1, { code, listId: '2' });
      expect(await poll()).toMatchObject({ accepted: 1 });
      expect(await open(code)).toMatchObject([{ state: 'resolved' }]);
    });

    it('keeps rows without a usable code with their bytes, once each [Q43]', async () => {
      const row = { listing: Buffer.from('{"maHoSo":12}'), reason: 'the code is not a text' };
      source.unreadable.push(row, row);
      source.rows.push({ code: '999000000001', listId: '1' });
      expect(await poll()).toMatchObject({ listed: 3, quarantined: 2 });
      expect(await poll()).toMatchObject({ quarantined: 0, quarantinedUnchanged: 2 });
      expect(source.fetched).toEqual([]);
      const rows = await world.test.db.query<{ codes: object }>(
        `select codes from quarantine where reason_code = 'row-unreadable'`,
      );
      expect(rows).toEqual([{ codes: {} }, { codes: {} }]);
    });
  });

  it('falls back to one by one when a batch fails: the poison item alone goes to quarantine [Q43]', async () => {
    const codes = [nextCode(), nextCode(), nextCode()];
    source.rows.push(
      ...codes.map((code, index) => ({ code, listId: String(index), file: index === 1 ? 'poison' : 'sound' })),
    );
    const vault = {
      ...world.deps.vault,
      sealMany: (async (tx, items) => {
        if (
          items.some(
            (item) =>
              item.ownerKind === 'dossier' &&
              item.objects.some((object) => 'bytes' in object && Buffer.from(object.bytes).toString() === 'poison'),
          )
        )
          throw new TypeError('cannot be sealed');
        return world.deps.vault.sealMany(tx, items);
      }) as typeof world.deps.vault.sealMany,
    };
    const summary = await new PollDossierSource(
      source,
      { ...world.deps, vault },
      { workerId: 'w1', everyMs: 0 },
    ).pollOnce(signal);
    expect(summary).toMatchObject({ accepted: 2, quarantined: 1, failed: 0 });
    const [item] = await world.test.db.query<{ stage: string; reason_code: string }>(
      `select stage, reason_code from quarantine where item_key = $1`,
      [codes[1]],
    );
    expect(item).toEqual({ stage: 'store', reason_code: 'unexpected' });
  });

  it('goes on with the others when a detail call fails, and fetches that one at the next list', async () => {
    const [down, up] = [nextCode(), nextCode()];
    source.rows.push({ code: down, listId: '1' }, { code: up, listId: '2' });
    source.failingDetails.add(down);
    expect(await poll()).toMatchObject({ accepted: 1, failed: 1 });
    source.failingDetails.clear();
    expect(await poll()).toMatchObject({ accepted: 1, acknowledgementPending: 1 });
  });

  it('stores a long list in batches, whole and in order [Q29]', async () => {
    const codes = Array.from({ length: 120 }, nextCode);
    source.rows.push(...codes.map((code, index) => ({ code, listId: String(index) })));
    expect(await poll()).toMatchObject({ listed: 120, accepted: 120 });
    const rows = await world.test.db.query<{ code: string }>(
      `select c.code from dossier_code c join event_outbox o on o.dossier_id = c.dossier_id and o.seq = 1 where c.code = any($1) order by o.id`,
      [codes],
    );
    expect(rows.map((row) => row.code)).toEqual(codes);
  });

  describe('two pollers at once', () => {
    it('store each dossier once, whoever has the turn', async () => {
      const codes = Array.from({ length: 30 }, nextCode);
      source.rows.push(...codes.map((code, index) => ({ code, listId: String(index) })));
      world.clock.advance(1_000);
      const summaries = await Promise.all(['a', 'b', 'c', 'd'].map((name) => poller(name, 1_000).pollOnce(signal)));
      expect(summaries.filter((one) => one.isOurTurn)).toHaveLength(1);
      expect(summaries.reduce((sum, one) => sum + one.accepted, 0)).toBe(30);
      expect(source.lists).toBe(1);
    });

    it('refuse what the first still wants to store after the second took over its silent turn', async () => {
      const code = nextCode();
      source.rows.push({ code, listId: '1' });
      let second: DossierPollSummary | undefined;
      source.onFetch = async () => {
        source.onFetch = () => undefined;
        world.clock.advance(60_000);
        second = await poller('b').pollOnce(signal);
      };
      const first = await poller('a').pollOnce(signal);
      expect(second).toMatchObject({ isOurTurn: true, accepted: 1 });
      expect(first).toMatchObject({ accepted: 0, failure: 'poller-lease-lost' });
      expect(await messages(code)).toEqual(['accepted']);
    });

    it('let a worker that was started again go on at once, and another only when the silent turn is over', async () => {
      const code = nextCode();
      source.rows.push({ code, listId: '1' });
      await takePollerLease(world.test.db, {
        name: `dossiers.${source.id}`,
        owner: 'a',
        now: world.clock.now(),
        until: new Date(world.clock.now().getTime() + 30_000),
        notStartedSince: world.clock.now(),
      });
      world.clock.advance(5_000);
      expect((await poller('b').pollOnce(signal)).isOurTurn).toBe(false);
      await releasePollLeases(world.test.db, 'a');
      expect(await poller('a').pollOnce(signal)).toMatchObject({ isOurTurn: true, accepted: 1 });
    });

    it('keep the rhythm of one: a turn begins no sooner than everyMs after the last [Q34]', async () => {
      world.clock.advance(5_000);
      expect((await poller('a', 1_000).pollOnce(signal)).isOurTurn).toBe(true);
      world.clock.advance(999);
      expect((await poller('b', 1_000).pollOnce(signal)).isOurTurn).toBe(false);
      world.clock.advance(1);
      expect((await poller('b', 1_000).pollOnce(signal)).isOurTurn).toBe(true);
    });
  });

  it('survives a list that cannot be had: the failure is kept on the poller and the next turn goes on', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    source.listFails = true;
    expect(await poll()).toMatchObject({ failure: 'fake.down', isOurTurn: true });
    expect(await world.test.db.query<object>(`select last_error from poller where name = 'dossiers.dvclt'`)).toEqual([
      { last_error: 'fake.down' },
    ]);
    source.listFails = false;
    expect(await poll()).toMatchObject({ accepted: 1 });
    expect(await world.test.db.query<object>(`select last_error from poller where name = 'dossiers.dvclt'`)).toEqual([
      { last_error: null },
    ]);
  });
});
