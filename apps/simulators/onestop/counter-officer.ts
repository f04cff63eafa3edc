import { addWorkingDays } from '../server/date-formats';
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

/** The scripted officer of the counter: decides on a received dossier, hands a finished one over. */
export class CounterOfficer {
  constructor(
    private readonly world: World,
    private readonly desk: OfficerDesk,
  ) {}

  /** A dossier, or its supplement, lies on the desk. */
  takeUp(dossier: OnestopDossier): void {
    const reception = dossier.receptions;
    this.world.timers.after(officerDelayMs(this.world), () => {
      if (dossier.state === 1 && dossier.receptions === reception) this.decide(dossier, this.decisionFor(dossier));
    });
  }

  /** The result has come from hộ tịch. */
  finish(dossier: OnestopDossier): void {
    this.world.timers.after(officerDelayMs(this.world), () => {
      if (dossier.state === 9) this.decide(dossier, 'hand-over');
    });
  }

  /** Decides, by script or by hand. False where the dossier is closed. */
  decide(dossier: OnestopDossier, decision: Decision): boolean {
    if (FINAL_STATES.includes(dossier.state)) return false;
    const atMs = this.world.now();
    const at = { atMs, deadlineAtMs: decision === 'request-supplement' ? addWorkingDays(atMs, 7) : null };
    this.desk.store.enter(dossier, DECISIONS[decision].state);
    this.desk.feed.append(dossier, decision, at);
    if (this.desk.route === 'push') this.desk.push.submit(dossier, decision, at);
    return true;
  }

  private decisionFor({ dvcltCode, receptions }: OnestopDossier): Decision {
    const simCase = this.world.cases.find(dvcltCode);
    if (simCase?.asker !== 'onestop') return 'accept';
    if (simCase.scenario === 'refusal') return 'refuse';
    return simCase.scenario === 'supplement' && receptions === 1 ? 'request-supplement' : 'accept';
  }
}
