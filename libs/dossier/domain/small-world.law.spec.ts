import { join } from 'node:path';
import fc from 'fast-check';
import { LAW_SEED, lawRun } from '#testing';
import { loadProcedures } from '../adapters/load-procedures';
import { SmallWorld, type Fate, type Happening } from '../testing/small-world';
import { DECISIONS } from './commands';
import { DOSSIER_STATES, type DossierStateName } from './events';
import { PARTNER_IDS } from './partners';

const procedures = loadProcedures(join(__dirname, '../../../config'));
const RUN = lawRun(300, 10_000);

const fate = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fate>('answered') },
  { weight: 2, arbitrary: fc.constant<Fate>('lost-applied') },
  { weight: 1, arbitrary: fc.constant<Fate>('lost-absent') },
);
const decision = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('accept' as const, 'hand-over' as const) },
  { weight: 1, arbitrary: fc.constantFrom(...DECISIONS) },
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Happening>({ do: 'route' }) },
  {
    weight: 14,
    arbitrary: fc.record({ do: fc.constant('try' as const), partner: fc.constantFrom(...PARTNER_IDS), fate }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('decide' as const), decision, registryCodeGiven: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('registrar' as const),
      acts: fc.constantFrom(
        'process' as const,
        'supplement' as const,
        'complete' as const,
        'complete' as const,
        'complete-without-file' as const,
        'refuse' as const,
      ),
    }),
  },
  { weight: 5, arbitrary: fc.constant<Happening>({ do: 'poll' }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('list-again' as const), isChanged: fc.boolean() }) },
);

/** Some things happen, then everything that is due is carried, then some more. */
const phases = fc.array(fc.array(happening, { maxLength: 30 }), { minLength: 1, maxLength: 5 });

/** The last number that DVCLT must have been told when everything that is due has been carried. */
const LAST_AT_DVCLT: Readonly<Record<DossierStateName, readonly (number | undefined)[]>> = {
  received: [undefined],
  'with-one-stop': [1, 2],
  'awaiting-supplement': [2],
  'with-registry': [7],
  registered: [4],
  finished: [5],
  refused: [6],
  // No value is known for these: what was true before stays (CONTRACTS §2).
  withdrawn: [1, 2, 3, 7],
  stopped: [1, 2, 3, 7],
};

describe.each(procedures.map((procedure) => [procedure.id, procedure] as const))(
  `laws of a dossier between its partners, %s, seed ${LAW_SEED}`,
  (_id, procedure) => {
    it('whatever is lost, late or decided in between, no partner is told what it may not be told [Q13 Q14]', () => {
      const states = new Set<string>();
      fc.assert(
        fc.property(phases, (course) => {
          const world = new SmallWorld(procedure);
          for (const happenings of course) {
            for (const one of happenings) world.happen(one);
            world.comeToRest();
            expect(world.faults).toEqual([]);
            const { state, portalStatus } = world.state!;
            expect(LAST_AT_DVCLT[state]).toContain(world.lastTold('dvclt'));
            expect(world.lastTold('dvcqg')).toBe(portalStatus);
            states.add(state);
          }
        }),
        RUN,
      );
      // At rest the hand-over has been answered, so that none is merely received.
      expect([...states].sort()).toEqual(DOSSIER_STATES.filter((state) => state !== 'received').sort());
    });
  },
);
