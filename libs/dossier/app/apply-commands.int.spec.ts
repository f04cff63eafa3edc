import { join } from 'node:path';
import { fixedClock, testDatabase, type TestDatabase } from '#testing';
import { uuidIds } from '#platform';
import { loadProcedures } from '../adapters/load-procedures';
import type { Actor, Command } from '../domain/commands';
import {
  applyCommands,
  createDossiers,
  type ApplyDependencies,
  type CommandResult,
  type NewDossier,
} from './apply-commands';

const system: Actor = { id: 'system', type: 'system' };
const deps: ApplyDependencies = {
  procedures: loadProcedures(join(__dirname, '../../../config')),
  clock: fixedClock(),
  ids: uuidIds,
};

function newBirth(dvcltCode: string): NewDossier {
  return {
    dossierId: uuidIds.next(),
    actor: system,
    command: {
      kind: 'receive',
      module: 'KS',
      procedureCode: '2.000986',
      unit: '00123',
      receivedAt: '2026-11-25T09:00:00+07:00',
      source: 'dvclt',
      dvcltCode,
      contentRef: uuidIds.next(),
      contentDigest: `digest of ${dvcltCode}`,
    },
  };
}

const decide = (decision: Extract<Command, { kind: 'decide' }>['decision'], oneStopCode?: string): Command => ({
  kind: 'decide',
  decision,
  decidedAt: '2026-11-25T09:30:00+07:00',
  registration: 'none',
  ...(oneStopCode ? { oneStopCode } : {}),
});

describe('applyCommands', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  const create = (...dossiers: NewDossier[]): Promise<unknown> =>
    database.db.run((tx) => createDossiers(tx, dossiers, deps));

  it('writes journal, projection, codes and outbox of many dossiers in one transaction', async () => {
    const dossiers = ['G22.99.08-261125-000101', 'G22.99.08-261125-000102'].map(newBirth);
    await create(...dossiers);
    const commands = dossiers.map(({ dossierId }, index) => ({
      dossierId,
      command: decide('accept', `H99.101-261125-010${index}`),
      actor: system,
    }));
    const results = await database.db.run((tx) => applyCommands(tx, commands, deps));
    expect(
      results.map((result) =>
        result.conflict ? result.conflict.code : result.events.map((event) => `${event.seq} ${event.type}`),
      ),
    ).toEqual([
      ['2 one-stop-code.assigned', '3 dossier.accepted'],
      ['2 one-stop-code.assigned', '3 dossier.accepted'],
    ]);
    const ids = dossiers.map((one) => one.dossierId);
    const rows = await database.db.query<{ state: string; version: number }>(
      `select state, version from dossier where id = any($1)`,
      [ids],
    );
    expect(rows).toEqual([
      { state: 'with-registry', version: 3 },
      { state: 'with-registry', version: 3 },
    ]);
    const outbox = await database.db.query<{ seq: number; type: string }>(
      `select seq, type from event_outbox where dossier_id = $1 order by id`,
      [ids[0]],
    );
    expect(outbox).toEqual([
      { seq: 1, type: 'vn.lienthong.dossier.received.v1' },
      { seq: 2, type: 'vn.lienthong.one-stop-code.assigned.v1' },
      { seq: 3, type: 'vn.lienthong.dossier.accepted.v1' },
    ]);
  });

  it('changes nothing on a conflict and goes on with the next command', async () => {
    const [one, other] = [newBirth('G22.99.08-261125-000201'), newBirth('G22.99.08-261125-000202')];
    await create(one, other);
    const results = await database.db.run((tx) =>
      applyCommands(
        tx,
        [
          { dossierId: one.dossierId, command: decide('hand-over'), actor: system },
          { dossierId: other.dossierId, command: decide('accept', 'H99.101-261125-0202'), actor: system },
        ],
        deps,
      ),
    );
    expect(results[0]?.conflict).toMatchObject({ code: 'decision-not-allowed', state: 'received' });
    expect(results[1]?.conflict).toBeUndefined();
  });

  it('gives one of two dossiers with the same code, and the other an error that says to look again', async () => {
    const twice = ['G22.99.08-261125-000301', 'G22.99.08-261125-000301'].map(newBirth);
    const outcomes = await Promise.allSettled(twice.map((one) => create(one)));
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.find((one) => one.status === 'rejected')).toMatchObject({
      reason: { code: 'dossier-code-taken', disposition: 'retry' },
    });
    const rows = await database.db.query(`select id from dossier where id = any($1)`, [
      twice.map((one) => one.dossierId),
    ]);
    expect(rows).toHaveLength(1);
  });

  it('carries a result whose registration number another dossier has, and calls a person', async () => {
    const births = [newBirth('G22.99.08-261125-000501'), newBirth('G22.99.08-261125-000502')];
    await create(...births);
    const complete = (index: number): Promise<CommandResult[]> => {
      const { dossierId } = births[index];
      const result = { registryCode: '99001/KS/17/2026', resultRef: uuidIds.next(), resultDigest: 'digest' };
      const commands: Command[] = [
        decide('accept', `H99.101-261125-050${index}`),
        { kind: 'registry-reported', status: 4, at: '2026-11-25T10:00:00+07:00', result },
      ];
      return database.db.run((tx) =>
        applyCommands(
          tx,
          commands.map((command) => ({ dossierId, command, actor: system })),
          deps,
        ),
      );
    };
    await complete(0);
    await complete(1);
    const rows = await database.db.query(`select state, attention from dossier where id = any($1) order by id`, [
      births.map((one) => one.dossierId),
    ]);
    expect(rows).toEqual([
      { state: 'registered', attention: false },
      { state: 'registered', attention: true },
    ]);
    const found = await database.db.query(
      `select data->>'class' as class from journal where dossier_id = $1 and type = 'discrepancy.found'`,
      [births[1].dossierId],
    );
    expect(found).toEqual([{ class: 'registry-code-taken' }]);
  });

  it('refuses a one-stop code that another dossier has', async () => {
    const [one, other] = [newBirth('G22.99.08-261125-000601'), newBirth('G22.99.08-261125-000602')];
    await create(one, other);
    const accepted = ({ dossierId }: NewDossier): Promise<CommandResult[]> =>
      database.db.run((tx) =>
        applyCommands(tx, [{ dossierId, command: decide('accept', 'H99.101-261125-0601'), actor: system }], deps),
      );
    await accepted(one);
    await expect(accepted(other)).rejects.toMatchObject({ code: 'dossier-code-taken', field: 'one-stop' });
  });

  it('takes only one of two accepting decisions that meet', async () => {
    const birth = newBirth('G22.99.08-261125-000401');
    await create(birth);
    const accept = { dossierId: birth.dossierId, command: decide('accept', 'H99.101-261125-0401'), actor: system };
    const results = await Promise.all([1, 2, 3].map(() => database.db.run((tx) => applyCommands(tx, [accept], deps))));
    expect(results.flat().filter((result) => !result.conflict)).toHaveLength(1);
    const journal = await database.db.query<{ seq: number }>(
      `select seq from journal where dossier_id = $1 order by seq`,
      [birth.dossierId],
    );
    expect(journal.map((row) => row.seq)).toEqual([1, 2, 3]);
  });
});
