import type { Check } from '../check';
import type { Finding } from '../violation';

/** The columns by which dossiers are searched say what the projection says. */
export const checkColumns: Check = ({ dossier }) => {
  const { projection } = dossier;
  const differing = (['procedure', 'module', 'unit', 'state', 'version'] as const).filter(
    (name) => dossier[name] !== projection[name],
  );
  const findings: Finding[] =
    differing.length === 0
      ? []
      : [{ code: 'unexplained.columns', sentence: `column and projection differ in ${differing.join(', ')}` }];
  // A blocked routing calls for a person without an event in the journal: it has a code of its own.
  if (dossier.routingBlocked === null && dossier.attention !== projection.attention) {
    const sentence = dossier.attention
      ? 'the dossier calls for a person, and nothing in its journal does'
      : 'something in the journal calls for a person, and the dossier does not';
    findings.push({ code: 'unexplained.attention', sentence });
  }
  return findings;
};
