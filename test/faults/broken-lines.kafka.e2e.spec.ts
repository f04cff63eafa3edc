import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileContinuously } from '../../bench/faults/continuous-load';
import { readJson } from '../../apps/cli/stack/data-dir';
import { statePath, type StackState } from '../../apps/cli/stack/stack-state';
import { expectUnharmed, untilFinished } from '../journeys/journey-assertions';
import { copyConfig, type ConfigCopy } from '../support/config-copy';
import { FaultProxy } from '../support/fault-proxy';
import { Installation } from '../support/installation';
import { seededRandom } from '../support/seeded-random';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { ownKafka, type OwnKafka } from '../support/test-kafka';
import { until } from '../support/until';
import { breakLines, drawSpells } from './support/broken-lines';
import { replayThrough } from './support/replay-through';
import { SHARED_LOGINS } from './support/second-worker';

const SEED = Number(process.env.SEED ?? 20_261_126);
const IS_SOAK = process.env.SOAK === '1';
/** Length of the faults of one test, ms. */
const FAULTS_MS = IS_SOAK ? 40_000 : 4_500;
/** The shipped profile waits 10 s for an answer: what was swallowed is then known twelve seconds later. */
const SHORT_DEADLINE = { 'callMs: 10000': 'callMs: 2000' };

const PARTNERS = ['dvclt', 'hotich', 'dvcqg', 'onestop'] as const;
const LINKS = ['partners', 'PostgreSQL', 'Kafka'] as const;
type Link = (typeof LINKS)[number];

interface Hold {
  id: string;
  state: string;
}

