import { accept } from '../domain/accept';
import type { Command, Decision, RegistrationDelivery } from '../domain/commands';
import { evolve } from '../domain/evolve';
import type { DossierEvent } from '../domain/events';
import { PARTNER_IDS, type PartnerId } from '../domain/partners';
import type { Procedure } from '../domain/procedure';
import { isMoot, react, type PlannedDelivery } from '../domain/react';
import type { DossierState } from '../domain/state';
import { PortalStatus, RegistryStatus } from '../domain/statuses';
import { DvcltOrder, truePortalStatuses } from './truths';

/** What comes of one try of a delivery: an answer; a lost answer to what was applied, or to what never arrived. */
export type Fate = 'answered' | 'lost-applied' | 'lost-absent';

/** One thing that happens in the world of a dossier. */
export type Happening =
  | { do: 'decide'; decision: Decision; registryCodeGiven: boolean }
  | { do: 'route' }
  | { do: 'try'; partner: PartnerId; fate: Fate }
  | { do: 'registrar'; acts: 'process' | 'supplement' | 'complete' | 'complete-without-file' | 'refuse' }
  | { do: 'poll' }
  | { do: 'list-again'; isChanged: boolean };

interface StandingDelivery {
  planned: PlannedDelivery;
  cause: DossierEvent;
  causedSeq: number;
  status: 'queued' | 'unknown' | 'settled' | 'cancelled';
}

const START = Date.parse('2026-11-25T02:00:00Z');
const ONE_STOP_CODE = 'H99.101-261125-0001';
const ENDS: readonly Decision[] = ['withdraw', 'stop', 'refuse'];

/** A dossier between four partners, driven only by what the product lets happen: lanes in their order, a router that may lag, a poll that is
 *  not asked while a push is under way. No database, no wire: the pure decisions and, against them, witnesses of what each partner got. */
export class SmallWorld {
  state: DossierState | null = null;
  /** What a witness saw that must not be. */
  readonly faults: string[] = [];
  private readonly journal: { event: DossierEvent; at: string }[] = [];
  private routed: DossierState | null = null;
  private readonly lanes = new Map<PartnerId, StandingDelivery[]>(PARTNER_IDS.map((id) => [id, []]));
  private readonly dvcltOrder = new DvcltOrder();
  private readonly got = new Map<PartnerId, number>();
  private registry: { status: RegistryStatus; changedAt: string; hasFile: boolean } | undefined;
  private minute = 0;
  private contents = 1;
  /** A push may still arrive after the end only if it was out when the end came. */
  private mayArriveLate = false;

  constructor(private readonly procedure: Procedure) {
    this.apply({
      kind: 'receive',
      module: procedure.module,
      procedureCode: procedure.codes[0]?.code ?? '',
      unit: '00123',
      receivedAt: '2026-11-25T09:00:00+07:00',
      source: 'dvclt',
      dvcltCode: 'G22.99.08-261125-000001',
      contentRef: 'content-1',
      contentDigest: 'digest-1',
    });
  }

  happen(one: Happening): void {
    this.minute += 1;
    switch (one.do) {
      case 'decide':
        return this.decide(one.decision, one.registryCodeGiven);
      case 'route':
        return this.route();
      case 'try':
        return this.tryHead(one.partner, one.fate);
      case 'registrar':
        return this.registrarActs(one.acts);
      case 'poll':
        return this.poll();
      case 'list-again':
        return this.listAgain(one.isChanged);
    }
  }

  /** Everything that is due is routed and carried, and every call is answered. */
  comeToRest(): void {
    for (let round = 0; round < 100; round++) {
      this.happen({ do: 'poll' });
      this.happen({ do: 'route' });
      const open = PARTNER_IDS.filter((id) => this.headOf(id) !== undefined);
      if (open.length === 0) return;
      for (const partner of open) this.happen({ do: 'try', partner, fate: 'answered' });
    }
    this.faults.push('the world does not come to rest');
  }

  /** The number that a partner was told last. */
  lastTold(partner: 'dvclt' | 'dvcqg' | 'onestop'): number | undefined {
    return this.got.get(partner);
  }

  private get now(): string {
    return new Date(START + this.minute * 60_000).toISOString();
  }

