import type { DossierState } from '#dossier';
import { canonicalBytes } from '#platform';
import type { Check, Subject } from '../check';
import type { Finding } from '../violation';

/** The stored dossier is the fold of its journal, and so is what the router knows of it. */
export const checkProjection: Check = (subject) => {
  const { dossier, states, journal } = subject;
  if (states.length < journal.length || states.length < dossier.version) return [];
  return [
    ...sameAsFold('unexplained.projection', dossier.projection, states[dossier.version - 1]),
    ...routedAsFold(subject),
  ];
};

function routedAsFold({ dossier, states }: Subject): Finding[] {
  const { routedSeq, routedProjection } = dossier;
  if (routedSeq === 0 && routedProjection === null) return [];
  return sameAsFold('unexplained.routed-projection', routedProjection, states[routedSeq - 1]);
}

function sameAsFold(
  code: 'unexplained.projection' | 'unexplained.routed-projection',
  stored: DossierState | null,
  folded: DossierState | undefined,
): Finding[] {
  const differing = differingMembers({ ...stored }, { ...folded });
  return differing.length === 0
    ? []
    : [{ code, sentence: `stored and journal differ in ${differing.slice(0, 5).join(', ')}` }];
}

/** Names only: a value might be anything. */
function differingMembers(
  stored: Readonly<Record<string, unknown>>,
  folded: Readonly<Record<string, unknown>>,
): string[] {
  return [...new Set([...Object.keys(stored), ...Object.keys(folded)])]
    .filter((name) => !isSame(stored[name], folded[name]))
    .sort();
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalBytes(one).equals(canonicalBytes(other));
}