/** Worker and gateway reach the partners, PostgreSQL and the broker through lines that break. */
describe(`broken lines, seed ${SEED}`, () => {
  let database: TestDatabase;
  let kafka: OwnKafka;
  let config: ConfigCopy;
  let installation: Installation;
  const lines: Record<Link, FaultProxy[]> = { partners: [], PostgreSQL: [], Kafka: [] };

  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'lienthong-e2e-'));
    database = await testDatabase();
    const url = new URL(database.url);
    lines.PostgreSQL.push(await FaultProxy.before(Number(url.port), SEED));
    url.port = String(lines.PostgreSQL[0].port);
    kafka = await ownKafka(async (port) => {
      lines.Kafka.push(await FaultProxy.before(port, SEED));
      return lines.Kafka[0].port;
    });
    for (let at = 0; at < PARTNERS.length; at += 1)
      lines.partners.push(await FaultProxy.before(() => simulatorsPort(dataDir), SEED));
    config = copyConfig(Object.fromEntries(PARTNERS.map((id) => [`partners/${id}.yaml`, SHORT_DEADLINE])));
    installation = await Installation.startIn(dataDir, ['--max-deaths', '1000'], {
      ...SHARED_LOGINS,
      ...Object.fromEntries(
        PARTNERS.map((id, at) => [
          `PARTNER_${id.toUpperCase()}_URL`,
          `http://127.0.0.1:${lines.partners[at].port}/${id}`,
        ]),
      ),
      CONFIG_DIR: config.dir,
      DATABASE_URL: url.href,
      MIGRATOR_DATABASE_URL: database.ownerUrl,
      KAFKA_BROKERS: kafka.brokers,
    });
  }, 240_000);
  afterAll(async () => {
    await installation?.remove();
    for (const line of Object.values(lines).flat()) await line.stop();
    await kafka?.stop();
    await database?.drop();
    config?.remove();
  }, 120_000);

  it.each(LINKS.map((link, number) => ({ link, number })))(
    'to $link lose nothing, double nothing and keep every order, alone and when a worker is killed',
    async ({ link, number }) => {
      const seed = SEED + 100 * number;
      const random = seededRandom(seed);
      const codes = await file(seed);
      codes.push(...(await whileBroken(lines[link], { random, seed: seed + 10, totalMs: FAULTS_MS / 2 })));
      const filing = whileBroken(lines[link], { random, seed: seed + 50, totalMs: FAULTS_MS / 2 });
      installation.kill('worker');
      codes.push(...(await filing));
      await expectWhole(codes);
    },
    2 * FAULTS_MS + 200_000,
  );

  it(
    'lose nothing, double nothing and keep every order while a hold drains',
    async () => {
      const random = seededRandom(SEED + 900);
      const all = [...lines.partners, ...lines.PostgreSQL, ...lines.Kafka];
      const hold = await installation.post<Hold>('/partners/hotich/holds', { reason: 'a line that breaks' });
      const codes = await file(SEED + 900);
      await until(async () => (await held(hold.id)) === codes.length, 60_000, 'work behind the hold');
      expect(await release(hold.id)).toBe('canary');
      codes.push(...(await whileBroken(all, { random, seed: SEED + 950, totalMs: FAULTS_MS })));
      // The one that goes first may be cut; the hold is then in force again, and an operator lets go once more.
      await until(
        async () => {
          const state = await stateOf(hold.id);
          if (state === 'in-force') await release(hold.id);
          return state === 'over';
        },
        120_000,
        async () => `the end of the drain, got ${await stateOf(hold.id)}`,
      );
      await expectWhole(codes);
    },
    2 * FAULTS_MS + 260_000,
  );

  it(
    'lose nothing, double nothing and keep every order while dead letters are replayed',
    async () => {
      const random = seededRandom(SEED + 1_200);
      const all = [...lines.partners, ...lines.PostgreSQL, ...lines.Kafka];
      await installation.fault([
        { system: 'hotich', operation: 'nhanHoSoDKHT', switch: 'catalogueDrift', value: 'VN' },
      ]);
      const codes = await installation.fileCases('birth', 15, SEED + 1_200);
      const dead = async (): Promise<number> =>
        (await installation.get<{ items: unknown[] }>('/dead-letters?operation=submit-registration&limit=200'))!.items
          .length;
      await until(async () => (await dead()) === codes.length, 60_000, 'the dead letters');
      await installation.clearFaults();
      const [plan] = await Promise.all([
        replayThrough(installation, FAULTS_MS + 150_000),
        breakLines(all, drawSpells({ random, lines: all.length, totalMs: FAULTS_MS })),
      ]);
      expect(plan.state).toBe('done');
      // What failed within the run is brought back by a plan of its own, on lines that are whole again.
      if ((await dead()) > 0) await replayThrough(installation, 60_000);
      await expectWhole(codes);
    },
    2 * FAULTS_MS + 320_000,
  );

  /** Births and deaths, two to one. @returns their codes */
  async function file(seed: number): Promise<string[]> {
    return [
      ...(await installation.fileCases('birth', 4, seed)),
      ...(await installation.fileCases('death', 2, seed + 1)),
    ];
  }

  /** Breaks the lines, and goes on filing meanwhile. @returns the codes */
  async function whileBroken(
    broken: readonly FaultProxy[],
    { random, seed, totalMs }: { random: () => number; seed: number; totalMs: number },
  ): Promise<string[]> {
    const before = await acknowledged();
    let goesOn = true;
    const [codes] = await Promise.all([
      fileContinuously({
        everyMs: IS_SOAK ? 1_000 : 2_000,
        maxUnderWay: 60,
        file: (kind, number) => installation.fileCases(kind, 1, seed + number),
        underWay: async (filed) => filed - ((await acknowledged()) - before),
        goesOn: () => goesOn,
      }),
      breakLines(broken, drawSpells({ random, lines: broken.length, totalMs })).finally(() => (goesOn = false)),
    ]);
    return codes;
  }

  async function acknowledged(): Promise<number> {
    return (await installation.ledger('dvclt')).filter(({ kind }) => kind === 'acknowledged').length;
  }

  async function release(id: string): Promise<string> {
    return (await installation.post<Hold>(`/holds/${id}/release`, { ratePerSecond: 5 })).state;
  }

  async function stateOf(id: string): Promise<string | undefined> {
    return (await installation.get<Hold>(`/holds/${id}`))?.state;
  }

  async function held(id: string): Promise<number | undefined> {
    return (await installation.get<{ deliveries: number }>(`/holds/${id}`))?.deliveries;
  }

  async function expectWhole(codes: readonly string[]): Promise<void> {
    await expectUnharmed(installation, await untilFinished(installation, codes, 120_000));
  }
});

/** Where the simulators of an installation listen; a port that refuses until they do. */
function simulatorsPort(dataDir: string): number {
  const url = readJson<StackState>(statePath(dataDir))?.simulatorsUrl;
  return url ? Number(new URL(url).port) : 1;
}
