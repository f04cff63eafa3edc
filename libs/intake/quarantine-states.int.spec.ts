import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '#testing';
import { REQUEST_STATES } from '#access';
import { QUARANTINE_STATES, QUARANTINE_TRANSITIONS } from './domain/quarantine-states';
import { setState } from './adapters/quarantine-groups';

const PAGE = readFileSync(join(__dirname, '../../docs/reference/states.md'), 'utf8');

/** Arrows of the diagram below a heading, without start and end. */
function drawn(heading: string): string[] {
  const [, below] = PAGE.split(`\n## ${heading}\n`);
  const [, text] = /```mermaid\n([\s\S]*?)```/.exec(below) ?? [];
  return [...text.matchAll(/^\s*([\w-]+) --> ([\w-]+)/gm)].map(([, from, to]) => `${from} ${to}`).sort();
}

describe('states of quarantine', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.drop());

  async function checked(table: string): Promise<string[]> {
    const [row] = await test.db.query<{ definition: string }>(
      `select pg_get_constraintdef(c.oid) as definition from pg_constraint c where c.conrelid = $1::regclass and c.conname = $2`,
      [table, `${table}_state_check`],
    );
    return [...row.definition.matchAll(/'([\w-]+)'/g)].map(([, value]) => value).sort();
  }

  it('are the same in code and in the database', async () => {
    expect(await checked('quarantine')).toEqual([...QUARANTINE_STATES].sort());
    expect(await checked('quarantine_request')).toEqual([...REQUEST_STATES].sort());
  });

  it('change in the same ways in code and in the diagrams', () => {
    const coded = Object.entries(QUARANTINE_TRANSITIONS).flatMap(([from, all]) => all.map((to) => `${from} ${to}`));
    expect(drawn('Item in quarantine')).toEqual(coded.sort());
    expect(drawn('Request to give items up')).toEqual(['open approved', 'open withdrawn']);
  });

  it.each(QUARANTINE_STATES.flatMap((from) => QUARANTINE_STATES.map((to) => [from, to] as const)))(
    'let an item go from %s to %s only when the table names it',
    async (from, to) => {
      const [{ id }] = await test.db.query<{ id: string }>(
        `insert into quarantine (id, source, item_key, codes, stage, reason_code, reason, responsible, first_seen, last_seen, seen, state)
         values (gen_random_uuid(), 'dvclt', gen_random_uuid()::text, '{}', 'xml', 'broken', 'broken', 'dvclt', now(), now(), 1, $1) returning id`,
        [from],
      );
      const change = test.db.run((tx) => setState(tx, [id], to));
      if (QUARANTINE_TRANSITIONS[from].includes(to)) await expect(change).resolves.toBeUndefined();
      else await expect(change).rejects.toMatchObject({ code: 'quarantine-transition-forbidden' });
    },
  );
});
