import { join } from 'node:path';
import { applyCommands, loadProcedures, type DossierState, type PartnerId } from '#dossier';
import { Database, silentLog, type Ids } from '#platform';
import { createSyncLog } from '#synclog';
import { fixedClock, testDatabase, type FixedClock, type TestDatabase } from '#testing';
import { loadReconciliationPolicy } from '../adapters/load-reconciliation-policy';
import { readDiscrepancies } from '../adapters/discrepancy-store';
import { readReconciliation } from '../adapters/reconciliation-store';
import { ReconciliationRunner } from '../app/reconciliation-runner';
import {
  requestReconciliation,
  type ReconciliationDeps,
  type ReconciliationRequest,
} from '../app/request-reconciliation';
import type { RunDeps } from '../app/run-deps';
import type { Discrepancy } from '../domain/discrepancy';
import type { Reconciliation } from '../domain/reconciliation';
import type { ReconciliationPolicy } from '../domain/reconciliation-policy';
import { ScriptedSystem } from './scripted-system';

const CONFIG = join(__dirname, '../../../config');
const HOUR_MS = 3_600_000;

/** What a test says of a dossier of ours; the rest is that of one that went well to the end of its registration. */
export type GivenDossier = Partial<Omit<DossierState, 'codes' | 'statuses'>> & {
  dvclt?: string;
  oneStop?: string | null;
  statuses?: DossierState['statuses'];
};

/** As it is asked for. */
type GivenWindow = Pick<ReconciliationRequest, 'from' | 'to'>;

export interface GivenDelivery {
  partner: PartnerId;
  operation: string;
  status: 'queued' | 'waiting' | 'unknown' | 'dead' | 'settled';
  createdAt?: Date;
  settledAt?: Date;
  toldStatus?: number;
  causedSeq?: number;
  step?: number;
}

/** Comparisons on a database of their own, with partners by script. Ids hold the bench's time, as those of the product hold the machine's. */
export class ReconciliationBench {
  readonly clock: FixedClock;
  readonly ids: Ids;
  readonly systems: Record<PartnerId, ScriptedSystem>;
  readonly proposed: { reconciliationId: string; deliveryIds: readonly string[] }[] = [];
  policy: ReconciliationPolicy;
  hasRoom: RunDeps['hasRoom'] = async () => true;
  /** May delete what the application may not. */
  private readonly owner: Database;
  private made = 0;
  private keys = 0;

  private constructor(private readonly test: TestDatabase) {
    this.owner = new Database({ url: test.ownerUrl, applicationName: 'test-owner', role: null }, silentLog);
    this.clock = fixedClock();
    this.ids = { next: () => this.idAt(this.clock.now()) };
    this.systems = this.newSystems();
    this.policy = ReconciliationBench.fast();
  }

  static async open(): Promise<ReconciliationBench> {
    return new ReconciliationBench(await testDatabase());
  }

  /** The shipped policy without its pace, and with little patience. */
  static fast(): ReconciliationPolicy {
    const policy = loadReconciliationPolicy(CONFIG);
    const partners = Object.fromEntries(
      Object.entries(policy.partners).map(([id, one]) => [id, { ...one, callsPerSecond: 100_000 }]),
    ) as Record<PartnerId, ReconciliationPolicy['partners']['onestop']>;
    return { ...policy, giveUpAfter: 5, partners };
  }

  async close(): Promise<void> {
    await this.owner.close();
    await this.test.drop();
  }

  /** Forgets everything, a day later. */
  async clear(): Promise<void> {
    const tables = [
      'reconciliation_seen',
      'discrepancy',
      'reconciliation',
      'reconciliation_daily',
      'delivery',
      'lane',
      'hold',
      'partner_state',
      'quarantine',
    ];
    for (const table of tables) await this.owner.execute(`delete from ${table}`);
    // The application may not forget a journal: what was stored lies before every window of the next test.
    this.clock.advance(500 * 86_400_000);
    this.proposed.length = 0;
    this.policy = ReconciliationBench.fast();
    this.hasRoom = async () => true;
    Object.assign(this.systems, this.newSystems());
  }

  get db(): Database {
    return this.test.db;
  }

