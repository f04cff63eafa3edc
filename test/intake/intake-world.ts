import { join } from 'node:path';
import { createVault, ensureMasterKey, fileMasterKeys, type Vault } from '#access';
import { applyCommands, createDossiers, loadProcedures, type Command, type DossierState } from '#dossier';
import { loadUnits, type IntakeDeps } from '#intake';
import { silentLog, uuidIds, type Queryable } from '#platform';
import { createSyncLog } from '#synclog';
import { fixedClock, type FixedClock, temporaryDir, testDatabase, type TestDatabase } from '#testing';

const CONFIG_DIR = join(__dirname, '../../config');

/** Everything the intake works with, on a database of its own; only the partner is missing. */
export interface IntakeWorld {
  test: TestDatabase;
  clock: FixedClock;
  deps: IntakeDeps & { vault: Vault };
  rung: string[];
  dossier(code: string): Promise<DossierState>;
  journal(code: string): Promise<string[]>;
  end(): Promise<void>;
}

export async function intakeWorld(): Promise<IntakeWorld> {
  const test = await testDatabase();
  const clock = fixedClock();
  const keyDir = temporaryDir('intake-keys-');
  ensureMasterKey(keyDir);
  const vault = createVault({ db: test.db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock });
  const rung: string[] = [];
  const dossier = async (code: string): Promise<DossierState> => {
    const rows = await test.db.query<{ projection: DossierState }>(
      `select d.projection from dossier d join dossier_code c on c.dossier_id = d.id where c.code = $1`,
      [code],
    );
    if (!rows[0]) throw new Error(`no dossier has the code ${code}`);
    return rows[0].projection;
  };
  return {
    test,
    clock,
    rung,
    deps: {
      db: test.db,
      vault,
      syncLog: createSyncLog({ ids: uuidIds, clock }),
      procedures: loadProcedures(CONFIG_DIR),
      units: loadUnits(CONFIG_DIR),
      clock,
      ids: uuidIds,
      log: silentLog,
      doorbell: { ring: (channel) => void rung.push(channel) },
    },
    dossier,
    journal: async (code) => {
      const { id } = await dossier(code);
      return (
        await test.db.query<{ type: string }>(`select type from journal where dossier_id = $1 order by seq`, [id])
      ).map((row) => row.type);
    },
    end: () => test.drop(),
  };
}

/** What the router does with a dossier's new events, as far as the intake can see it: they are routed, and an
 *  acknowledgement is due or settled. */
export async function routeAcknowledgement(
  tx: Queryable,
  dossierId: string,
  ack: { status: 'queued' | 'settled'; settledAt?: Date } | null,
): Promise<void> {
  await tx.execute(`update dossier set routed_seq = version where id = $1`, [dossierId]);
  if (!ack) return;
  await tx.execute(
    `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, status, due_at, facts, created_at, settled_at)
     select $1, 'dvclt', id, 'acknowledge-receipt', unit, procedure, version, $3, created_at, '{}', created_at, $4 from dossier where id = $2
     on conflict (partner, dossier_id, caused_seq, replay_number, step) do update set status = excluded.status, settled_at = excluded.settled_at`,
    [uuidIds.next(), dossierId, ack.status, ack.settledAt ?? null],
  );
}

const TEST_ACTOR = { id: 'test', type: 'system' as const };

/** Applies a command as the courier's settlement or an officer would, and routes it. */
export async function applyCommand(world: IntakeWorld, dossierId: string, command: Command): Promise<void> {
  const [result] = await world.test.db.run((tx) =>
    applyCommands(tx, [{ dossierId, command, actor: TEST_ACTOR }], world.deps),
  );
  if (result.conflict) throw new Error(result.conflict.code);
  await routeAcknowledgement(world.test.db, dossierId, null);
}

/** A birth dossier that was received, without the intake's poll, and not handed over yet. */
export async function receivedDossier(world: IntakeWorld, codes: { dvclt: string; unit?: string }): Promise<string> {
  const dossierId = uuidIds.next();
  await world.test.db.run(async (tx) => {
    const [content] = await world.deps.vault.seal(tx, { ownerKind: 'dossier', ownerId: dossierId }, [
      { kind: 'content', contentType: 'application/json', bytes: Buffer.from('{}') },
    ]);
    const command = {
      kind: 'receive' as const,
      module: 'KS' as const,
      procedureCode: '2.000986',
      unit: codes.unit ?? '00123',
      receivedAt: '2026-03-02T08:00:00.000+07:00',
      source: 'dvclt' as const,
      dvcltCode: codes.dvclt,
      contentRef: content.ref,
      contentDigest: 'digest-of-first-content',
    };
    await createDossiers(tx, [{ dossierId, command, actor: TEST_ACTOR }], world.deps);
  });
  return dossierId;
}

/** A birth dossier that the one-stop holds, without the intake's poll. */
export async function dossierWithOneStop(
  world: IntakeWorld,
  codes: { dvclt: string; oneStop: string; unit?: string },
): Promise<string> {
  const dossierId = await receivedDossier(world, codes);
  const at = world.clock.now().toISOString();
  await applyCommand(world, dossierId, {
    kind: 'delivery-settled',
    partner: 'onestop',
    operation: 'hand-over-dossier',
    outcome: 'accepted',
    oneStopCode: codes.oneStop,
    at,
  });
  return dossierId;
}
