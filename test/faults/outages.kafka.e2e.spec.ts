import { expectUnharmed, untilFinished } from '../journeys/journey-assertions';
import { FaultProxy, type ProxyMode } from '../support/fault-proxy';
import { Installation } from '../support/installation';
import { testDatabase, type TestDatabase } from '../support/test-database';
import { ownKafka, type OwnKafka } from '../support/test-kafka';
import { until } from '../support/until';

const OUTAGE_MS = process.env.SOAK ? 60_000 : 12_000;
const SEED = 5_200;

const DECISION = {
  decision: 'accept',
  decidedAt: '2026-11-25T09:00:00+07:00',
  officer: { name: 'Cán bộ Mẫu', title: 'Công chức', department: 'UBND phường Mẫu' },
};

type Part = 'database' | 'bus';
interface Outage {
  name: string;
  away: readonly Part[];
  mode: ProxyMode;
}

const OUTAGES: readonly Outage[] = [
  { name: 'PostgreSQL is away', away: ['database'], mode: { kind: 'cut' } },
  { name: 'Kafka is away', away: ['bus'], mode: { kind: 'cut' } },
  { name: 'both are away', away: ['database', 'bus'], mode: { kind: 'cut' } },
  { name: 'both keep their connections open and say nothing', away: ['database', 'bus'], mode: { kind: 'stall' } },
];

interface Health {
  status: number;
  away: Part[];
}

interface LogLine {
  level: string;
  event: string;
  at: string;
  [field: string]: unknown;
}

describe(`an outage of ${OUTAGE_MS / 1000} s`, () => {
  let database: TestDatabase;
  let kafka: OwnKafka;
  let installation: Installation;
  const proxies = new Map<Part, FaultProxy>();

  beforeAll(async () => {
    database = await testDatabase();
    const url = new URL(database.url);
    proxies.set('database', await FaultProxy.before(Number(url.port)));
    kafka = await ownKafka(async (port) => {
      proxies.set('bus', await FaultProxy.before(port));
      return proxies.get('bus')!.port;
    });
    url.port = String(proxies.get('database')!.port);
    installation = await Installation.start(['--max-deaths', '1'], {
      DATABASE_URL: url.href,
      MIGRATOR_DATABASE_URL: database.ownerUrl,
      KAFKA_BROKERS: kafka.brokers,
    });
  }, 240_000);
  afterAll(async () => {
    await installation?.remove();
    for (const proxy of proxies.values()) await proxy.stop();
    await kafka?.stop();
    await database?.drop();
  }, 120_000);

  afterEach(() => {
    for (const proxy of proxies.values()) proxy.set({ kind: 'pass' });
  });

  it.each(OUTAGES.map((outage, number) => ({ ...outage, number })))(
    'in which $name is waited for and said, and nothing is lost',
    async ({ away, mode, number }) => {
      const seed = SEED + 10 * number;
      const codes = [
        ...(await installation.fileCases('birth', 4, seed)),
        ...(await installation.fileCases('death', 2, seed + 1)),
      ];
      await until(async () => (await acknowledged(codes)) > 0, 30_000, 'work under way');
      // Logged in before: the token is good for the whole outage.
      expect(await decide()).toBe(404);
      const pids = installation.stack.pids;
      const beganAt = new Date().toISOString();
      for (const part of away) proxies.get(part)!.set(mode);
      await until(
        async () => says(await health(), away),
        5_000,
        async () => `503 for ${away.join()}, got ${JSON.stringify(await health())}`,
      );
      codes.push(...(await installation.fileCases('birth', 2, seed + 2)));
      await stayingAway(away);
      if (!away.includes('database'))
        await until(
          async () => (await acknowledged(codes)) === codes.length,
          60_000,
          'acknowledgements without the bus',
        );
      for (const part of away) proxies.get(part)!.set({ kind: 'pass' });
      await until(
        async () => (await health()).status === 200,
        30_000,
        async () => JSON.stringify(await health()),
      );
      const dossiers = await untilFinished(installation, codes, 120_000);
      await expectUnharmed(installation, dossiers);
      expect(installation.stack.pids).toEqual(pids);
      expect(repeatedComplaints(beganAt)).toEqual([]);
    },
    OUTAGE_MS + 270_000,
  );

  /** For the whole outage: not ready, alive, and a decision is answered 503 while nothing can be stored. */
  async function stayingAway(away: readonly Part[]): Promise<void> {
    const endsAtMs = performance.now() + OUTAGE_MS;
    let wrong: unknown;
    await until(
      async () => {
        const [now, isAlive, intake] = await Promise.all([health(), live(), decide()]);
        const isRight = away.includes('database') ? intake === 503 : intake === 404;
        if (!says(now, away) || !isAlive || !isRight) wrong = { now, isAlive, intake };
        return wrong !== undefined || performance.now() >= endsAtMs;
      },
      OUTAGE_MS + 30_000,
      'the outage',
    );
    expect(wrong).toBeUndefined();
  }

  const says = ({ status, away: said }: Health, away: readonly Part[]): boolean =>
    status === 503 && said.join() === away.join();

  async function health(): Promise<Health> {
    const answer = await fetch(`${installation.stack.baseUrl}/health/ready`);
    const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean }[] };
    const isAway = (name: string): boolean => checks.some((check) => check.name === name && !check.ok);
    const away: Part[] = [];
    if (isAway('database')) away.push('database');
    if (isAway('bus-lag-records')) away.push('bus');
    return { status: answer.status, away };
  }

  async function live(): Promise<boolean> {
    return (await fetch(`${installation.stack.baseUrl}/health/live`)).ok;
  }

  /** Status of a decision about a dossier that nobody knows. */
  async function decide(): Promise<number> {
    const answer = await installation.decide('G22.99-none', DECISION);
    return answer.status;
  }

  async function acknowledged(codes: readonly string[]): Promise<number> {
    const rows = await installation.ledger('dvclt');
    return rows.filter((row) => row.kind === 'acknowledged' && codes.includes(row.code)).length;
  }

  /** Complaints that were logged more than three times since the outage began: each says its cause once, and again once a minute. */
  function repeatedComplaints(since: string): string[] {
    const counts = new Map<string, number>();
    for (const line of installation.logs().split('\n')) {
      if (!line.startsWith('{')) continue;
      const { level, event, at, component, code, partner, group, partition, pool, deliveryId } = JSON.parse(
        line,
      ) as LogLine;
      if (at < since || !['warn', 'error'].includes(level)) continue;
      const key = [component, event, code, partner, group, partition, pool, deliveryId].join(' ');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts].filter(([, count]) => count > 3).map(([key, count]) => `${count} × ${key}`);
  }
});
