import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabase } from '#testing';
import { assertPlanTransition, PLAN_ACTIONS, PLAN_SOURCES, PLAN_STATES, PLAN_TRANSITIONS } from './domain/plan';

const PAGE = readFileSync(join(__dirname, '../../docs/reference/states.md'), 'utf8');

describe('states of a replay plan', () => {
  it('are the same in code and in the database', async () => {
    const test = await testDatabase();
    const checked = async (column: string): Promise<string[]> => {
      const [row] = await test.db.query<{ definition: string }>(
        `select pg_get_constraintdef(oid) as definition from pg_constraint where conname = $1`,
        [`replay_plan_${column}_check`],
      );
      return [...row.definition.matchAll(/'([\w-]+)'/g)].map(([, value]) => value).sort();
    };
    expect(await checked('state')).toEqual([...PLAN_STATES].sort());
    expect(await checked('action')).toEqual([...PLAN_ACTIONS].sort());
    expect(await checked('source')).toEqual([...PLAN_SOURCES].sort());
    await test.drop();
  });

  it('change in the same ways in code and in the diagram', () => {
    const diagram = /## Replay plan[\s\S]*?```mermaid\n([\s\S]*?)```/.exec(PAGE)![1];
    const drawn = [...diagram.matchAll(/^\s*([\w-]+) --> ([\w-]+)/gm)].map(([, from, to]) => `${from} ${to}`);
    const coded = Object.entries(PLAN_TRANSITIONS).flatMap(([from, targets]) => targets.map((to) => `${from} ${to}`));
    expect(drawn.sort()).toEqual(coded.sort());
  });

  it('refuse every change that the table does not name', () => {
    for (const from of PLAN_STATES)
      for (const to of PLAN_STATES) {
        if (PLAN_TRANSITIONS[from].includes(to)) expect(() => assertPlanTransition(from, to)).not.toThrow();
        else expect(() => assertPlanTransition(from, to)).toThrow('cannot become');
      }
  });
});