  get deps(): ReconciliationDeps {
    const { db, clock, ids, policy } = this;
    return { db, clock, ids, policy, syncLog: createSyncLog(this) };
  }

  runDeps(workerId = 'worker-a'): RunDeps {
    const procedures = loadProcedures(CONFIG);
    const { clock, ids } = this;
    return {
      ...this.deps,
      workerId,
      partners: this.systems,
      deadlineMs: () => 5_000,
      decisionsByPush: true,
      hasRoom: (partner) => this.hasRoom(partner),
      applyOutcomes: (tx, commands, locked) => applyCommands(tx, commands, { procedures, clock, ids }, locked),
      proposeReplay: async (proposal) => void this.proposed.push(proposal),
      log: silentLog,
    };
  }

  runner(workerId = 'worker-a'): ReconciliationRunner {
    return new ReconciliationRunner(this.runDeps(workerId), { onProgress: () => undefined });
  }

  by(id = 'operator'): { actor: { id: string; type: 'person' }; idempotencyKey: string } {
    return { actor: { id, type: 'person' }, idempotencyKey: `key-${(this.keys += 1)}` };
  }

  request(partner: PartnerId, window: GivenWindow = {}): Promise<Reconciliation> {
    return requestReconciliation({ partner, ...window }, this.by(), this.deps);
  }

  /** A whole run on demand, an hour after whatever was before it. */
  async run(partner: PartnerId, runner = this.runner(), window: GivenWindow = {}): Promise<Reconciliation> {
    this.clock.advance(HOUR_MS);
    const { id } = await this.request(partner, window);
    return this.work(id, runner);
  }

  /** Steps until the run has ended; time goes on where it waits. */
  async work(id: string, runner = this.runner()): Promise<Reconciliation> {
    const signal = new AbortController().signal;
    for (let round = 0; round < 3_000; round += 1) {
      const more = await runner.runOnce(signal);
      const run = await this.read(id);
      if (run.endedAt !== null) return run;
      if (more === 0) this.clock.advance(20_000);
    }
    throw new Error(`reconciliation ${id} does not end`);
  }

  async read(id: string): Promise<Reconciliation> {
    return (await readReconciliation(this.db, id)) as Reconciliation;
  }

  discrepancies(state: Discrepancy['state'] | null = 'open'): Promise<Discrepancy[]> {
    const none = {
      partner: null,
      class: null,
      unit: null,
      dossierId: null,
      reconciliationId: null,
      units: null,
      after: null,
    };
    return readDiscrepancies(this.db, { ...none, state, limit: 10_000 });
  }

  /** What is open, without times and ids. */
  async found(): Promise<unknown[]> {
    return (await this.discrepancies()).map(({ class: cls, dossierId, ours, theirs, cause, responsible }) => ({
      class: cls,
      dossierId,
      ours,
      theirs,
      cause,
      responsible,
    }));
  }

  /** Dossiers of ours, stored now, all their events routed. @returns their states */
  async store(given: readonly GivenDossier[]): Promise<DossierState[]> {
    const states = given.map((one) => this.stateOf(one));
    const rows = JSON.stringify(states.map((state) => ({ ...state, projection: state })));
    await this.db.execute(
      `insert into dossier (id, procedure, module, unit, state, attention, version, routed_seq, projection, received_at, created_at, updated_at)
       select r.id, r.procedure, r.module, r.unit, r.state, r.attention, r.version, r.version, r.projection, r."receivedAt", r."updatedAt", r."updatedAt"
       from jsonb_to_recordset($1::jsonb) as r (id uuid, procedure text, module text, unit text, state text, attention boolean, version integer,
         projection jsonb, "receivedAt" timestamptz, "updatedAt" timestamptz)`,
      [rows],
    );
    await this.db.execute(
      `insert into dossier_code (system, code, dossier_id)
       select c.system, c.code, c.id from (
         select 'dvclt' as system, r.codes ->> 'dvclt' as code, r.id from jsonb_to_recordset($1::jsonb) as r (id uuid, codes jsonb)
         union all select 'one-stop', r.codes ->> 'oneStop', r.id from jsonb_to_recordset($1::jsonb) as r (id uuid, codes jsonb)
       ) c where c.code is not null`,
      [rows],
    );
    return states;
  }

