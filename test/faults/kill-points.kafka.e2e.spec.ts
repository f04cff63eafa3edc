import { expectUnharmed, untilFinished } from '../journeys/journey-assertions';
import { Installation } from '../support/installation';
import { until } from '../support/until';
import { KillPoints, type KillPoint } from './support/kill-point';

interface Case extends KillPoint {
  process: 'worker' | 'gateway';
}

/** Every place at which a crash could tear something apart (DESIGN §2 laws 1, 2, 5, 9). */
const CASES: readonly Case[] = [
  { process: 'worker', point: 'after-fetch-before-store' },
  { process: 'worker', point: 'after-store-before-acknowledge' },
  { process: 'worker', point: 'after-claim', subject: 'submit' },
  { process: 'worker', point: 'after-request-bytes', subject: 'nhanHoSoDKHT' },
  { process: 'worker', point: 'after-request-bytes', subject: 'tiepNhanHoSo' },
  { process: 'worker', point: 'after-request-bytes', subject: 'capnhattrangthaihosohotich', nth: 3 },
  { process: 'worker', point: 'after-request-bytes', subject: 'tichhop', nth: 2 },
  { process: 'worker', point: 'after-answer-before-settle', nth: 3 },
  { process: 'worker', point: 'after-commit-before-publish', nth: 4 },
  { process: 'worker', point: 'in-the-sequencer', nth: 3 },
  { process: 'worker', point: 'after-sequencing-before-relay', nth: 2 },
  { process: 'worker', point: 'after-produce-before-cursor', nth: 2 },
  { process: 'worker', point: 'after-routing-before-offset', nth: 2 },
  { process: 'worker', point: 'after-registry-answer-before-store' },
  { process: 'gateway', point: 'after-commit-before-202' },
];
const SEED = 9_100;

describe('a crash exactly', () => {
  const points = new KillPoints();
  let installation: Installation;
  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'kafka', '--max-deaths', '100'], points.environment);
  }, 180_000);
  afterAll(async () => {
    await installation?.remove();
    points.remove();
  }, 120_000);

  it.each(CASES.map((one, number) => ({ ...one, number, subject: one.subject ?? '' })))(
    '$point $subject of the $process loses, doubles and reorders nothing',
    async ({ process, number, ...killPoint }) => {
      const killed = installation.stack.pids[process];
      points.arm(process, killPoint);
      const codes = [
        ...(await installation.fileCases('birth', 2, SEED + 2 * number)),
        ...(await installation.fileCases('death', 1, SEED + 2 * number + 1)),
      ];
      await points.untilReached(process, 40_000);
      await until(() => installation.stack.pids[process] !== killed, 15_000, `a new ${process}`);
      const dossiers = await untilFinished(installation, codes, 90_000);
      await expectUnharmed(installation, dossiers);
    },
    150_000,
  );
});
