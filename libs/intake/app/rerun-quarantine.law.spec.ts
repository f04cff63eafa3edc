import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, uuidIds } from '#platform';
import { FakeDecisionSource } from '../../../test/intake/fake-decision-source';
import { FakeDossierSource, type FakeDossier } from '../../../test/intake/fake-dossier-source';
import {
  applyCommand,
  dossierWithOneStop,
  intakeWorld,
  routeAcknowledgement,
  type IntakeWorld,
} from '../../../test/intake/intake-world';
import { MappingTables } from './mapping-tables';
import { PollDecisions } from './poll-decisions';
import { PollDossierSource, type DossierPollSummary } from './poll-dossier-source';
import { requestRerun, type RequestedRerun } from './request-rerun';
import { RerunQuarantine } from './rerun-quarantine';

const signal = new AbortController().signal;
const OPERATOR = { id: 'operator', type: 'person' as const };
let serial = 0;
const nextCode = (): string => `G22.99.08-260306-${String((serial += 1)).padStart(6, '0')}`;

interface Row {
  id: string;
  state: string;
  stage: string;
  reason_code: string;
  field: string | null;
  responsible: string;
}

describe('a quarantined item, run again', () => {
  let world: IntakeWorld;
  let source: FakeDossierSource;
  let decisions: FakeDecisionSource;
  let configDir: string;
  let tables: MappingTables;
  let deps: IntakeWorld['deps'];

  const poll = (): Promise<DossierPollSummary> => {
    world.clock.advance(1_000);
    return new PollDossierSource(source, deps, { workerId: 'w1', everyMs: 0 }).pollOnce(signal);
  };
  const rerunner = (more?: Partial<typeof deps>): RerunQuarantine =>
    new RerunQuarantine(more ? { ...deps, ...more } : deps, {
      dossierSource: source,
      decisionSource: decisions,
      reread: () => tables.reread(),
    });
  const ask = (itemId: string, idempotencyKey = uuidIds.next()): Promise<RequestedRerun> =>
    requestRerun({ actor: OPERATOR, idempotencyKey, itemId }, world.deps);
  const item = async (key: string): Promise<Row> =>
    (
      await world.test.db.query<Row>(
        `select id, state, stage, reason_code, field, responsible from quarantine where item_key = $1 order by id desc limit 1`,
        [key],
      )
    )[0];
  const rerun = async (key: string): Promise<Row> => {
    await ask((await item(key)).id);
    expect(await rerunner().runOnce(signal)).toBe(1);
    return item(key);
  };
  /** Quarantines one item; its listing stays as it is. */
  async function poison(fault: Partial<FakeDossier>): Promise<string> {
    const code = nextCode();
    source.rows.push({ code, listId: '1', ...fault });
    expect(await poll()).toMatchObject({ quarantined: 1 });
    source.fetched.length = 0;
    return code;
  }
  function edit(file: string, change: (text: string) => string): void {
    const path = join(configDir, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  }

  beforeAll(async () => {
    world = await intakeWorld();
  });
  beforeEach(async () => {
    source = new FakeDossierSource(world.clock);
    decisions = new FakeDecisionSource();
    configDir = mkdtempSync(join(tmpdir(), 'rerun-config-'));
    cpSync(join(__dirname, '../../../config'), configDir, { recursive: true });
    tables = new MappingTables(configDir, world.deps.procedures);
    deps = {
      ...world.deps,
      get units() {
        return tables.units;
      },
      get procedures() {
        return tables.procedures;
      },
    };
    await world.test.db.execute(`update quarantine set state = 'given-up' where state in ('open', 'rerun')`);
    await world.test.db.execute(`delete from decision_event`);
    await world.test.db.execute(`delete from poller`);
  });
  afterAll(() => world.end());

  it('goes its way once its unit is configured, without a restart and without a new fetch [Q28 Q43]', async () => {
    const code = await poison({ unitText: '345' });
    expect(await item(code)).toMatchObject({ reason_code: 'unit-unknown', field: 'unit', responsible: 'province' });
    edit('units.yaml', (text) => text.replace(/^units:\n/m, `units:\n  - { code: '00345', name: Xã mẫu mới }\n`));
    expect(await rerun(code)).toMatchObject({ state: 'resolved' });
    expect(await world.dossier(code)).toMatchObject({ state: 'received', unit: '00345' });
    expect(source.fetched).toEqual([]);
    // Its acknowledgement is due now, as for any other: the list is left alone until it is taken off.
    expect(await poll()).toMatchObject({ acknowledgementPending: 1 });
    // Others of the new unit need no rerun any more.
    const next = nextCode();
    source.rows.push({ code: next, listId: '2', unitText: '345' });
    expect(await poll()).toMatchObject({ accepted: 1 });
  });

  it('goes its way once its procedure code is mapped, without a restart [Q43]', async () => {
    const code = await poison({ procedureCode: '2.777777' });
    expect(await item(code)).toMatchObject({ stage: 'procedure', field: 'procedureCode' });
    edit('procedures/birth-group.yaml', (text) => text.replace(/2\.000987/g, '2.777777'));
    expect(await rerun(code)).toMatchObject({ state: 'resolved' });
    expect((await world.dossier(code)).procedure).toBe('birth-group');
  });

  it.each(['outer-json', 'inner-json', 'xml', 'fields', 'files', 'checks'])(
    'goes its way when the decoder reads what it could not at stage %s [Q07]',
    async (failAt) => {
      const code = await poison({ failAt });
      expect(await item(code)).toMatchObject({ stage: failAt, responsible: 'dvclt' });
      source.isMended = true;
      expect(await rerun(code)).toMatchObject({ state: 'resolved' });
      const state = await world.dossier(code);
      expect(source.fetched).toEqual([]);
      const [message] = await world.test.db.query<{ raw_ref: string }>(
        `select raw_ref from intake_message where dossier_id = $1`,
        [state.id],
      );
      expect((await world.deps.vault.open(message.raw_ref)).toString()).toContain(code);
    },
  );

  it('is open again with the reason of now when it is still broken', async () => {
    const code = await poison({ failAt: 'xml', unitText: '88888' });
    expect(await rerun(code)).toMatchObject({ state: 'open', stage: 'xml', reason_code: 'broken' });
    source.isMended = true;
    expect(await rerun(code)).toMatchObject({
      state: 'open',
      stage: 'unit',
      reason_code: 'unit-unknown',
      field: 'unit',
    });
    // Still left alone by the poll, and still the one item of its code.
    expect(await poll()).toMatchObject({ quarantinedUnchanged: 1, quarantined: 0 });
    expect(await world.test.db.query(`select 1 from quarantine where item_key = $1`, [code])).toHaveLength(1);
  });

  it('is logged: who asked, and what came of it', async () => {
    const code = await poison({ failAt: 'xml' });
    const { id } = await item(code);
    await rerun(code);
    source.isMended = true;
    await rerun(code);
    const entries = await world.test.db.query<{ bytes: Buffer }>(
      `select bytes from synclog_entry where convert_from(bytes, 'UTF8') like $1 order by id`,
      [`%${id}%`],
    );
    const told = entries.map(
      (row) => JSON.parse(row.bytes.toString()) as { kind: string; actor: { id: string }; codes: string[] },
    );
    expect(told.map(({ kind, actor }) => `${kind} ${actor.id}`)).toEqual([
      'item.quarantined poller.dvclt',
      'item.rerun operator',
      'item.quarantined quarantine.rerun',
      'item.rerun operator',
      'item.resolved quarantine.rerun',
    ]);
    // Whoever searches for the code finds all of it.
    expect(told.map(({ codes }) => codes)).toEqual(told.map(() => [code]));
  });

  it('answers the same request with the same answer, and a second one while it is marked with a conflict', async () => {
    const { id } = await item(await poison({ failAt: 'xml' }));
    const first = await ask(id, 'key-1');
    expect(first).toMatchObject({ id, state: 'rerun' });
    expect(await ask(id, 'key-1')).toEqual(first);
    await expect(ask(id, 'key-2')).rejects.toMatchObject({
      code: 'quarantine-item-not-open',
      status: 409,
      extra: { state: 'rerun' },
    });
    await expect(ask(uuidIds.next())).rejects.toMatchObject({ code: 'quarantine-item-unknown', status: 404 });
    await rerunner().runOnce(signal);
    expect(await ask(id, 'key-1')).toEqual(first);
    expect((await item(first.codes.dvclt as string)).state).toBe('open');
  });

  it('is taken up by the next worker when the first dies in the middle', async () => {
    const code = await poison({ failAt: 'xml' });
    source.isMended = true;
    await ask((await item(code)).id);
    const run = world.test.db.run.bind(world.test.db);
    const db = Object.create(world.test.db, {
      run: {
        value: (work: Parameters<typeof run>[0]) =>
          run(async (tx) => {
            await work(tx);
            throw Object.assign(new Error('killed before commit'), { code: '57P01' });
          }),
      },
    }) as typeof world.test.db;
    await expect(rerunner({ db }).runOnce(signal)).rejects.toThrow('killed before commit');
    expect(await item(code)).toMatchObject({ state: 'rerun' });
    await expect(world.dossier(code)).rejects.toThrow();
    expect(await rerunner().runOnce(signal)).toBe(1);
    expect(await item(code)).toMatchObject({ state: 'resolved' });
  });

  it('creates one dossier when two workers and the poll bring it through at once', async () => {
    const code = await poison({ failAt: 'xml' });
    source.isMended = true;
    source.rows.splice(0, 1, { code, listId: 'changed' });
    await ask((await item(code)).id);
    await Promise.all([rerunner().runOnce(signal), rerunner().runOnce(signal), poll()]);
    expect(await item(code)).toMatchObject({ state: 'resolved' });
    const journal = await world.journal(code);
    expect(journal.filter((type) => type === 'dossier.received')).toHaveLength(1);
    expect(journal.filter((type) => type === 'conflict.recorded')).toEqual([]);
  });

  it('is the supplement when the dossier awaits one', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    await poll();
    const { id } = await world.dossier(code);
    await routeAcknowledgement(world.test.db, id, { status: 'settled', settledAt: world.clock.now() });
    const decidedAt = world.clock.now().toISOString();
    const decision = { kind: 'decide', decision: 'request-supplement', decidedAt, registration: 'none' } as const;
    await applyCommand(world, id, { ...decision, oneStopCode: `H99.${code}` });
    source.rows.splice(0, 1, { code, listId: '2', failAt: 'xml', declaration: { nksHoTen: 'TRẺ EM MẪU HAI' } });
    expect(await poll()).toMatchObject({ quarantined: 1 });
    source.isMended = true;
    expect(await rerun(code)).toMatchObject({ state: 'resolved' });
    expect(await world.dossier(code)).toMatchObject({ state: 'with-one-stop', round: 1 });
  });

  it('fetches what was never had, and tells when it is still refused', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    source.refusedDetails.set(code, 'fake.detail-refused');
    for (let second = 0; second < 40; second += 1) await poll();
    expect(await item(code)).toMatchObject({ stage: 'fetch', state: 'open' });
    source.refusedDetails.set(code, 'fake.gone');
    expect(await rerun(code)).toMatchObject({ state: 'open', stage: 'fetch', reason_code: 'fake.gone' });
    source.refusedDetails.clear();
    expect(await rerun(code)).toMatchObject({ state: 'resolved' });
    expect(await world.dossier(code)).toMatchObject({ state: 'received' });
  });

  it('goes on as an item of its code when a row can be read that could not', async () => {
    const code = nextCode();
    const listing = Buffer.from(JSON.stringify({ code, id: '1' }));
    source.unreadable.push({ listing, reason: 'made to fail' });
    await poll();
    const [{ item_key: key }] = await world.test.db.query<{ item_key: string }>(
      `select item_key from quarantine where item_key like 'row:%' and state = 'open'`,
    );
    source.rows.push({ code, listId: '1' });
    expect(await rerun(key)).toMatchObject({ state: 'resolved' });
    expect(await world.dossier(code)).toMatchObject({ state: 'received' });
  });

  it('says which file is wrong when the fix itself has a mistake, and changes nothing', async () => {
    const code = await poison({ unitText: '345' });
    edit('units.yaml', (text) => text.replace(/^units:\n/m, `units:\n  - { code: '345' }\n`));
    const row = await rerun(code);
    expect(row).toMatchObject({ state: 'open', stage: 'unit', reason_code: 'configuration-invalid' });
    expect(tables.units.units.length).toBeGreaterThan(5);
    const [{ reason }] = await world.test.db.query<{ reason: string }>(`select reason from quarantine where id = $1`, [
      row.id,
    ]);
    expect(reason).toContain('units.yaml');
  });

  it('keeps an item whose dossier cannot be stored, with that reason, and lets the next one through', async () => {
    const [bad, good] = [await poison({ failAt: 'xml', file: 'POISON' }), await poison({ failAt: 'xml' })];
    source.isMended = true;
    await ask((await item(bad)).id);
    await ask((await item(good)).id);
    const vault = {
      ...world.deps.vault,
      sealMany: (async (tx, items) => {
        const isPoison = items.some(({ objects }) =>
          objects.some((object) => 'bytes' in object && Buffer.from(object.bytes).toString() === 'POISON'),
        );
        if (isPoison) throw new AppError({ code: 'cannot-be-sealed', disposition: 'bug' });
        return world.deps.vault.sealMany(tx, items);
      }) as typeof world.deps.vault.sealMany,
    };
    expect(await rerunner({ vault }).runOnce(signal)).toBe(2);
    expect(await item(bad)).toMatchObject({ state: 'open', stage: 'store', reason_code: 'cannot-be-sealed' });
    expect(await item(good)).toMatchObject({ state: 'resolved' });
    expect(await rerun(bad)).toMatchObject({ state: 'resolved' });
  });

  describe('that holds a decision', () => {
    let position = 0;
    const pollDecisions = async (afterMs = 1_000): Promise<void> => {
      world.clock.advance(afterMs);
      await new PollDecisions(decisions, deps, { workerId: 'w1', everyMs: 0 }).pollOnce(signal);
    };
    const codesOf = (): { dvclt: string; oneStop: string } => {
      const dvclt = nextCode();
      return { dvclt, oneStop: `H99.${dvclt}` };
    };
    /** A decision on a dossier that nobody knows, in quarantine after its time. */
    async function unknown(
      decision = 'accept',
      codes = codesOf(),
    ): Promise<{ key: string; dvclt: string; oneStop: string }> {
      decisions.rows.push({ position: (position += 1), ...codes, decision });
      const key = `event:${position}`;
      await pollDecisions();
      await pollDecisions(600_000);
      expect(await item(key)).toMatchObject({ state: 'open', reason_code: 'dossier-unknown' });
      return { key, ...codes };
    }

    it('is applied when its dossier is there', async () => {
      const { key, ...codes } = await unknown();
      expect(await rerun(key)).toMatchObject({ state: 'open', reason_code: 'dossier-unknown', stage: 'dossier' });
      await dossierWithOneStop(world, codes);
      expect(await rerun(key)).toMatchObject({ state: 'resolved' });
      expect(await world.dossier(codes.dvclt)).toMatchObject({ state: 'with-registry' });
      const [message] = await world.test.db.query<{ disposition: string }>(
        `select disposition from intake_message where source = 'onestop' and external_code = $1`,
        [codes.dvclt],
      );
      expect(message.disposition).toBe('accepted');
      // The list repeats its position: nothing happens again.
      await world.test.db.execute(`update poller set memory = '{"after":0}'`);
      const before = await world.journal(codes.dvclt);
      await pollDecisions();
      expect(await world.journal(codes.dvclt)).toEqual(before);
    });

    it('becomes a conflict for a person when it is not allowed any more', async () => {
      const { key, ...codes } = await unknown('hand-over');
      await dossierWithOneStop(world, codes);
      expect(await rerun(key)).toMatchObject({ state: 'resolved' });
      expect(await world.dossier(codes.dvclt)).toMatchObject({ state: 'with-one-stop', attention: true });
    });

    it('waits for an earlier one of its dossier that waits itself', async () => {
      const codes = codesOf();
      decisions.rows.push({
        position: (position += 1),
        ...codes,
        decision: 'require-fee',
        broken: 'event-kind-unknown',
      });
      const broken = `event:${position}`;
      await pollDecisions();
      expect(await item(broken)).toMatchObject({ state: 'open', stage: 'event' });
      decisions.isMended = true;
      // Read now, and the dossier is unknown: open again, with that reason.
      expect(await rerun(broken)).toMatchObject({ state: 'open', reason_code: 'dossier-unknown' });
      await dossierWithOneStop(world, codes);
      expect(await rerun(broken)).toMatchObject({ state: 'resolved' });
      expect((await world.journal(codes.dvclt)).at(-1)).toBe('fee.required');
    });

    it('takes its place among the decisions once its position can be read', async () => {
      const codes = codesOf();
      await dossierWithOneStop(world, codes);
      decisions.rows.push({ ...codes, decision: 'accept' });
      decisions.mark = 3;
      await pollDecisions();
      const [{ item_key: key }] = await world.test.db.query<{ item_key: string }>(
        `select item_key from quarantine where source = 'onestop' and item_key like 'row:%' and state = 'open'`,
      );
      expect(await rerun(key)).toMatchObject({ state: 'open', reason_code: 'row-unreadable' });
      decisions.positionOf = () => 900;
      expect(await rerun(key)).toMatchObject({ state: 'resolved' });
      decisions.rows.length = 0;
      await pollDecisions();
      expect(await world.dossier(codes.dvclt)).toMatchObject({ state: 'with-registry' });
    });
  });
});