  private apply(command: Command): readonly DossierEvent[] {
    const verdict = accept(this.state, command, this.procedure, new Date(this.now));
    if ('conflict' in verdict) return [];
    for (const event of verdict.events) {
      this.state = { ...evolve(this.state, event, this.now), id: 'dossier-1' };
      this.journal.push({ event, at: this.now });
    }
    return verdict.events;
  }

  private decide(decision: Decision, isCodeGiven: boolean): void {
    const registration = this.registrationStands();
    const isTaken =
      this.apply({
        kind: 'decide',
        decision,
        decidedAt: this.now,
        registration,
        ...(isCodeGiven ? { oneStopCode: ONE_STOP_CODE } : {}),
      }).length > 0;
    if (!isTaken || !this.state) return;
    this.resolveHandOver();
    if (ENDS.includes(decision)) this.end(this.state, registration);
  }

  private end(state: DossierState, registration: RegistrationDelivery): void {
    for (const lane of this.lanes.values()) {
      for (const one of lane) if (one.status === 'queued' && isMoot(one.planned, state)) one.status = 'cancelled';
    }
    this.mayArriveLate = registration === 'unknown';
    if (this.mayArriveLate && !state.attention) this.faults.push('an end over an unknown push calls nobody');
  }

  /** A decision that names the one-stop's code proves the hand-over (CONTRACTS §1.3). */
  private resolveHandOver(): void {
    const event = this.journal.at(-2)?.event;
    if (event?.type !== 'one-stop-code.assigned' || event.data.via !== 'decision') return;
    for (const one of this.lanes.get('onestop') ?? []) {
      if (one.status === 'unknown' && one.planned.operation === 'hand-over-dossier') one.status = 'settled';
    }
  }

  private registrationStands(): RegistrationDelivery {
    const own = this.lanes.get('hotich') ?? [];
    if (own.some((one) => one.status === 'unknown')) return 'unknown';
    if (own.some((one) => one.status === 'queued')) return 'unsent';
    return own.some((one) => one.status === 'settled') ? 'settled' : 'none';
  }

  private route(): void {
    for (let seq = this.routed?.version ?? 0; seq < this.journal.length; seq++) {
      const { event, at } = this.journal[seq];
      this.routed = { ...evolve(this.routed, event, at), id: 'dossier-1' };
      for (const planned of react(this.routed, event, this.procedure, at).deliveries) {
        const status = isMoot(planned, this.state!) ? 'cancelled' : 'queued';
        this.lanes.get(planned.partner)?.push({ planned, cause: event, causedSeq: seq + 1, status });
      }
    }
  }

  private headOf(partner: PartnerId): StandingDelivery | undefined {
    return this.lanes.get(partner)?.find((one) => one.status === 'queued' || one.status === 'unknown');
  }

  private tryHead(partner: PartnerId, fate: Fate): void {
    const head = this.headOf(partner);
    if (!head) return;
    // A probe of hộ tịch finds what has arrived: nothing is sent twice.
    const isFound = partner === 'hotich' && head.status === 'unknown' && this.hasArrived(head);
    if (fate !== 'lost-absent' && !isFound) this.arrive(head);
    if (fate === 'answered' || isFound) this.settle(head);
    else head.status = 'unknown';
  }

  private hasArrived({ planned }: StandingDelivery): boolean {
    if (!this.registry) return false;
    const answers = planned.facts.answersRequestAt;
    return (
      planned.facts.repush !== true ||
      this.registry.status !== RegistryStatus.SupplementRequired ||
      this.registry.changedAt > (answers ?? '')
    );
  }

  /** The partner gets the message. */
  private arrive({ planned, cause }: StandingDelivery): void {
    const { partner, operation, facts } = planned;
    if (partner === 'hotich') return this.arriveAtRegistry();
    if (operation === 'acknowledge-receipt') {
      if (cause.type === 'supplement.received') this.dvcltOrder.supplement();
      return;
    }
    if (operation === 'append-progress' || facts.status === undefined) return;
    if (partner === 'dvclt') this.witnessDvclt(facts.status);
    if (partner === 'dvcqg') return this.witnessPortal();
    if (partner === 'onestop') this.witnessOneStop(facts.status);
    this.got.set(partner, facts.status);
  }

