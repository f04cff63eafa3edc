import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sequenceBatch } from '#bus';
import { Courier, routeDossiers, SettleQueue, type CallResult } from '#delivery';
import { applyCommands, PARTNER_IDS, type Decision, type PartnerId } from '#dossier';
import {
  approveGiveUp,
  createRegistryWatch,
  PollDecisions,
  PollDossierSource,
  PollRegistry,
  receiveDecision,
  requestGiveUp,
  type ReceiptDeps,
} from '#intake';
import { Doorbell, rfc3339, silentLog, uuidIds } from '#platform';
import { sealBatch } from '../../libs/synclog/sealing/app/seal-batch';
import { ensureSigningKey, fileSigningKeys } from '#synclog';
import { until } from '#testing';
import { FakeDecisionSource } from '../intake/fake-decision-source';
import { FakeDossierSource, type FakeDossier } from '../intake/fake-dossier-source';
import { FakeRegistry } from '../intake/fake-registry';
import { intakeWorld, type IntakeWorld } from '../intake/intake-world';
import { oneStopCodeOf, WitnessLedger, WitnessPartner, type LedgerLine } from './witness-partner';

const WORKER = 'small-journey';
const CALLER = { clientId: 'one-stop', units: null };

/** The whole flow in one process on a database of its own: every row is written by the product's use cases, only the partners are
 *  played. What they had of us stands in a ledger that is served as the simulators serve theirs. */
export class SmallJourney {
  readonly source: FakeDossierSource;
  readonly registry: FakeRegistry;
  readonly decisions = new FakeDecisionSource();
  readonly ledger = new WitnessLedger();
  /** Given instead of the ledger, when a test plants something in it. */
  shownLedger: LedgerLine[] | undefined;
  private readonly partners: Record<PartnerId, WitnessPartner>;
  private readonly couriers: Courier[];
  private readonly receiptDeps: ReceiptDeps;
  private readonly server: Server;
  private readonly doorbell = new Doorbell('', silentLog);
  private serial = 0;
  private registrations = 0;

  private constructor(
    readonly world: IntakeWorld,
    private readonly keyDir: string,
  ) {
    this.server = createServer((request, response) => {
      response.statusCode = request.url === '/_sim/ledger' ? 200 : 404;
      response.end(JSON.stringify(this.shownLedger ?? this.ledger.list()));
    });
    // The journey moves its clock on faster than time goes by, and the checker judges by the database's: it must not end in the future.
    world.clock.set(new Date(Date.now() - 3_600_000));
    this.source = new FakeDossierSource(world.clock);
    this.registry = new FakeRegistry(world.clock);
    this.partners = Object.fromEntries(PARTNER_IDS.map((id) => [id, new WitnessPartner(id, this.ledger)])) as Record<
      PartnerId,
      WitnessPartner
    >;
    this.partners.dvclt.onAcknowledged = (code) => this.source.takeOff(code);
    this.receiptDeps = { ...world.deps, signingKeys: fileSigningKeys(keyDir) };
    this.couriers = this.makeCouriers();
  }

  static async open(): Promise<SmallJourney> {
    const keyDir = mkdtempSync(join(tmpdir(), 'small-journey-'));
    ensureSigningKey(keyDir);
    const journey = new SmallJourney(await intakeWorld(), keyDir);
    await new Promise<void>((resolve) => journey.server.listen(0, '127.0.0.1', resolve));
    for (const courier of journey.couriers) courier.start();
    return journey;
  }

  get ledgerUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends the couriers; the database stays. */
  async stop(): Promise<void> {
    await Promise.all(this.couriers.map((courier) => courier.stop()));
  }

  async end(): Promise<void> {
    await this.stop();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.world.end();
    rmSync(this.keyDir, { recursive: true, force: true });
  }

  /** Files a new case at the source. @returns its code */
  list(more: Partial<FakeDossier> = {}): string {
    this.serial += 1;
    const code = more.code ?? `G22.99.08-260302-${String(this.serial).padStart(6, '0')}`;
    this.source.rows.push({ listId: `7${this.serial}`, ...more, code });
    return code;
  }

  /** Answers that a partner gives first, before it takes the message. */
  answer(partner: PartnerId, code: string, operation: string, answers: CallResult[]): void {
    this.partners[partner].script.set(`${code} ${operation}`, answers);
  }

  /** Polls the source, and carries everything. */
  async poll(): Promise<void> {
    this.world.clock.advance(1_000);
    const poll = new PollDossierSource(this.source, this.world.deps, { workerId: WORKER, everyMs: 0 });
    await poll.pollOnce(new AbortController().signal);
    await this.carry();
  }

  /** One person asks, another approves. */
  async giveUp(code: string): Promise<void> {
    const { deps, test } = this.world;
    const [{ id }] = await test.db.query<{ id: string }>(`select id from quarantine where item_key = $1`, [code]);
    const by = (person: string) => ({ actor: { id: person, type: 'person' as const }, idempotencyKey: uuidIds.next() });
    const asked = await requestGiveUp({ ids: [id] }, 'never to be mended', by('operator'), deps);
    await approveGiveUp({ requestId: asked.id, setDigest: asked.setDigest }, by('approver'), deps);
  }

