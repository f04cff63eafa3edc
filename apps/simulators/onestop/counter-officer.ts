import { addWorkingDays } from '../server/date-formats';
import type { CounterStep } from '../cases/case-script';
import { officerDelayMs, type World } from '../world';
import { DECISIONS, type Decision } from './decision';
import type { DecisionPush } from './decision-push';
import type { EventFeed } from './event-feed';
import { FINAL_STATES, type OnestopDossier } from './onestop-dossier';
import type { OnestopStore } from './onestop-store';

/** How decisions reach the gateway: pushed to its API, or only kept for its poll of `suKien`. */
export type DecisionRoute = 'push' | 'poll';

export interface OfficerDesk {
  readonly store: OnestopStore;
  readonly feed: EventFeed;
  readonly push: DecisionPush;
  readonly route: DecisionRoute;
}

/** States in which a dossier lies on the desk and waits for a decision: filed, and with its fee paid. */
const ON_DESK: readonly number[] = [1, 6];
/** They wait for nothing: the citizen changes his mind while the dossier is wherever it is. */
const AT_ANY_TIME: readonly CounterStep[] = ['withdraw', 'stop'];

export interface ByHand {
  readonly deadlineAtMs?: number;
  /** The gateway never hears of the decision: neither by a push nor in `suKien`. */
  readonly isUntold?: boolean;
}

/** The scripted officer of the counter: decides on a received dossier, hands a finished one over. */
export class CounterOfficer {
  /** Dossiers that the officer will look at, each with its latest look. */
  private readonly awaited = new Map<OnestopDossier, object>();

  constructor(
    private readonly world: World,
    private readonly desk: OfficerDesk,
  ) {}

  /** A dossier, or its supplement, lies on the desk. */
  takeUp(dossier: OnestopDossier): void {
    this.later(dossier, [1], () => this.follow(dossier, 'accept'));
  }

  /** The result has come from hộ tịch. */
  finish(dossier: OnestopDossier): void {
    this.later(dossier, [9], () => this.follow(dossier, 'hand-over'));
  }

  /** Decides by hand, now. Where the officer had yet to look at it, this takes the place of his next step. False where the dossier is closed. */
  decideByHand(dossier: OnestopDossier, decision: Decision, byHand: ByHand = {}): boolean {
    if (this.awaited.delete(dossier)) this.stepsOf(dossier).shift();
    return this.decide(dossier, decision, byHand);
  }

  /** Nobody looks at it any more. */
  drop(dossier: OnestopDossier): void {
    this.awaited.delete(dossier);
  }

  private decide(dossier: OnestopDossier, decision: Decision, { deadlineAtMs, isUntold }: ByHand = {}): boolean {
    if (FINAL_STATES.includes(dossier.state)) return false;
    const atMs = this.world.now();
    const asks = decision === 'request-supplement';
    const at = { atMs, deadlineAtMs: asks ? (deadlineAtMs ?? addWorkingDays(atMs, 7)) : null };
    this.desk.store.enter(dossier, DECISIONS[decision].state);
    if (isUntold === true) return true;
    this.desk.feed.append(dossier, decision, at);
    if (this.desk.route === 'push') this.desk.push.submit(dossier, decision, at);
    return true;
  }

  /** An officer's time later, unless the dossier has moved on meanwhile. */
  private later(dossier: OnestopDossier, from: readonly number[], act: () => void): void {
    const look = {};
    this.awaited.set(dossier, look);
    this.world.timers.after(officerDelayMs(this.world), () => {
      if (this.awaited.get(dossier) !== look) return;
      this.awaited.delete(dossier);
      if (from.includes(dossier.state)) act();
    });
  }

  private stepsOf({ dvcltCode }: OnestopDossier): CounterStep[] {
    return this.world.cases.find(dvcltCode)?.script.oneStop ?? [];
  }

  private follow(dossier: OnestopDossier, happyWay: Decision): void {
    const steps = this.stepsOf(dossier);
    const step = steps.shift() ?? happyWay;
    if (step === 'hold') return;
    this.decide(dossier, step);
    if (step === 'require-fee') this.later(dossier, ON_DESK, () => this.follow(dossier, happyWay));
    else if (steps.length > 0 && AT_ANY_TIME.includes(steps[0])) {
      this.later(dossier, [2, 4, 5], () => this.follow(dossier, happyWay));
    }
  }
}
