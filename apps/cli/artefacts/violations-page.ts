import { CATALOGUE, VIOLATION_KINDS, type ViolationKind } from '#verification';

const TITLES: Readonly<Record<ViolationKind, string>> = {
  lost: 'Lost: something that happened is missing',
  doubled: 'Doubled: something happened twice that happens once',
  'out-of-order': 'Out of order: something overtook something else',
  stuck: 'Stuck: something waits without a reason',
  unexplained: 'Unexplained: something is there that nothing explains',
};

/** `docs/reference/violations.md`: what `lienthong verify state` may find, what it means, and what to do. */
export function violationsPage(): string {
  const sections = VIOLATION_KINDS.map((kind) => {
    const rows = Object.entries(CATALOGUE)
      .filter(([code]) => code.startsWith(`${kind}.`))
      .map(([code, { means, remedy }]) => `| \`${code}\` | ${means} | ${remedy} |`);
    return [`## ${TITLES[kind]}`, '', '| code | what it means | what to do |', '| --- | --- | --- |', ...rows].join(
      '\n',
    );
  });
  return `${[HEAD, ...sections].join('\n\n')}\n`;
}

const HEAD = `# Violations

What [\`lienthong verify state\`](../how-to/check-the-state.md) may find. Codes are stable. Each is planted in a real database by
\`test/verification/planted.int.spec.ts\`, which sees it named. Generated from \`libs/verification/domain/catalogue.ts\`.`;
