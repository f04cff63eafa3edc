import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation, type DossierAnswer } from '../support/installation';
import { lienthong } from '../support/installed-cli';
import { until } from '../support/until';
import { MovedClock } from './support/moved-clock';

const SEED = 20261201;
const TEN_MINUTES_MS = 600_000;
const REGISTRY_IS_DOWN = { system: 'hotich', switch: 'noise', value: { form: 'html', status: 503 } };
/** Filed in each ten minutes of the hour. */
const [BIRTHS, DEATHS] = process.env.SOAK ? [30, 20] : [3, 2];
const RATE = process.env.SOAK ? 20 : 5;

interface Hold {
  id: string;
  state: string;
  startsAt: string;
  deliveries: number;
  lanes: number;
  oldestAt: string;
  drainSeconds: number | null;
}

describe('hộ tịch is down for an hour', () => {
  const clock = new MovedClock();
  let installation: Installation;
  const codes: string[] = [];
  const cli = (...args: string[]): Promise<Hold> => lienthong(installation, args);
  const breaker = async (): Promise<string> =>
    (await installation.get<{ items: { id: string; breaker: string }[] }>('/partners'))!.items.find(
      ({ id }) => id === 'hotich',
    )!.breaker;
  const submits = async (): Promise<number> =>
    (await installation.calls('hotich')).filter(({ operation }) => operation === 'nhanHoSoDKHT').length;
  const registrations = async (): Promise<number[]> =>
    (await installation.ledger('hotich'))
      .filter(({ kind }) => kind === 'registration')
      .flatMap(({ at }) => at.map((time) => Date.parse(String(time))))
      .sort((a, b) => a - b);

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres'], clock.environment);
  }, 120_000);
  afterAll(async () => {
    await installation?.remove();
    clock.remove();
  }, 120_000);

  /** Cases come in as on any day, and everybody but hộ tịch is told what is known of them. */
  async function tenMinutes(number: number): Promise<void> {
    codes.push(...(await installation.fileCases('birth', BIRTHS, SEED + 2_000 * number)));
    codes.push(...(await installation.fileCases('death', DEATHS, SEED + 2_000 * number + 1_000)));
    const isTold = (dossier: DossierAnswer | undefined): boolean =>
      dossier?.state === 'with-registry' && dossier.statuses.dvclt === 3 && dossier.pendingDeliveries === 1;
    await until(
      async () => (await Promise.all(codes.map((code) => installation.dossier(code)))).every(isTold),
      90_000,
      'dossiers that wait for hộ tịch alone',
    );
    clock.advance(TEN_MINUTES_MS);
  }

  it('and is held: others notice nothing, it is left in peace, and all of the hour is drained in order at a rate', async () => {
    await installation.fault([REGISTRY_IS_DOWN]);
    await tenMinutes(0);
    await until(async () => (await breaker()) !== 'closed', 30_000, 'the open circuit');
    const hold = await cli('hold', 'place', 'hotich', '--reason', 'no answer since 09:00', '--rate', String(RATE));
    const submitted = await submits();
    for (let number = 1; number < 6; number += 1) await tenMinutes(number);
    // Nobody knocked at its door meanwhile.
    expect(await submits()).toBe(submitted);
    const shown = await cli('hold', 'show', hold.id);
    expect(shown).toMatchObject({ state: 'in-force', deliveries: codes.length, lanes: codes.length });
    expect(Date.parse(shown.startsAt) - Date.parse(shown.oldestAt)).toBeGreaterThanOrEqual(TEN_MINUTES_MS);
    expect(
      (await Promise.all(codes.map((code) => installation.dossier(code)))).filter((one) => one!.attention),
    ).toEqual([]);

    await installation.clearFaults();
    const released = await cli('hold', 'release', hold.id);
    expect(released).toMatchObject({ state: 'canary', drainSeconds: Math.ceil(codes.length / RATE) });
    const dossiers = await untilFinished(installation, codes, 180_000);
    expectCleanLedger(await installation.ledger(), dossiers);
    expect(dossiers.filter(({ attention }) => attention)).toEqual([]);
    const times = await registrations();
    expect(times).toHaveLength(codes.length);
    // Each second lets no more go than its rate; the first one went alone.
    expect(times.at(-1)! - times[0]).toBeGreaterThan(((codes.length - 1 - RATE) / RATE) * 1_000);
    await until(async () => (await cli('hold', 'show', hold.id)).state === 'over', 10_000, 'the end of the drain');
    expect(await breaker()).toBe('closed');
    await untilClean(installation, 60_000);
  }, 600_000);
});