  /** Decisions that the one-stop lists instead of handing them over. */
  async decideByPoll(codes: readonly string[], decision: Decision): Promise<void> {
    for (const dvclt of codes) {
      const position = this.decisions.rows.length + 1;
      this.decisions.rows.push({ position, dvclt, oneStop: oneStopCodeOf(dvclt), decision });
    }
    this.world.clock.advance(1_000);
    const poll = new PollDecisions(this.decisions, this.world.deps, { workerId: WORKER, everyMs: 0 });
    await poll.pollOnce(new AbortController().signal);
    await this.carry();
  }

  async decide(codes: readonly string[], decision: Decision): Promise<void> {
    for (const code of codes) {
      this.world.clock.advance(10);
      const oneStopCode = oneStopCodeOf(code);
      const body = {
        decision,
        decidedAt: rfc3339(this.world.clock.now()),
        officer: { name: 'CÁN BỘ MẪU' },
        note: 'Hồ sơ mẫu',
        oneStopCode,
      };
      await receiveDecision({ caller: CALLER, idempotencyKey: uuidIds.next(), code, body }, this.receiptDeps);
      this.ledger.record('onestop', 'decision', oneStopCode, decision);
    }
    await this.carry();
  }

  /** hộ tịch enters the cases in its books, and we fetch the results. */
  async register(codes: readonly string[]): Promise<void> {
    for (const code of codes) {
      this.registrations += 1;
      this.registry.complete(oneStopCodeOf(code), String(this.registrations));
      this.ledger.record('hotich', 'registration', oneStopCodeOf(code));
    }
    await this.pollRegistry();
  }

  async pollRegistry(): Promise<void> {
    this.world.clock.advance(20_000);
    await new PollRegistry(this.registry, this.world.deps, { workerId: WORKER }).pollOnce(new AbortController().signal);
    await this.carry();
  }

  /** Sequences, routes and delivers until nothing is due any more. */
  async carry(): Promise<void> {
    const { db } = this.world.test;
    const { clock } = this.world;
    await until(
      async () => {
        await sequenceBatch(db, 1_000);
        await this.route();
        const [left] = await db.query<{ busy: number; later: number; events: number }>(
          `select count(*) filter (where status in ('queued', 'in-flight') or due_at <= $1)::int as busy,
             count(*) filter (where due_at > $1)::int as later,
             (select count(*) from event_outbox)::int + (select count(*) from dossier where routed_seq < version)::int as events
           from delivery where status in ('queued', 'in-flight', 'waiting', 'unknown')
             and not exists (select 1 from delivery h where h.status = 'dead' and h.partner = delivery.partner and h.dossier_id = delivery.dossier_id)
             and not exists (select 1 from delivery h where h.status = 'unknown' and h.due_at is null and h.partner = delivery.partner and h.dossier_id = delivery.dossier_id)`,
          [clock.now()],
        );
        if (left.busy === 0 && left.later > 0) clock.advance(500);
        return left.busy + left.later + left.events === 0;
      },
      90_000,
      'the end of all deliveries',
    );
    await sequenceBatch(db, 1_000);
    await sealBatch(db, 10_000);
  }

  private async route(): Promise<void> {
    const { db } = this.world.test;
    const waiting = await db.query<{ id: string }>('select id from dossier where routed_seq < version');
    const { procedures, clock, syncLog } = this.world.deps;
    const registryWatch = createRegistryWatch(clock);
    const deps = { procedures, clock, ids: uuidIds, log: silentLog, registryWatch, syncLog };
    const ids = waiting.map((row) => row.id);
    await db.run((tx) => routeDossiers(tx, ids, deps));
  }

  private makeCouriers(): Courier[] {
    const { db, vault, syncLog, procedures, clock } = this.world.deps;
    const shared = { db, vault, syncLog, clock, ids: uuidIds, workerId: WORKER, random: () => 0.5, log: silentLog };
    const settleQueue = new SettleQueue(
      {
        ...shared,
        adapterOf: (partner) => this.partners[partner],
        applyOutcomes: (tx, commands, locked) =>
          applyCommands(tx, commands, { procedures, clock, ids: uuidIds }, locked),
      },
      { onSettled: () => undefined },
    );
    const fileTokens = {
      issueFileToken: async (_tx: unknown, file: { ref: string }) => `https://gateway.test/files/${file.ref}`,
    };
    const heartbeat = {
      get confirmedAt() {
        return clock.now();
      },
    };
    return PARTNER_IDS.map(
      (id) =>
        new Courier(
          { ...shared, adapter: this.partners[id], settleQueue, fileTokens, heartbeat, doorbell: this.doorbell },
          { pollMs: 10, gatherMs: 1 },
        ),
    );
  }
}
