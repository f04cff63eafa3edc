import { Database, silentLog } from '#platform';
import { expectUnharmed, untilFinished } from '../journeys/journey-assertions';
import { Installation, type DossierAnswer } from '../support/installation';
import { until } from '../support/until';
import { KillPoints, type KillPoint } from './support/kill-point';
import { SecondWorker, SHARED_LOGINS } from './support/second-worker';

const SECOND = 'suspended';
const SEED = 7_700;
/** The shipped call deadline is 10 s, and an absence counts from 12 s on. */
const LATER_THAN_DEADLINE_MS = 11_000;

interface Held {
  dossierId: string;
  deliveryId: string;
}

/** Nothing that arrives after its time invents or hides a fact: neither the answer of a worker that was frozen while it held a lease (SIGSTOP:
 *  a paused virtual machine, a full swap) and woke when others had taken it, nor a request that its partner still works on. */
describe('a fact that comes late', () => {
  const points = new KillPoints();
  let installation: Installation;
  let second: SecondWorker | undefined;
  let db: Database;

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres'], SHARED_LOGINS);
    db = new Database({ url: installation.stack.databaseUrl, applicationName: 'test' }, silentLog);
  }, 180_000);
  const freshSecond = async (): Promise<void> => {
    second = await SecondWorker.start(installation, SECOND, points.environment);
  };
  afterEach(async () => {
    await second?.stop();
    second = undefined;
  }, 30_000);
  afterAll(async () => {
    await db?.close();
    await installation?.remove();
    points.remove();
  }, 120_000);

  it('is kept as evidence and changes nothing: the answer of a worker that wakes after its lease expired', async () => {
    await freshSecond();
    const { held, dossiers } = await freeze({ point: 'after-request-bytes', subject: 'nhanHoSoDKHT' }, SEED);
    const settledBefore = await deliveryOf(held);
    expect(settledBefore).toMatchObject({ status: 'settled', outcome: 'already-applied' });
    second!.wake();
    await until(async () => (await attemptsOfSecond(held)).length > 0, 30_000, 'the late attempt');
    expect(await attemptsOfSecond(held)).toEqual([{ late: true, kind: 'call' }]);
    expect(await deliveryOf(held)).toEqual(settledBefore);
    await expectUnharmed(installation, dossiers);
  }, 180_000);

  it('is not written any more: what a worker had claimed before it was suspended', async () => {
    await freshSecond();
    const { held, dossiers } = await freeze({ point: 'after-claim', subject: 'submit-registration' }, SEED + 100);
    second!.wake();
    await until(() => second!.logged.includes('"lease.lost"'), 30_000, 'the second worker to notice');
    expect(await attemptsOfSecond(held)).toEqual([]);
    await expectUnharmed(installation, dossiers);
    const { codes } = dossiers.find(({ id }) => id === held.dossierId)!;
    const pushes = (await installation.calls('hotich')).filter(
      ({ operation, code }) => operation === 'nhanHoSoDKHT' && code === codes.oneStop,
    );
    expect(pushes).toHaveLength(1);
  }, 180_000);

  it('is not done twice: a push that hộ tịch still works on while its probe finds nothing [Q13 Q40]', async () => {
    const slow = {
      system: 'hotich',
      operation: 'nhanHoSoDKHT',
      switch: 'slowMs',
      value: LATER_THAN_DEADLINE_MS,
      nth: 1,
    };
    await installation.fault([slow]);
    const codes = await installation.fileCases('birth', 1, SEED + 200);
    const dossiers = await untilFinished(installation, codes, 90_000);
    const [{ id, codes: own }] = dossiers;
    const attempts = await db.query<{ kind: string; outcome: string }>(
      `select a.kind, a.outcome from attempt a join delivery d on d.id = a.delivery_id
       where d.dossier_id = $1 and d.operation = 'submit-registration' order by a.started_at`,
      [id],
    );
    expect(attempts[0]).toEqual({ kind: 'call', outcome: 'unknown' });
    expect(attempts.slice(1).map(({ kind }) => kind)).toEqual(attempts.slice(1).map(() => 'probe'));
    const pushes = (await installation.calls('hotich')).filter(
      ({ operation, code }) => operation === 'nhanHoSoDKHT' && code === own.oneStop,
    );
    expect(pushes).toHaveLength(1);
    await expectUnharmed(installation, dossiers);
  }, 150_000);

  /** Files dossiers until the second worker is frozen at the point, and waits until the first has brought all of them to their end. */
  async function freeze(killPoint: KillPoint, seed: number): Promise<{ held: Held; dossiers: DossierAnswer[] }> {
    points.arm(SECOND, { ...killPoint, signal: 'SIGSTOP' });
    const codes: string[] = [];
    let isFrozen = false;
    const reached = points.untilReached(SECOND, 60_000).finally(() => (isFrozen = true));
    for (let round = 0; !isFrozen && round < 8; round += 1) {
      codes.push(...(await installation.fileCases('birth', 8, seed + round)));
      await until(
        async () => isFrozen || (await registered(codes)) === codes.length,
        30_000,
        'work for the second worker',
      );
    }
    await reached;
    const [held] = await db.query<Held>(
      `select l.dossier_id as "dossierId", d.id as "deliveryId" from lane l join delivery d using (partner, dossier_id)
       where l.lease_owner = $1 and l.partner = 'hotich' and d.operation = 'submit-registration' and d.status = 'in-flight'`,
      [SECOND],
    );
    return { held, dossiers: await untilFinished(installation, codes, 90_000) };
  }

  async function registered(codes: readonly string[]): Promise<number> {
    const dossiers = await Promise.all(codes.map((code) => installation.dossier(code)));
    return dossiers.filter((dossier) => dossier && dossier.codes.registry.length > 0).length;
  }

  async function deliveryOf({ deliveryId }: Held): Promise<object> {
    const [row] = await db.query('select status, outcome, settled_at from delivery where id = $1', [deliveryId]);
    return row;
  }

  /** What the second worker itself told about it; that its lease expired was told by the first. */
  function attemptsOfSecond({ deliveryId }: Held): Promise<object[]> {
    return db.query(
      `select late, kind from attempt where delivery_id = $1 and worker = $2 and reason_code <> 'lease.expired'`,
      [deliveryId, SECOND],
    );
  }
});
