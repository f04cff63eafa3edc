import type { Check } from '../check';

/** What is referred to is in the vault. An erased payload keeps its row. */
export const checkPayloads: Check = ({ missingPayloads }) =>
  missingPayloads.map(({ ref, heldBy }) => ({
    code: 'lost.payload-missing',
    subject: ref,
    sentence: `${heldBy} refers to payload ${ref}, which the vault does not hold`,
  }));
