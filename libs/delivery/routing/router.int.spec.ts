import { join } from 'node:path';
import type { BatchContext, BusRecord } from '#bus';
import { applyCommands, createDossiers, loadProcedures, type ApplyDependencies, type Command } from '#dossier';
import { Database, Doorbell, silentLog, uuidIds } from '#platform';
import { createSyncLog } from '#synclog';
import { fixedClock, testDatabase, type TestDatabase } from '#testing';
import { Router } from './router';
import type { RegistryWatchPort } from './route-dossiers';

const clock = fixedClock();
const deps: ApplyDependencies = { procedures: loadProcedures(join(__dirname, '../../../config')), clock, ids: uuidIds };
const actor = { id: 'test', type: 'system' } as const;
const ACCEPT: Command = {
  kind: 'decide',
  decision: 'accept',
  decidedAt: '2026-11-25T09:30:00+07:00',
  registration: 'none',
};

describe('routing', () => {
  let database: TestDatabase;
  let watched: string[];
  /** Thrown inside the router's transactions. */
  let fault: Error | undefined;
  let codes = 0;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    watched = [];
  });

  const registryWatch: RegistryWatchPort = {
    begin: async (_tx, watches) => {
      if (fault) throw fault;
      watched.push(...watches.map(({ code }) => `begin ${code}`));
    },
    end: async (_tx, ids) => void watched.push(...ids.map(() => 'end')),
  };
  const router = (procedures = deps.procedures): Router =>
    new Router({
      db: database.db,
      clock,
      ids: uuidIds,
      log: silentLog,
      doorbell: new Doorbell('', silentLog),
      procedures,
      registryWatch,
      syncLog: createSyncLog({ ids: uuidIds, clock }),
    });

  const newBirth = async (): Promise<string> => {
    const dossierId = uuidIds.next();
    codes += 1;
    const command: Extract<Command, { kind: 'receive' }> = {
      kind: 'receive',
      module: 'KS',
      procedureCode: '2.000986',
      unit: '00123',
      receivedAt: '2026-11-25T09:00:00+07:00',
      source: 'dvclt',
      dvcltCode: `G22.99.08-261125-${String(codes).padStart(6, '0')}`,
      contentRef: uuidIds.next(),
      contentDigest: `digest ${codes}`,
    };
    await database.db.run((tx) => createDossiers(tx, [{ dossierId, command, actor }], deps));
    return dossierId;
  };
  const apply = (dossierId: string, ...commands: Command[]): Promise<unknown> =>
    database.db.run((tx) =>
      applyCommands(
        tx,
        commands.map((command) => ({ dossierId, command, actor })),
        deps,
      ),
    );

  const knock = (...ids: string[]): Promise<void> => {
    const batch = ids.map((dossierId) => ({ dossierId, seq: 1 }) as BusRecord);
    const context: BatchContext = {
      heartbeat: async () => undefined,
      signal: new AbortController().signal,
      reject: async () => undefined,
    };
    return router().handle(batch, context);
  };
  const deliveries = async (dossierId: string): Promise<string[]> => {
    const rows = await database.db.query<{ text: string }>(
      `select concat_ws(' ', caused_seq, partner, operation, facts->>'status', nullif(status, 'queued')) as text
       from delivery where dossier_id = $1 order by caused_seq, step, partner`,
      [dossierId],
    );
    return rows.map((row) => row.text);
  };

  it('writes each duty once, however often and in whatever order the knocks come', async () => {
    const dossier = await newBirth();
    await knock(dossier);
    await apply(dossier, { ...ACCEPT, oneStopCode: 'H99.101-261125-0001' });
    await Promise.all([knock(dossier), knock(dossier), knock(dossier, dossier)]);
    await knock(dossier);
    expect(await deliveries(dossier)).toEqual([
      '1 dvclt acknowledge-receipt',
      '1 onestop hand-over-dossier',
      '2 dvclt push-status 1',
      '2 dvcqg sync-dossier 1',
      '2 dvcqg append-progress 1',
      '3 dvclt push-status 3',
      '3 hotich submit-registration',
      '3 dvcqg sync-dossier 2',
      '3 dvcqg append-progress 2',
    ]);
  });

  it('reads what it missed from the journal when earlier knocks were lost', async () => {
    const dossier = await newBirth();
    await apply(dossier, { ...ACCEPT, oneStopCode: 'H99.101-261125-0002' });
    await knock(dossier);
    expect(await deliveries(dossier)).toHaveLength(9);
  });

  it('begins the poll of hộ tịch when the registration is submitted, goes on after a withdrawal, and ends it when nothing more is expected', async () => {
    const dossier = await newBirth();
    const settled: Command = {
      kind: 'delivery-settled',
      partner: 'hotich',
      operation: 'submit-registration',
      outcome: 'accepted',
      at: '2026-11-25T09:40:00+07:00',
    };
    await apply(dossier, { ...ACCEPT, oneStopCode: 'H99.101-261125-0003' }, settled);
    await knock(dossier);
    expect(watched).toEqual(['begin H99.101-261125-0003']);
    await apply(dossier, { ...ACCEPT, decision: 'withdraw', registration: 'settled' });
    await knock(dossier);
    expect(watched).toEqual(['begin H99.101-261125-0003', 'begin H99.101-261125-0003']);
    await apply(dossier, { kind: 'registry-reported', status: 6, at: '2026-11-25T10:00:00+07:00' });
    await knock(dossier);
    expect(watched.at(-1)).toBe('end');
  });

  it('ends the poll when begin and end come in one batch', async () => {
    const dossier = await newBirth();
    const submitted = { kind: 'delivery-settled', partner: 'hotich', operation: 'submit-registration' } as const;
    await apply(
      dossier,
      { ...ACCEPT, oneStopCode: 'H99.101-261125-0005' },
      { ...submitted, outcome: 'accepted', at: '2026-11-25T09:40:00+07:00' },
      { kind: 'registry-reported', status: 6, at: '2026-11-25T10:00:00+07:00' },
    );
    watched.length = 0;
    await knock(dossier);
    expect(watched).toEqual(['end']);
  });

  it('writes a registration that has become moot as cancelled', async () => {
    const dossier = await newBirth();
    await apply(dossier, { ...ACCEPT, oneStopCode: 'H99.101-261125-0004' }, { ...ACCEPT, decision: 'withdraw' });
    await knock(dossier);
    expect(await deliveries(dossier)).toContain('3 hotich submit-registration cancelled');
  });

  it('sweeps what no knock came for, once it has waited', async () => {
    const dossier = await newBirth();
    expect(await router().sweep()).toBe(0);
    clock.advance(5_001);
    await router().sweep();
    expect(await deliveries(dossier)).toHaveLength(2);
  });

  it('sweeps sooner while nothing comes from the bus', async () => {
    const dossier = await newBirth();
    clock.advance(501);
    expect(await router().sweep()).toBe(0);
    expect(await router().sweep(true)).toBe(1);
    expect(await deliveries(dossier)).toHaveLength(2);
  });

  it.each(['25P03', '25P04', '57P01', '40P01', 'ECONNRESET'])(
    'blocks nobody for what passes by itself: %s',
    async (code) => {
      const id = await newBirth();
      fault = Object.assign(new Error('as the driver throws it'), { code });
      await expect(knock(id)).rejects.toMatchObject({ code });
      fault = undefined;
      const dossier = (): Promise<object[]> =>
        database.db.query('select routing_blocked, routed_seq from dossier where id = $1', [id]);
      expect(await dossier()).toEqual([{ routing_blocked: null, routed_seq: 0 }]);
      await knock(id);
      expect(await dossier()).toEqual([{ routing_blocked: null, routed_seq: 1 }]);
    },
  );

  it('lets only the dossier wait whose event cannot be routed, and says so on it', async () => {
    const [broken, sound] = [await newBirth(), await newBirth()];
    const owner = await ownerQuery(
      database.ownerUrl,
      `update journal set data = data || '{"procedure": "unheard-of"}' where dossier_id = '${broken}'`,
    );
    expect(owner).toBe(1);
    await knock(broken, sound);
    expect(await deliveries(sound)).toHaveLength(2);
    expect(await deliveries(broken)).toEqual([]);
    const rows = await database.db.query(`select routing_blocked as code, attention from dossier where id = $1`, [
      broken,
    ]);
    expect(rows).toEqual([{ code: 'procedure-not-configured', attention: true }]);
    const entries = await database.db.query<{ kind: string }>(`select kind from synclog_entry where dossier_id = $1`, [
      broken,
    ]);
    expect(entries.map((entry) => entry.kind)).toContain('dossier.routing-blocked');
  });

  it('goes on calling for a person when something else happens to a dossier that cannot be routed', async () => {
    const id = await newBirth();
    await database.db.execute(`update dossier set routing_blocked = 'test', attention = true where id = $1`, [id]);
    await apply(
      id,
      { kind: 'discrepancy', partner: 'dvclt', class: 'test' },
      { kind: 'clear-attention', reason: 'test' },
    );
    expect(await database.db.query(`select attention from dossier where id = $1`, [id])).toEqual([{ attention: true }]);
  });
});

/** The application may not change the journal: the fault is planted with the owner's login. */
async function ownerQuery(url: string, sql: string): Promise<number> {
  const owner = new Database({ url, applicationName: 'owner', role: null, maxConnections: 1 }, silentLog);
  try {
    return await owner.execute(sql);
  } finally {
    await owner.close();
  }
}
