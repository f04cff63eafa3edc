import type { SeededRandom } from '../../apps/simulators/server/seeded-random';
import type { SearchPage } from '../../libs/synclog/search/app/search-entries';
import type { Facet, SearchFilter, Term } from '../../libs/synclog/search/domain/search-filter';
import {
  deliveryIdOf,
  dossierIdOf,
  dossiersOf,
  EVERY_MS,
  oneStopCodeOf,
  planIdOf,
  RARE,
  registryCodeOf,
  START,
  UNITS,
} from './synthetic-log';

type Asked = { filter: SearchFilter } & Partial<Pick<SearchPage, 'order' | 'after'>>;

export interface KindOfSearch {
  name: string;
  /** @param count entries in the log */
  ask(random: SeededRandom, count: number): Asked;
}

const HOUR_MS = 3_600_000;

const where = (...terms: [Facet, string][]): SearchFilter => ({
  all: terms.map(([facet, value]): Term[] => [{ facet, value }]),
});
const aUnit = (random: SeededRandom): string => String(random.integer(1, UNITS)).padStart(5, '0');
const aDossier = (random: SeededRandom, count: number): number => random.integer(0, dossiersOf(count) - 1);
const aCode = (random: SeededRandom, count: number): string => oneStopCodeOf(aDossier(random, count));

function anHour(random: SeededRandom, count: number): Pick<SearchFilter, 'since' | 'until'> {
  const sinceMs = START.getTime() + random.integer(0, Math.max(0, count * EVERY_MS - HOUR_MS));
  return { since: new Date(sinceMs), until: new Date(sinceMs + HOUR_MS) };
}

/** The same each time. */
function same(name: string, ...terms: [Facet, string][]): KindOfSearch {
  return { name, ask: () => ({ filter: where(...terms) }) };
}

/** One value of a facet, drawn each time. */
function drawn(name: string, facet: Facet, valueOf: (random: SeededRandom, count: number) => string): KindOfSearch {
  return { name, ask: (random, count) => ({ filter: where([facet, valueOf(random, count)]) }) };
}

const FREQUENT: [Facet, string][] = [
  ['kind', 'attempt.settled'],
  ['partner', 'hotich'],
  ['operation', 'submit-registration'],
  ['outcome', 'accepted'],
];

const ONE_FACET: readonly KindOfSearch[] = [
  drawn('code', 'code', aCode),
  drawn('registry code', 'code', (random, count) => registryCodeOf(aDossier(random, count))),
  same('a code that nobody has', ['code', 'nobody']),
  drawn('dossier id', 'dossierId', (random, count) => dossierIdOf(aDossier(random, count))),
  drawn('unit', 'unit', aUnit),
  same('partner', ['partner', 'dvclt']),
  same('operation', ['operation', 'append-progress']),
  same('procedure', ['procedure', 'birth-group']),
  same('outcome', ['outcome', 'accepted']),
  same('outcome, one in a hundred', ['outcome', 'unknown']),
  same('kind', ['kind', 'attempt.settled']),
  same(`kind, one in ${RARE.kind}`, ['kind', 'hold.placed']),
  same('actor', ['actor', 'courier']),
  same(`actor, one in ${RARE.kind}`, ['actor', 'operator-7']),
  same('cause', ['cause', 'answer.accepted']),
  same(`cause, one in ${RARE.cause}`, ['cause', 'rare.cause']),
  drawn('delivery', 'delivery', (random, count) => deliveryIdOf(aDossier(random, count), 3)),
  drawn('plan', 'plan', (random, count) => planIdOf(random.integer(0, Math.floor((count - 1) / RARE.plan)))),
];

const SEVERAL: readonly KindOfSearch[] = [
  same('four that often meet', ...FREQUENT),
  same('two frequent that never meet', ['partner', 'hotich'], ['operation', 'append-progress']),
  same('five frequent that never meet', ...FREQUENT, ['cause', 'dvclt.done']),
  same('rare kind and frequent partner', ['kind', 'hold.placed'], ['partner', 'dvclt']),
  {
    name: 'rare cause and unit',
    ask: (random) => ({ filter: where(['cause', 'rare.cause'], ['unit', aUnit(random)]) }),
  },
  {
    name: 'code and outcome',
    ask: (random, count) => ({ filter: where(['code', aCode(random, count)], ['outcome', 'retry']) }),
  },
  {
    name: 'rare kind in three communes',
    ask: (random) => {
      const units = [1, 2, 3].map((): Term => ({ facet: 'unit', value: aUnit(random) }));
      return { filter: { all: [...where(['kind', 'hold.placed']).all, units] } };
    },
  },
];

const TIMES_AND_PAGES: readonly KindOfSearch[] = [
  same('everything'),
  { name: 'an hour', ask: (random, count) => ({ filter: { all: [], ...anHour(random, count) } }) },
  {
    name: 'unit and an hour',
    ask: (random, count) => ({ filter: { ...where(['unit', aUnit(random)]), ...anHour(random, count) } }),
  },
  {
    name: 'partner, a page far back',
    ask: (random, count) => ({ filter: where(['partner', 'dvclt']), after: random.integer(1, count - 1) }),
  },
  {
    name: 'unit, oldest first',
    ask: (random) => ({ filter: where(['unit', aUnit(random)]), order: 'oldest' }),
  },
];

export const KINDS_OF_SEARCH: readonly KindOfSearch[] = [...ONE_FACET, ...SEVERAL, ...TIMES_AND_PAGES];
