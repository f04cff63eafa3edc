import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '#testing';
import {
  assertTransition,
  DELIVERY_STATUSES,
  DELIVERY_TRANSITIONS,
  LANE_STATES,
  LANE_TRANSITIONS,
} from './domain/transitions';
import { BREAKER_STATES } from './domain/breaker';
import { HOLD_STATES, HOLD_TRANSITIONS } from './domain/hold';

const PAGE = readFileSync(join(__dirname, '../../docs/reference/states.md'), 'utf8');

/** Arrows of the n-th diagram, without start and end. */
function drawn(diagram: number): string[] {
  const text = [...PAGE.matchAll(/```mermaid\n([\s\S]*?)```/g)][diagram][1];
  return [...text.matchAll(/^\s*([\w-]+) --> ([\w-]+)/gm)].map(([, from, to]) => `${from} ${to}`).sort();
}

function coded(table: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(table)
    .flatMap(([from, targets]) => targets.map((to) => `${from} ${to}`))
    .sort();
}

describe('states of deliveries, lanes and holds', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.drop());

  /** Texts in the CHECK constraint of one column, from the real catalogue. */
  async function checked(table: string, column: string): Promise<string[]> {
    const [row] = await test.db.query<{ definition: string }>(
      `select pg_get_constraintdef(c.oid) as definition from pg_constraint c
       where c.conrelid = $1::regclass and c.contype = 'c' and c.conname = $2`,
      [table, `${table}_${column}_check`],
    );
    return [...row.definition.matchAll(/'([\w-]+)'/g)].map(([, value]) => value).sort();
  }

  it('are the same in code and in the database', async () => {
    expect(await checked('delivery', 'status')).toEqual([...DELIVERY_STATUSES].sort());
    expect(await checked('lane', 'state')).toEqual([...LANE_STATES].sort());
    expect(await checked('hold', 'state')).toEqual([...HOLD_STATES].sort());
    expect(await checked('partner_state', 'breaker')).toEqual([...BREAKER_STATES].sort());
  });

  it('change in the same ways in code and in the diagrams', () => {
    expect(drawn(0)).toEqual(coded(DELIVERY_TRANSITIONS));
    expect(drawn(1)).toEqual(coded(LANE_TRANSITIONS));
    expect(drawn(2)).toEqual(coded(HOLD_TRANSITIONS));
  });

  it('refuse every change that the table does not name', () => {
    for (const from of DELIVERY_STATUSES) {
      for (const to of DELIVERY_STATUSES) {
        if (from === to || DELIVERY_TRANSITIONS[from].includes(to))
          expect(() => assertTransition(from, to)).not.toThrow();
        else expect(() => assertTransition(from, to)).toThrow(`${from} to ${to}`);
      }
    }
  });
});
