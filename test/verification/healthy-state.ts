import type { CallResult } from '#delivery';
import { ACCEPTED } from '../../libs/delivery/testing/scripted-partner';
import { SmallJourney } from './small-journey';

const RETRY: CallResult = { outcome: 'retry', wire: 'not-written', reasonCode: 'http.refused' };
const UNKNOWN: CallResult = { outcome: 'unknown', wire: 'written', reasonCode: 'http.timeout' };
const REFUSED: CallResult = { outcome: 'refused', wire: 'answered', reasonCode: 'portal.refused', httpStatus: 200 };
const UNREAD: CallResult = { outcome: 'unknown', wire: 'answered', reasonCode: 'text.unmatched', httpStatus: 200 };

/** Codes of dossiers by how they went. */
export interface HealthyState {
  journey: SmallJourney;
  finished: string[];
  /** At hộ tịch, which has not answered yet. */
  registering: string[];
  supplemented: string;
  withdrawn: string;
  repeated: string;
  changed: string;
  dead: string;
  unread: string;
  refusedForGood: string;
  /** Accepted by a decision that was polled. */
  polled: string;
  /** Accepted twice by polled decisions: the second is a conflict. */
  disallowed: string;
  /** Understood after it was in quarantine. */
  resolved: string;
  /** Given up by two persons. */
  givenUp: string;
  /** Still in quarantine. */
  quarantined: string;
}

/** A state with everything that may happen to dossiers and is no violation: straight paths, retries, unknown outcomes, a supplement, a
 *  withdrawal, repeats, a conflict, quarantine, a dead letter, a text for a person. @param finished how many go the whole way */
export async function healthyState(journey: SmallJourney, finished: number): Promise<HealthyState> {
  const straight = Array.from({ length: finished }, () => journey.list());
  const state = {
    journey,
    finished: straight,
    registering: [journey.list(), journey.list(), journey.list()],
    supplemented: journey.list(),
    withdrawn: journey.list(),
    repeated: journey.list(),
    changed: journey.list(),
    dead: journey.list(),
    unread: journey.list(),
    refusedForGood: journey.list(),
    polled: journey.list(),
    disallowed: journey.list(),
    resolved: journey.list({ failAt: 'inner' }),
    givenUp: journey.list({ failAt: 'inner' }),
    quarantined: journey.list({ failAt: 'inner' }),
  };
  script(state);
  await journey.poll();
  await journey.giveUp(state.givenUp);
  await seeAgain(state);
  const { supplemented, withdrawn, repeated, changed, dead, unread, refusedForGood, resolved, registering } = state;
  await journey.decide([supplemented], 'request-supplement');
  journey.list({ code: supplemented, declaration: { nksHoTen: 'TRẺ EM BỔ SUNG' } });
  await journey.poll();
  await journey.decide([withdrawn], 'withdraw');
  const registered = [...straight, supplemented, repeated, changed, resolved, dead, unread, refusedForGood];
  await journey.decide([...registered, ...registering], 'accept');
  await journey.decideByPoll([state.polled, state.disallowed], 'accept');
  await journey.decideByPoll([state.disallowed], 'accept');
  await journey.register([...registered, state.polled]);
  await journey.decide([...registered, state.polled], 'hand-over');
  await journey.stop();
  return state;
}

function script({ journey, finished, dead, unread, refusedForGood }: HealthyState): void {
  journey.answer('dvclt', finished[0], 'push-status', [RETRY, UNKNOWN]);
  journey.answer('hotich', finished[1], 'submit-registration', [UNKNOWN]);
  journey.answer('onestop', finished[2], 'hand-over-dossier', [UNKNOWN]);
  journey.answer('dvcqg', dead, 'append-progress', [ACCEPTED, REFUSED]);
  journey.answer('dvcqg', unread, 'append-progress', [UNREAD]);
  journey.answer('dvcqg', refusedForGood, 'append-progress', [{ ...REFUSED, laneGoesOn: true }]);
}

/** Listed again as it was, listed again with other content, and understood at last. */
async function seeAgain({ journey, repeated, changed, resolved }: HealthyState): Promise<void> {
  journey.list({ code: repeated });
  journey.list({ code: changed, declaration: { nksHoTen: 'TRẺ EM KHÁC' } });
  journey.source.takeOff(resolved);
  journey.list({ code: resolved });
  await journey.poll();
}
