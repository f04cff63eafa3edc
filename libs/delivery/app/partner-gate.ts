import type { PartnerId } from '#dossier';
import { codeOf, type Clock, type Database, type Log, type Random } from '#platform';
import {
  closeCircuit,
  giveTrialBack,
  noteUp,
  openCircuit,
  readGate,
  reopenCircuit,
  takeTrial,
} from '../adapters/breaker-store';
import { CLOSED, isTrialDue, openForMs, openSlots, signOf, TRIAL_LANES, type BreakerState } from '../domain/breaker';
import { slotShare, type WorkerPlace } from '../domain/slot-share';
import type { CallResult, PartnerPolicy } from '../ports';

export interface PartnerGateDeps {
  db: Database;
  partner: PartnerId;
  workerId: string;
  policy: PartnerPolicy;
  clock: Clock;
  random: Random;
  log: Log;
}

/** What a courier may do now. */
export interface Permission {
  /** Lanes that may be under way at once. */
  slots: number;
  /** Some of the partner's holds let lanes go. */
  isDraining: boolean;
}

/** Between two looks at the shared state, ms; another worker's news is that old at most. */
const LOOK_MS = 250;
/** Until a trial that had nothing to send is taken again, ms. */
const IDLE_TRIAL_MS = 500;
/** Between two notes that the partner answers, ms. */
const NOTE_UP_MS = 1_000;

/** One worker's side of the circuit that all workers share (DESIGN §7): it reads the state before claims, and tells what its calls came to. A
 *  circuit opens when so many different dossiers in a row, and nobody in between, were not answered; a single dossier that never gets
 *  through opens none. While it is open nothing is sent, so that no delivery uses up its tries on an outage. */
export class PartnerGate {
  private breaker: BreakerState = CLOSED;
  private isDraining = false;
  private isDayUsedUp = false;
  private place: WorkerPlace = { workers: 1, before: 0 };
  private nextLookAt = 0;
  private nextNoteAt = 0;
  private hasTrial = false;
  private readonly silent = new Set<string>();
  private silentSince: Date | undefined;

  constructor(private readonly deps: PartnerGateDeps) {}

  /** @throws what the database throws */
  async permission(): Promise<Permission> {
    const { db, partner, workerId, policy, clock } = this.deps;
    if (performance.now() >= this.nextLookAt) {
      const { breaker, isDraining, dayUsed, place } = await readGate(db, { partner, workerId, now: clock.now() });
      this.place = place;
      this.breaker = breaker;
      this.isDraining = isDraining;
      this.isDayUsedUp = policy.perDay !== null && dayUsed >= policy.perDay;
      // While a hold drains it is looked at each time: its rate is kept there.
      this.nextLookAt = performance.now() + (isDraining ? 0 : LOOK_MS);
    }
    // Tries are not used up on a day whose calls are.
    if (this.isDayUsedUp) return { slots: 0, isDraining: false };
    const now = clock.now();
    if (!isTrialDue(this.breaker, now)) {
      const share = slotShare(policy.maxConcurrency, this.place);
      return {
        slots: Math.min(share, openSlots(policy.maxConcurrency, this.breaker, now)),
        isDraining: this.isDraining,
      };
    }
    const until = new Date(now.getTime() + 2 * policy.deadlineMs);
    const isOurs = await takeTrial(db, { partner, now, until });
    this.breaker = { ...this.breaker, status: 'half-open', until };
    this.hasTrial = isOurs;
    return { slots: isOurs ? Math.min(TRIAL_LANES, policy.maxConcurrency) : 0, isDraining: this.isDraining };
  }

  /** The trial found nothing to send: whoever has something next tries. */
  async nothingToTry(): Promise<void> {
    if (!this.hasTrial) return;
    this.hasTrial = false;
    const until = new Date(this.deps.clock.now().getTime() + IDLE_TRIAL_MS);
    this.breaker = { ...this.breaker, until };
    await giveTrialBack(this.deps.db, { partner: this.deps.partner, until });
  }

  /** What a call of this worker came to. Never throws: what could not be written is told by a later call. */
  async tell(dossierId: string, call: CallResult): Promise<void> {
    const sign = signOf(call);
    try {
      if (sign === 'up') await this.isUp();
      else if (sign === 'down') await this.isDown(dossierId);
    } catch (error) {
      this.deps.log.warn('breaker.not-written', { partner: this.deps.partner, code: codeOf(error) });
    }
  }

  private async isUp(): Promise<void> {
    const { db, partner, clock, log } = this.deps;
    this.forgetSilence();
    this.hasTrial = false;
    if (this.breaker.status !== 'closed') {
      const now = clock.now();
      this.breaker = { ...CLOSED, closedAt: now };
      if (await closeCircuit(db, partner, now)) log.info('breaker.closed', { partner });
      this.nextLookAt = 0;
    } else if (performance.now() >= this.nextNoteAt) {
      this.nextNoteAt = performance.now() + NOTE_UP_MS;
      await noteUp(db, partner, clock.now());
    }
  }

  private async isDown(dossierId: string): Promise<void> {
    const { db, partner, policy, clock, random, log } = this.deps;
    const now = clock.now();
    this.silent.add(dossierId);
    this.silentSince ??= now;
    // What was sent before the circuit opened may end late: it is no word about the trial.
    if (this.breaker.status === 'half-open' && this.hasTrial) {
      this.hasTrial = false;
      const openings = this.breaker.openings + 1;
      const until = new Date(now.getTime() + openForMs(openings, policy.breaker, random()));
      this.breaker = { ...this.breaker, status: 'open', until, openings };
      if (await reopenCircuit(db, { partner, until }))
        log.warn('breaker.still-open', { partner, until: until.toISOString() });
    } else if (this.breaker.status === 'closed' && this.silent.size >= policy.breaker.lanes) {
      const until = new Date(now.getTime() + openForMs(1, policy.breaker, random()));
      const isOpened = await openCircuit(db, { partner, until, downSince: this.silentSince });
      if (!isOpened) {
        // Others are answered, so it may be our own line: these silences count no longer.
        this.forgetSilence();
        this.nextLookAt = 0;
        return;
      }
      this.breaker = { status: 'open', until, openings: 1, closedAt: null };
      log.warn('breaker.opened', { partner, lanes: this.silent.size, until: until.toISOString() });
    }
  }

  private forgetSilence(): void {
    this.silent.clear();
    this.silentSince = undefined;
  }
}
