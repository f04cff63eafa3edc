import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '#testing';
import { REQUEST_STATES } from '#access';

const PAGE = readFileSync(join(__dirname, '../../docs/reference/states.md'), 'utf8');

describe('states of a request of a person', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.drop());

  it('are the same in code, in the database and in the diagram', async () => {
    const [row] = await test.db.query<{ definition: string }>(
      `select pg_get_constraintdef(oid) as definition from pg_constraint
       where conrelid = 'person_request'::regclass and conname = 'person_request_state_check'`,
    );
    const checked = [...row.definition.matchAll(/'([\w-]+)'/g)].map(([, value]) => value).sort();
    expect(checked).toEqual([...REQUEST_STATES].sort());
    const [, below] = PAGE.split('\n## Request of a person\n');
    const [, text] = /```mermaid\n([\s\S]*?)```/.exec(below) ?? [];
    const drawn = [...text.matchAll(/^\s*([\w-]+) --> ([\w-]+)/gm)].map(([, from, to]) => `${from} ${to}`).sort();
    expect(drawn).toEqual(['open approved', 'open withdrawn']);
  });

  it.each([
    ['approved, without who approved it', `state = 'approved'`],
    ['withdrawn, without when', `state = 'withdrawn'`],
    ['open, with when it was taken back', `withdrawn_at = now()`],
    ['withdrawn and approved', `state = 'withdrawn', withdrawn_at = now(), approved_by = 'approver'`],
  ])('never are %s', async (_name, change) => {
    await expect(
      test.db.run(async (tx) => {
        const [{ id }] = await tx.query<{ id: string }>(
          `insert into person_request (id, kind, dossiers, set_digest, reason, requested_by, requested_at, expires_at, state)
           values (gen_random_uuid(), 'erase', '{}', 'none', 'letter', 'operator', now(), now(), 'open') returning id`,
        );
        await tx.execute(`update person_request set ${change} where id = $1`, [id]);
      }),
    ).rejects.toMatchObject({ code: '23514' });
  });
});
