import { PARTITIONS } from '#bus';
import { join } from 'node:path';
import { freePort } from '../../apps/cli/stack/free-port';
import { partnerEnvironment } from '../../apps/cli/stack/partner-environment';
import { Child } from './child';
import { createTopic } from './kafka-records';
import { officerEnvironment, sideEnvironment, type Side, type SideRun } from './side';
import { SimulatorClient } from './simulator-client';

const DIST = join(__dirname, '..', '..');
const CONFIG_DIR = join(DIST, '..', 'config');

/** The floor: one process beside its own simulators. */
export async function startFloor(run: SideRun): Promise<Side> {
  const { services, dir, name } = run;
  const url = `http://127.0.0.1:${await freePort()}`;
  const gatewayPort = String(await freePort());
  const partners = partnerEnvironment(url, {});
  const simulators = await startSimulators(run, url, partners.simulators, gatewayPort);
  try {
    await createTopic(services.brokers, name, PARTITIONS);
    const floor = await Child.start({
      args: [join(DIST, 'bench', 'floor-process.js')],
      env: {
        ...sideEnvironment(run),
        ...partners.ours,
        DATABASE_URL: run.databaseUrl,
        KAFKA_BROKERS: services.brokers,
        FLOOR_TOPIC: name,
        PORT: gatewayPort,
        CONFIG_DIR,
      },
      logFile: join(dir, 'floor.log'),
      readyText: 'floor.started',
    });
    return {
      simulators: new SimulatorClient(url),
      simulatorsPid: simulators.pid,
      pids: { floor: floor.pid },
      topic: name,
      assertRunning: () => void floor.assertRunning(),
      stop: async () => {
        await simulators.stop();
        await floor.stop();
      },
    };
  } catch (error) {
    await simulators.stop();
    throw error;
  }
}

function startSimulators(
  run: SideRun,
  url: string,
  credentials: Record<string, string>,
  gatewayPort: string,
): Promise<Child> {
  return Child.start({
    args: [join(DIST, 'apps', 'simulators', 'main.js')],
    env: {
      ...sideEnvironment(run),
      ...officerEnvironment(run),
      ...credentials,
      PORT: new URL(url).port,
      GATEWAY_URL: `http://127.0.0.1:${gatewayPort}`,
      ONESTOP_CLIENT_ID: 'one-stop',
      ONESTOP_CLIENT_SECRET: 'floor',
    },
    logFile: join(run.dir, 'simulators.log'),
    readyText: 'simulators.listening',
  });
}