  /** Messages of a dossier to a partner, with their lane. */
  async deliver(dossierId: string, given: readonly GivenDelivery[]): Promise<string[]> {
    const ids: string[] = [];
    for (const [index, one] of given.entries()) {
      const id = this.ids.next();
      ids.push(id);
      const {
        partner,
        operation,
        status,
        createdAt = this.clock.now(),
        toldStatus,
        causedSeq = index + 1,
        step = 0,
      } = one;
      await this.db.execute(`insert into lane (partner, dossier_id) values ($1, $2) on conflict do nothing`, [
        partner,
        dossierId,
      ]);
      await this.db.execute(
        `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, step, status, due_at, facts, created_at, settled_at, outcome)
         values ($1, $2, $3, $4, '00123', 'birth-group', $5, $6, $7, $8, $9, $8, $10, $11)`,
        [
          id,
          partner,
          dossierId,
          operation,
          causedSeq,
          step,
          status,
          createdAt,
          JSON.stringify(toldStatus === undefined ? {} : { status: toldStatus }),
          status === 'settled' ? (one.settledAt ?? createdAt) : null,
          status === 'settled' ? 'accepted' : null,
        ],
      );
    }
    return ids;
  }

  /** What a router would do: nothing is left to be told. */
  async route(): Promise<void> {
    await this.db.execute(`update dossier set routed_seq = version where routed_seq < version`);
  }

  async journal(dossierId: string): Promise<string[]> {
    const rows = await this.db.query<{ type: string }>(`select type from journal where dossier_id = $1 order by seq`, [
      dossierId,
    ]);
    return rows.map((row) => row.type);
  }

  /** Some transaction of this database waits for a lock. */
  async isAnybodyWaiting(): Promise<boolean> {
    const rows = await this.owner.query(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  }

  async attention(dossierId: string): Promise<boolean> {
    const [row] = await this.db.query<{ attention: boolean }>(`select attention from dossier where id = $1`, [
      dossierId,
    ]);
    return row.attention;
  }

  /** Entries of the sync log about this run, in their order. */
  async logged(reconciliationId: string): Promise<Record<string, unknown>[]> {
    const rows = await this.db.query<{ entry: Record<string, unknown> }>(
      `select convert_from(bytes, 'UTF8')::jsonb as entry from synclog_entry
       where convert_from(bytes, 'UTF8')::jsonb -> 'detail' ->> 'reconciliationId' = $1 order by id`,
      [reconciliationId],
    );
    return rows.map((row) => row.entry);
  }

  private newSystems(): Record<PartnerId, ScriptedSystem> {
    return {
      dvclt: new ScriptedSystem('dvclt', this.clock),
      hotich: new ScriptedSystem('hotich', this.clock),
      dvcqg: new ScriptedSystem('dvcqg', this.clock),
      onestop: new ScriptedSystem('onestop', this.clock),
    };
  }

  private idAt(at: Date): string {
    const time = at.getTime().toString(16).padStart(12, '0');
    const count = (this.made += 1).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${count}`;
  }

  private stateOf({ dvclt, oneStop, ...given }: GivenDossier): DossierState {
    const id = this.ids.next();
    const number = String(this.made).padStart(6, '0');
    const at = this.clock.now().toISOString();
    const oneStopCode = oneStop === undefined ? `H99.${number}` : oneStop;
    return {
      id,
      procedure: 'birth-group',
      module: 'KS',
      procedureCode: '2.000986',
      localProcedureCode: '3.000722',
      unit: '00123',
      state: 'registered',
      attention: false,
      version: 1,
      source: 'dvclt',
      codes: {
        dvclt: dvclt ?? `G22.99.08-${number}`,
        registry: [],
        ...(oneStopCode === null ? {} : { oneStop: oneStopCode }),
      },
      receivedAt: at,
      dueAt: at,
      updatedAt: at,
      contentRef: id,
      contentDigests: [number],
      round: 0,
      statuses: {},
      portalKnown: true,
      portalStatus: 9,
      registry: { submitted: true, resubmitAwaited: false },
      legs: [],
      ...given,
    };
  }
}

/** So many dossiers alike. */
export function many(count: number, one: GivenDossier = {}): GivenDossier[] {
  return Array.from({ length: count }, () => one);
}
