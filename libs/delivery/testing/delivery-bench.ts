import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVault, ensureMasterKey, fileMasterKeys, type Vault } from '#access';
import { applyCommands, createDossiers, loadProcedures, lockDossiers, type PartnerId } from '#dossier';
import { Doorbell, silentLog, uuidIds, type Clock, type Database } from '#platform';
import { createSyncLog } from '#synclog';
import { fixedClock, testDatabase, type TestDatabase } from '#testing';
import type { CourierDeps } from '../app/courier';
import { SettleQueue } from '../app/settle-queue';
import type { SettlementDeps } from '../app/settlement-deps';
import { enqueueDeliveries, type NewDelivery } from '../app/enqueue-deliveries';
import type { ExpireDeps } from '../app/expire-leases';
import type { PartnerAdapter } from '../ports';

export interface DeliveryRecord {
  id: string;
  operation: string;
  status: string;
  outcome: string | null;
  reasonCode: string | null;
  attempts: number;
  dueAt: Date | null;
  contentRef: string | null;
}

/** The delivery engine on a database, a vault and a sync log of its own; partners are scripted. */
export class DeliveryBench {
  readonly ids = uuidIds;
  private codes = 0;

  private constructor(
    private readonly test: TestDatabase,
    private readonly keyDir: string,
    readonly vault: Vault,
    readonly clock: Clock,
  ) {}

  static async open(clock: Clock = fixedClock()): Promise<DeliveryBench> {
    const test = await testDatabase();
    const keyDir = mkdtempSync(join(tmpdir(), 'lienthong-delivery-'));
    ensureMasterKey(keyDir);
    const vault = createVault({ db: test.db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock });
    return new DeliveryBench(test, keyDir, vault, clock);
  }

  async close(): Promise<void> {
    await this.test.drop();
    rmSync(this.keyDir, { recursive: true, force: true });
  }

  /** Empties the lanes, so that the next test has the partners to itself. */
  async clear(): Promise<void> {
    await this.db.execute(
      'with a as (delete from attempt), h as (delete from hold), w as (delete from worker) delete from delivery',
    );
    await this.db.execute('delete from lane');
  }

  get db(): Database {
    return this.test.db;
  }

  get expireDeps(): ExpireDeps {
    return { ids: this.ids, syncLog: createSyncLog(this), now: this.clock.now() };
  }

  /** Everything that a courier of this worker works with, and its settlement. */
  deps(adapter: PartnerAdapter, workerId: string): CourierDeps & SettlementDeps {
    const procedures = loadProcedures(join(__dirname, '../../../config'));
    const clock = this.clock;
    const doorbell = new Doorbell('', silentLog);
    const settlement: SettlementDeps = {
      db: this.db,
      workerId,
      adapterOf: () => adapter,
      vault: this.vault,
      syncLog: createSyncLog(this),
      applyOutcomes: (tx, commands, locked) =>
        applyCommands(tx, commands, { procedures, clock, ids: this.ids }, locked),
      clock,
      ids: this.ids,
      random: () => 0.5,
      log: silentLog,
    };
    const settleQueue = new SettleQueue(settlement, {
      onSettled: () => {
        doorbell.ring('outbox');
        doorbell.ring('lanes');
      },
    });
    return {
      ...settlement,
      db: this.db,
      vault: this.vault,
      adapter,
      settleQueue,
      doorbell,
      heartbeat: {
        get confirmedAt() {
          return clock.now();
        },
      },
      fileTokens: { issueFileToken: async (_tx, file) => `https://gateway.test/files/${file.ref}` },
    };
  }

  async newDossiers(count: number): Promise<string[]> {
    const procedures = loadProcedures(join(__dirname, '../../../config'));
    const dossierIds = Array.from({ length: count }, () => this.ids.next());
    await this.db.run((tx) =>
      createDossiers(
        tx,
        dossierIds.map((dossierId) => ({
          dossierId,
          actor: { id: 'test', type: 'system' },
          command: {
            kind: 'receive',
            module: 'KS',
            procedureCode: '2.000986',
            unit: '00123',
            receivedAt: '2026-03-02T09:00:00+07:00',
            source: 'dvclt',
            dvcltCode: `G22.99.08-260302-${String(++this.codes).padStart(6, '0')}`,
            contentRef: this.ids.next(),
            contentDigest: `digest ${this.codes}`,
          },
        })),
        { procedures, clock: this.clock, ids: this.ids },
      ),
    );
    return dossierIds;
  }

  async newDossier(): Promise<string> {
    return (await this.newDossiers(1))[0];
  }

  /** Queues deliveries of one lane as the router does, under the dossier's lock. */
  async enqueue(dossierId: string, causedSeqs: readonly number[], more: Partial<NewDelivery> = {}): Promise<number> {
    const deliveries = causedSeqs.map((causedSeq) => ({ ...newDelivery('dvclt', dossierId, causedSeq), ...more }));
    return this.db.run(async (tx) => {
      await lockDossiers(tx, [dossierId]);
      return enqueueDeliveries(tx, deliveries, { ids: this.ids, now: this.clock.now() });
    });
  }

  async lane(
    dossierId: string,
    partner: PartnerId = 'dvclt',
  ): Promise<{ state: string; dueAt: Date | null; leaseOwner: string | null; fence: string }> {
    const [lane] = await this.db.query<{ state: string; dueAt: Date | null; leaseOwner: string | null; fence: string }>(
      `select state, due_at as "dueAt", lease_owner as "leaseOwner", fence::text as fence from lane where partner = $1 and dossier_id = $2`,
      [partner, dossierId],
    );
    return lane;
  }

  /** The lane's deliveries in their order. */
  async deliveries(dossierId: string): Promise<DeliveryRecord[]> {
    return this.db.query<DeliveryRecord>(
      `select id, operation, status, outcome, reason_code as "reasonCode", attempts, due_at as "dueAt", content_ref as "contentRef"
       from delivery where dossier_id = $1 order by caused_seq, replay_number, step`,
      [dossierId],
    );
  }

  async statuses(dossierId: string): Promise<string[]> {
    return (await this.deliveries(dossierId)).map((one) => one.status);
  }

  async journal(dossierId: string): Promise<string[]> {
    return (
      await this.db.query<{ type: string }>('select type from journal where dossier_id = $1 order by seq', [dossierId])
    ).map((row) => row.type);
  }
}

export function newDelivery(partner: PartnerId, dossierId: string, causedSeq: number): NewDelivery {
  return {
    partner,
    dossierId,
    operation: 'push-status',
    unit: '00123',
    procedure: 'birth-group',
    causedSeq,
    step: 0,
    facts: { status: 1, factAt: '2026-03-02T09:00:00+07:00' },
  };
}
