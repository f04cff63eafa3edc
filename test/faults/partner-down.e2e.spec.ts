import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation, type DossierAnswer } from '../support/installation';
import { lienthong } from '../support/installed-cli';
import { until } from '../support/until';

const SEED = 20261126;
/** Every call, log-ins and polls too. */
const REGISTRY_IS_DOWN = { system: 'hotich', switch: 'noise', value: { form: 'html', status: 503 } };

interface Hold {
  id: string;
  state: string;
  placedBy: string;
  deliveries: number;
  lanes: number;
  drainSeconds: number | null;
}

describe('a partner that is down', () => {
  let installation: Installation;
  let before: DossierAnswer[] = [];
  const cli = (...args: string[]): Promise<Hold> => lienthong(installation, args);
  const breaker = async (): Promise<string> =>
    (await installation.get<{ items: { id: string; breaker: string }[] }>('/partners'))!.items.find(
      ({ id }) => id === 'hotich',
    )!.breaker;
  const holdEvents = async (): Promise<string[]> => {
    const { items } = (await installation.get<{ items: { type: string }[] }>('/feed?after=0&limit=200', 'oneStop'))!;
    return items.map(({ type }) => type).filter((type) => type.includes('.hold.'));
  };
  /** Times of all registrations, ms. */
  const registrations = async (): Promise<number[]> =>
    (await installation.ledger('hotich'))
      .filter(({ kind }) => kind === 'registration')
      .flatMap(({ at }) => at.map((time) => Date.parse(String(time))))
      .sort((a, b) => a - b);
  /** Everything else is told: DVCLT knows that the one-stop accepted, the portal that it is under way. */
  async function untilOnlyRegistryIsLeft(codes: readonly string[]): Promise<void> {
    const isAtRest = ({ state, statuses, pendingDeliveries }: DossierAnswer): boolean =>
      state === 'with-registry' && statuses.dvclt === 3 && pendingDeliveries === 1;
    await until(
      async () => {
        const dossiers = await Promise.all(codes.map((code) => installation.dossier(code)));
        return dossiers.every((dossier) => dossier !== undefined && isAtRest(dossier));
      },
      60_000,
      'dossiers that wait for hộ tịch alone',
    );
  }

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
  }, 120_000);
  afterAll(() => installation?.remove(), 120_000);

  it('can be held: work accumulates, others notice nothing, and it drains in order at a rate after one went first', async () => {
    const placed = await cli('hold', 'place', 'hotich', '--reason', 'no answer since 09:10');
    expect(placed).toMatchObject({ state: 'in-force', placedBy: 'operator' });
    const codes = await installation.fileCases('birth', 7, SEED);
    await untilOnlyRegistryIsLeft(codes);
    expect(await registrations()).toEqual([]);
    expect(await cli('hold', 'show', placed.id)).toMatchObject({ state: 'in-force', deliveries: 7, lanes: 7 });
    expect(await holdEvents()).toEqual(['vn.lienthong.hold.placed.v1']);

    expect(await cli('hold', 'release', placed.id, '--rate', '2')).toMatchObject({ state: 'canary', drainSeconds: 4 });
    before = await untilFinished(installation, codes, 60_000);
    expectCleanLedger(await installation.ledger(), before);
    const times = await registrations();
    // Six lanes after the first one, two a second: the last ones are let go two and a half seconds after it at the earliest.
    expect(times.at(-1)! - times[0]).toBeGreaterThan(2_000);
    await until(async () => (await cli('hold', 'show', placed.id)).state === 'over', 10_000, 'the end of the drain');
    expect(await holdEvents()).toEqual(['placed', 'released', 'ended'].map((what) => `vn.lienthong.hold.${what}.v1`));
  }, 180_000);

  it('is left alone while it is down, and taken up again by itself', async () => {
    await installation.fault([REGISTRY_IS_DOWN]);
    const codes = await installation.fileCases('death', 8, SEED + 1);
    await until(async () => (await breaker()) === 'open', 60_000, 'the open circuit');
    await untilOnlyRegistryIsLeft(codes);
    expect(await registrations()).toHaveLength(before.length);
    await installation.clearFaults();
    const dossiers = await untilFinished(installation, codes, 120_000);
    expectCleanLedger(await installation.ledger(), [...before, ...dossiers]);
    expect(await breaker()).toBe('closed');
    await untilClean(installation, 30_000);
  }, 240_000);
});
