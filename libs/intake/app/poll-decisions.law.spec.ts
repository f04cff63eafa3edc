import { FakeDecisionSource, type FakeEvent } from '../../../test/intake/fake-decision-source';
import { dossierWithOneStop, intakeWorld, receivedDossier, type IntakeWorld } from '../../../test/intake/intake-world';
import { PollDecisions, type DecisionPollSummary } from './poll-decisions';

const signal = new AbortController().signal;
let serial = 0;

describe('poll of the one-stop’s decisions', () => {
  let world: IntakeWorld;
  let source: FakeDecisionSource;
  let position = 0;
  const poller = (workerId = 'w1', more: object = {}): PollDecisions =>
    new PollDecisions(source, world.deps, { workerId, everyMs: 0, batchSize: 10, ...more });
  const poll = (afterMs = 1_000): Promise<DecisionPollSummary> => {
    world.clock.advance(afterMs);
    return poller().pollOnce(signal);
  };
  const codesOf = (): { dvclt: string; oneStop: string } => {
    const number = String((serial += 1)).padStart(6, '0');
    return { dvclt: `G22.99.08-260304-${number}`, oneStop: `H99.101-260304-${number}` };
  };
  const list = (row: FakeEvent): number => {
    source.rows.push({ position: (position += 1), ...row });
    return position;
  };
  const known = async (): Promise<{ dvclt: string; oneStop: string }> => {
    const codes = codesOf();
    await dossierWithOneStop(world, codes);
    return codes;
  };
  const quarantined = (key: string): Promise<object[]> =>
    world.test.db.query(
      `select stage, reason_code, field, responsible, state, seen, codes from quarantine where source = 'onestop' and item_key like $1 order by id`,
      [key],
    );
  const memory = async (): Promise<unknown> =>
    (await world.test.db.query<{ memory: unknown }>(`select memory from poller where name = 'decisions.onestop'`))[0]
      ?.memory;

  beforeAll(async () => {
    world = await intakeWorld();
  });
  beforeEach(async () => {
    source = new FakeDecisionSource();
    await world.test.db.execute(`delete from decision_event`);
    await world.test.db.execute(`delete from poller`);
    position = 0;
  });
  afterAll(() => world.end());

  it('takes a decision as a pushed one would be: journalled, the officer sealed, logged, and rings', async () => {
    const codes = await known();
    list({ ...codes, decision: 'accept', note: 'Hồ sơ mẫu hợp lệ' });
    world.rung.length = 0;
    expect(await poll()).toMatchObject({ isOurTurn: true, listed: 1, applied: 1, conflict: 0, aside: 0 });
    const state = await world.dossier(codes.dvclt);
    expect(state).toMatchObject({ state: 'with-registry', attention: false });
    expect(JSON.parse((await world.deps.vault.open(state.decisionOfficerRef as string)).toString())).toEqual({
      name: 'CÁN BỘ MẪU',
      note: 'Hồ sơ mẫu hợp lệ',
    });
    expect(world.rung).toEqual(expect.arrayContaining(['outbox', 'lanes']));
    const [entry] = await world.test.db.query<{ bytes: Buffer }>(
      `select bytes from synclog_entry where dossier_id = $1 and kind = 'decision.received'`,
      [state.id],
    );
    const [message] = await world.test.db.query<{ raw_ref: string; disposition: string; digest: Buffer }>(
      `select m.raw_ref, m.disposition, o.digest from intake_message m join vault_object o on o.id = m.raw_ref where m.dossier_id = $1`,
      [state.id],
    );
    expect(JSON.parse(entry.bytes.toString())).toMatchObject({
      actor: { id: 'poller.onestop', type: 'system' },
      contentDigest: message.digest.toString('base64'),
      detail: { decision: 'accept', state: 'with-registry' },
    });
    expect(message.disposition).toBe('accepted');
    expect((await world.deps.vault.open(message.raw_ref)).toString()).toContain('Hồ sơ mẫu hợp lệ');
  });

  it('says nothing personal outside the vault', async () => {
    list({ ...(await known()), officer: 'NGƯỜI BÍ MẬT', note: 'Ghi chú bí mật' });
    list({ ...codesOf(), officer: 'NGƯỜI BÍ MẬT' });
    list({ ...codesOf(), broken: 'event-kind-unknown', note: 'Ghi chú bí mật' });
    list({ dvclt: '999000000001', officer: 'NGƯỜI BÍ MẬT' });
    await poll();
    await poll(700_000);
    const tables = ['decision_event', 'quarantine', 'journal', 'event_outbox', 'poller', 'intake_message'];
    const rows = await Promise.all(
      tables.map((table) =>
        world.test.db.query<{ text: string }>(`select row_to_json(t)::text as text from ${table} t`),
      ),
    );
    const entries = await world.test.db.query<{ text: string }>(
      `select convert_from(bytes, 'UTF8') as text from synclog_entry`,
    );
    const spoken = [...rows.flat(), ...entries].map((row) => row.text).join('\n');
    expect(spoken).toContain('event-kind-unknown');
    expect(spoken).not.toMatch(/BÍ MẬT|bí mật|999000000001/);
  });

  it('moves the position with the rows, in one transaction, and asks on from there', async () => {
    for (let count = 0; count < 25; count += 1) list(await known());
    expect(await poll()).toMatchObject({ listed: 25, applied: 25 });
    expect(source.asked).toEqual([0, 10, 20]);
    expect(await memory()).toEqual({ after: 25 });
    expect(await poll()).toMatchObject({ listed: 0, applied: 0 });
    expect(source.asked.at(-1)).toBe(25);
  });

  it('loses nothing and repeats nothing when it dies between the storing of rows and their use', async () => {
    const codes = await known();
    list(codes);
    const run = world.test.db.run.bind(world.test.db);
    let runs = 0;
    const db = Object.create(world.test.db, {
      run: {
        value: (work: Parameters<typeof run>[0]) => {
          runs += 1;
          if (runs > 1) throw new Error('killed after the first commit');
          return run(work);
        },
      },
    }) as typeof world.test.db;
    await new PollDecisions(source, { ...world.deps, db }, { workerId: 'dying', everyMs: 0 }).pollOnce(signal);
    expect(await memory()).toEqual({ after: 1 });
    expect((await world.dossier(codes.dvclt)).state).toBe('with-one-stop');
    expect(await poll(60_000)).toMatchObject({ listed: 0, applied: 1 });
    expect((await world.dossier(codes.dvclt)).state).toBe('with-registry');
  });

  it('stores neither rows nor position when it dies before the commit', async () => {
    const codes = await known();
    list(codes);
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
    await new PollDecisions(source, { ...world.deps, db }, { workerId: 'dying', everyMs: 0 }).pollOnce(signal);
    expect(await memory()).toEqual({});
    expect(await world.test.db.query(`select 1 from decision_event`)).toEqual([]);
    expect(await poll(60_000)).toMatchObject({ listed: 1, applied: 1 });
  });

  it('has no second effect when a position is listed again', async () => {
    const codes = await known();
    list(codes);
    await poll();
    await world.test.db.execute(`update poller set memory = '{"after":0}'`);
    const before = await world.journal(codes.dvclt);
    expect(await poll()).toMatchObject({ listed: 1, applied: 0, conflict: 0 });
    expect(await world.journal(codes.dvclt)).toEqual(before);
    expect(await quarantined('%')).not.toContainEqual(expect.objectContaining({ codes }));
  });

  it('keeps a position that is used for another decision, once, and leaves the first alone', async () => {
    const codes = await known();
    const at = list(codes);
    await poll();
    await world.test.db.execute(`update poller set memory = '{"after":0}'`);
    source.rows.splice(0, 1, { position: at, ...codes, decision: 'refuse' });
    await poll();
    await world.test.db.execute(`update poller set memory = '{"after":0}'`);
    await poll();
    expect(await quarantined(`event:${at}:%`)).toEqual([
      expect.objectContaining({ reason_code: 'position-reused', responsible: 'onestop', state: 'open', seen: 2 }),
    ]);
    expect((await world.dossier(codes.dvclt)).state).toBe('with-registry');
  });

  it('tries a decision on an unknown dossier for ten minutes while others go on, then keeps it with its bytes', async () => {
    const late = codesOf();
    const at = list({ ...late, decision: 'accept' });
    const other = await known();
    list(other);
    expect(await poll()).toMatchObject({ applied: 1, aside: 1 });
    expect((await world.dossier(other.dvclt)).state).toBe('with-registry');
    for (let minutes = 1; minutes < 10; minutes += 1) expect(await poll(60_000)).toMatchObject({ aside: 1 });
    expect(await quarantined(`event:${at}`)).toEqual([]);
    expect(await poll(60_000)).toMatchObject({ aside: 1 });
    expect(await quarantined(`event:${at}`)).toEqual([
      expect.objectContaining({ stage: 'dossier', reason_code: 'dossier-unknown', codes: late, state: 'open' }),
    ]);
    const [message] = await world.test.db.query<{ raw_ref: string }>(
      `select m.raw_ref from quarantine q join intake_message m on m.id = q.message_id where q.item_key = $1 and q.codes->>'dvclt' = $2`,
      [`event:${at}`, late.dvclt],
    );
    expect(JSON.parse((await world.deps.vault.open(message.raw_ref)).toString())).toMatchObject(late);
    expect(await poll(60_000)).toMatchObject({ aside: 0 });
  });

  it('keeps later decisions of an unknown dossier behind the first, and applies them in order when it arrives', async () => {
    const codes = codesOf();
    list({ ...codes, decision: 'require-fee' });
    list({ oneStop: codes.oneStop, decision: 'accept' });
    list({ dvclt: codes.dvclt, decision: 'withdraw' });
    expect(await poll()).toMatchObject({ applied: 0, aside: 1 });
    await dossierWithOneStop(world, codes);
    expect(await poll(15_000)).toMatchObject({ applied: 3, conflict: 0 });
    expect((await world.journal(codes.dvclt)).slice(-3)).toEqual([
      'fee.required',
      'dossier.accepted',
      'dossier.withdrawn',
    ]);
  });

  it('goes behind a decision that ended in quarantine', async () => {
    const codes = codesOf();
    list({ ...codes, decision: 'require-fee' });
    list({ ...codes, decision: 'accept' });
    await poll();
    await poll(600_000);
    await dossierWithOneStop(world, codes);
    expect(await poll(15_000)).toMatchObject({ applied: 1 });
    expect((await world.journal(codes.dvclt)).at(-1)).toBe('dossier.accepted');
  });

  it('waits for the answer of the hand-over when the decision names no one-stop code', async () => {
    const codes = codesOf();
    await receivedDossier(world, codes);
    list({ dvclt: codes.dvclt });
    expect(await poll()).toMatchObject({ applied: 0, conflict: 0, aside: 1 });
    expect((await world.dossier(codes.dvclt)).attention).toBe(false);
    list({ ...codes, decision: 'withdraw' });
    expect(await poll(15_000)).toMatchObject({ aside: 1 });
  });

  it('takes the one-stop code of a decision as evidence that the hand-over arrived', async () => {
    const codes = codesOf();
    await receivedDossier(world, codes);
    list(codes);
    expect(await poll()).toMatchObject({ applied: 1 });
    expect(await world.dossier(codes.oneStop)).toMatchObject({
      state: 'with-registry',
      codes: { oneStop: codes.oneStop },
    });
  });

  it('keeps what is not allowed as a conflict that calls a person, and acknowledges nothing for it', async () => {
    const codes = await known();
    list({ ...codes, decision: 'hand-over' });
    list({ ...codes, decision: 'accept' });
    expect(await poll()).toMatchObject({ applied: 1, conflict: 1 });
    const state = await world.dossier(codes.dvclt);
    expect(state).toMatchObject({ state: 'with-registry', attention: true });
    const [{ data }] = await world.test.db.query<{ data: object }>(
      `select data from journal where dossier_id = $1 and type = 'conflict.recorded'`,
      [state.id],
    );
    expect(data).toEqual({ reason: 'decision-not-allowed', messageId: expect.any(String) as string });
    const kinds = await world.test.db.query<{ kind: string }>(
      `select kind from synclog_entry where dossier_id = $1 and kind like 'decision.%' order by id`,
      [state.id],
    );
    expect(kinds.map((row) => row.kind)).toEqual(['decision.refused', 'decision.received']);
  });

  it('quarantines garbage rows, with and without a position, and passes them by', async () => {
    const codes = await known();
    const bad = list({ ...codes, broken: 'event-kind-unknown' });
    source.rows.push({ broken: 'position-missing', dvclt: 'G22.99.08-260304-777777' });
    const good = list(codes);
    expect(await poll()).toMatchObject({ listed: 3, applied: 1 });
    expect(await memory()).toEqual({ after: good });
    expect(await quarantined(`event:${bad}`)).toContainEqual(
      expect.objectContaining({
        stage: 'event',
        reason_code: 'event-kind-unknown',
        field: 'suKien',
        responsible: 'onestop',
      }),
    );
    // The row without a position is listed again with every call: seen again, kept once.
    await poll();
    expect(await quarantined('row:%')).toEqual([expect.objectContaining({ reason_code: 'position-missing', seen: 2 })]);
  });

  it('is not led past unread rows by the source’s own mark, nor held by a list without positions', async () => {
    for (let count = 0; count < 3; count += 1) list(await known());
    source.mark = 900;
    await poll();
    expect(await memory()).toEqual({ after: 3 });
    source.rows.splice(0, 3, { broken: 'position-missing' });
    source.mark = 7;
    await poll();
    expect(await memory()).toEqual({ after: 7 });
  });

  it('applies what waits although the list cannot be had', async () => {
    const codes = codesOf();
    list(codes);
    await poll();
    await dossierWithOneStop(world, codes);
    source.isDown = true;
    expect(await poll(15_000)).toMatchObject({ failure: 'fake.down', applied: 1 });
    expect(await world.test.db.query<object>(`select last_error from poller where name = 'decisions.onestop'`)).toEqual(
      [{ last_error: 'fake.down' }],
    );
  });

  it('has one turn at a time, and refuses what a suspended worker still wants to store', async () => {
    const codes = await known();
    list(codes);
    let second: DecisionPollSummary | undefined;
    source.onList = async () => {
      source.onList = () => undefined;
      world.clock.advance(60_000);
      second = await poller('b').pollOnce(signal);
    };
    const first = await poller('a').pollOnce(signal);
    expect(second).toMatchObject({ isOurTurn: true, applied: 1 });
    expect(first).toMatchObject({ applied: 0, failure: 'poller-lease-lost' });
    expect((await world.journal(codes.dvclt)).filter((type) => type === 'dossier.accepted')).toHaveLength(1);
  });

  it('lets one decision that cannot be applied hurt nobody else’s', async () => {
    const [poison, sound] = [await known(), await known()];
    const at = list({ ...poison, officer: 'POISON' });
    list(sound);
    const vault = {
      ...world.deps.vault,
      seal: (async (tx, owner, objects) => {
        if (objects.some((object) => 'bytes' in object && Buffer.from(object.bytes).toString().includes('POISON')))
          throw new TypeError('cannot be sealed');
        return world.deps.vault.seal(tx, owner, objects);
      }) as typeof world.deps.vault.seal,
    };
    const broken = new PollDecisions(source, { ...world.deps, vault }, { workerId: 'w1', everyMs: 0 });
    world.clock.advance(1_000);
    expect(await broken.pollOnce(signal)).toMatchObject({ applied: 1, aside: 1 });
    expect((await world.dossier(sound.dvclt)).state).toBe('with-registry');
    world.clock.advance(600_000);
    await broken.pollOnce(signal);
    expect(await quarantined(`event:${at}`)).toContainEqual(expect.objectContaining({ reason_code: 'unexpected' }));
  });
});
