import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabase } from '#testing';
import { DISCREPANCY_STATES } from './domain/discrepancy';
import { RECONCILIATION_CAUSES, RECONCILIATION_STATES, RECONCILIATION_TRANSITIONS } from './domain/reconciliation';

const PAGE = readFileSync(join(__dirname, '../../docs/reference/states.md'), 'utf8');

function drawn(section: string): string[] {
  const diagram = new RegExp(`## ${section}[\\s\\S]*?\`\`\`mermaid\\n([\\s\\S]*?)\`\`\``).exec(PAGE)![1];
  return [...diagram.matchAll(/^\s*([\w-]+) --> ([\w-]+)/gm)].map(([, from, to]) => `${from} ${to}`).sort();
}

describe('states of a reconciliation and of a difference', () => {
  it('are the same in code and in the database', async () => {
    const test = await testDatabase();
    const checked = async (name: string): Promise<string[]> => {
      const [row] = await test.db.query<{ definition: string }>(
        `select pg_get_constraintdef(oid) as definition from pg_constraint where conname = $1`,
        [name],
      );
      return [...row.definition.matchAll(/'([\w-]+)'/g)].map(([, value]) => value).sort();
    };
    expect(await checked('reconciliation_state_check')).toEqual([...RECONCILIATION_STATES].sort());
    expect(await checked('reconciliation_cause_check')).toEqual([...RECONCILIATION_CAUSES].sort());
    expect(await checked('discrepancy_state_check')).toEqual([...DISCREPANCY_STATES].sort());
    await test.drop();
  });

  it('change in the same ways in code and in the diagrams', () => {
    const coded = Object.entries(RECONCILIATION_TRANSITIONS).flatMap(([from, targets]) =>
      targets.map((to) => `${from} ${to}`),
    );
    expect(drawn('Reconciliation')).toEqual(coded.sort());
    expect(drawn('Difference')).toEqual(['open closed']);
  });
});
