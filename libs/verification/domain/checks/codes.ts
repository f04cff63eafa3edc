import type { Check, Subject } from '../check';
import type { CodeRow } from '../dossier-record';

/** A dossier is found by the codes that its journal gives it, and by no others. */
export const checkCodes: Check = (subject) => {
  const given = codesGiven(subject);
  if (!given) return [];
  const found = new Set(subject.codes.map(textOf));
  const expected = new Set(given.map(textOf));
  // A number that another dossier has already leads there; a person was told (discrepancy `registry-code-taken`).
  const isTaken = subject.journal.some(
    ({ event }) => event.type === 'discrepancy.found' && event.data.class === 'registry-code-taken',
  );
  return [
    ...given
      .filter((code) => !found.has(textOf(code)) && !(isTaken && code.system === 'registry'))
      .map((code) => ({
        code: 'lost.code-missing' as const,
        subject: code.code,
        sentence: `the ${code.system} code ${code.code} does not lead to this dossier`,
      })),
    ...subject.codes
      .filter((code) => !expected.has(textOf(code)))
      .map((code) => ({
        code: 'unexplained.code' as const,
        subject: code.code,
        sentence: `the ${code.system} code ${code.code} leads here, and no event gave it`,
      })),
  ];
};

function codesGiven({ states }: Subject): CodeRow[] | undefined {
  const codes = states.at(-1)?.codes;
  return (
    codes && [
      { system: 'dvclt', code: codes.dvclt },
      ...(codes.oneStop ? [{ system: 'one-stop' as const, code: codes.oneStop }] : []),
      ...codes.registry.map((code) => ({ system: 'registry' as const, code })),
    ]
  );
}

function textOf({ system, code }: CodeRow): string {
  return `${system} ${code}`;
}