  private witnessDvclt(status: number): void {
    // A repeat of the current status is no step (CONTRACTS §1.3 *DVCLT order*).
    if (this.got.get('dvclt') === status) return;
    const fault = this.dvcltOrder.push(status);
    if (fault) this.faults.push(`DVCLT got ${fault}`);
  }

  /** `DongBoHoSoMC` carries the state of now. */
  private witnessPortal(): void {
    const status = this.state!.portalStatus;
    if (!truePortalStatuses(this.state!).includes(status))
      this.faults.push(`the portal got ${status} in ${this.state!.state}`);
    this.got.set('dvcqg', status);
  }

  private witnessOneStop(status: number): void {
    const own: readonly number[] = [
      PortalStatus.Processing,
      PortalStatus.SupplementRequired,
      PortalStatus.NotReceived,
      PortalStatus.Processed,
    ];
    if (!own.includes(status)) this.faults.push(`the one-stop got ${status}`);
    if (this.state?.endedBy === 'one-stop' && this.state.state !== 'finished')
      this.faults.push(`the one-stop got ${status} after it had ended the dossier`);
  }

  private arriveAtRegistry(): void {
    const hasEnded = ['withdrawn', 'stopped', 'refused'].includes(this.state!.state);
    if (hasEnded && !this.mayArriveLate) this.faults.push('hộ tịch got a registration after the end');
    // A first push, or a changed one while hộ tịch waits for it; anything else is "đã được tiếp nhận" and changes nothing.
    if (this.registry && this.registry.status !== RegistryStatus.SupplementRequired) return;
    this.registry = { status: RegistryStatus.WaitingForAcceptance, changedAt: this.now, hasFile: false };
  }

  private settle(head: StandingDelivery): void {
    head.status = 'settled';
    const { partner, operation, facts } = head.planned;
    this.apply({
      kind: 'delivery-settled',
      partner,
      operation,
      outcome: 'accepted',
      at: this.now,
      causedSeq: head.causedSeq,
      ...(facts.status === undefined ? {} : { status: facts.status }),
      ...(facts.round === undefined ? {} : { round: facts.round }),
      ...(facts.repush === undefined ? {} : { repush: facts.repush }),
      ...(operation === 'hand-over-dossier' ? { oneStopCode: ONE_STOP_CODE } : {}),
      ...(operation === 'sync-dossier' ? { provenStatus: this.got.get('dvcqg') } : {}),
    });
  }

  private registrarActs(acts: Extract<Happening, { do: 'registrar' }>['acts']): void {
    const open = [RegistryStatus.WaitingForAcceptance, RegistryStatus.InProcess];
    const isWithoutFile = this.registry?.status === RegistryStatus.Completed && !this.registry.hasFile;
    if (!this.registry || !(open.includes(this.registry.status) || (isWithoutFile && acts === 'complete'))) return;
    const status = {
      process: RegistryStatus.InProcess,
      supplement: RegistryStatus.SupplementRequired,
      complete: RegistryStatus.Completed,
      'complete-without-file': RegistryStatus.Completed,
      refuse: RegistryStatus.Refused,
    }[acts];
    this.registry = { status, changedAt: this.now, hasFile: acts === 'complete' };
  }

  /** hộ tịch is asked from the first push on, while its lane is empty and no new push is due (CONTRACTS §1.3 *Polls*). */
  private poll(): void {
    const hasPushed = this.state?.registry.submitted === true && !this.state.registry.resubmitAwaited;
    if (!this.registry || !hasPushed || this.headOf('hotich')) return;
    const { status, changedAt, hasFile } = this.registry;
    const result = { registryCode: '00123/KS/17/01-2026', resultRef: 'result-1', resultDigest: 'digest-r' };
    this.apply({ kind: 'registry-reported', status, at: changedAt, changedAt, ...(hasFile ? { result } : {}) });
  }

  private listAgain(isChanged: boolean): void {
    if (isChanged) this.contents += 1;
    const number = isChanged ? this.contents : 1;
    this.apply({ kind: 'receive-again', contentRef: `content-${number}`, contentDigest: `digest-${number}` });
  }
}
