import type { Check } from '../check';
import { isDone } from '../deliveries';
import { legalAfter } from '../dvclt-path';

/** What DVCLT took of us, in the order of the lane, follows its rule. A step that was given up may have been taken: both are tried. */
export const checkDvcltOrder: Check = ({ deliveries }) => {
  let possible: ReadonlySet<number> = new Set([0]);
  for (const delivery of deliveries) {
    const { partner, operation, told, outcome, id, replayNumber } = delivery;
    if (partner !== 'dvclt' || operation !== 'push-status' || told === null) continue;
    // A step that DVCLT says it misses is told once more.
    const isRepeat = outcome === 'already-applied' || replayNumber > 0;
    const taken = legalAfter(possible, told, isRepeat);
    if (!isDone(delivery)) {
      possible = new Set([...possible, ...(taken ? [told] : [])]);
    } else if (taken) possible = new Set([told]);
    else {
      const sentence = `DVCLT took ${told} after ${[...possible].filter((one) => one > 0).join(' or ') || 'nothing'}`;
      return [{ code: 'out-of-order.dvclt-status', subject: id, sentence }];
    }
  }
  return [];
};
