import { EVENTS_TOPIC } from '#bus/drivers';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeCluster } from '../../apps/cli/stack/cluster-location';
import { freePort } from '../../apps/cli/stack/free-port';
import type { StackState } from '../../apps/cli/stack/stack-state';
import { Child } from './child';
import { officerEnvironment, sideEnvironment, type Side, type SideRun } from './side';
import { SimulatorClient } from './simulator-client';

const START = join(__dirname, '..', '..', 'apps', 'cli', 'stack', 'start.js');

/** The product as a side, with what only it has. */
export interface ProductSide extends Side {
  /** Its folder: credentials, logs. */
  dataDir: string;
  /** What runs now. */
  stack(): StackState;
}

/** The real product as `npm start` brings it up: gateway, worker and simulators as processes, everything in default configuration,
 *  on the PostgreSQL and the Kafka of the run. */
export async function startProduct(run: SideRun): Promise<ProductSide> {
  const { services, dir, databaseUrl } = run;
  const dataDir = join(dir, 'product');
  const metricsPort = await freePort();
  const stack = await Child.start({
    args: [START, '--data', dataDir, '--port', String(await freePort())],
    env: {
      ...sideEnvironment(run),
      ...officerEnvironment(run),
      DATABASE_URL: databaseUrl,
      METRICS_PORT: String(metricsPort),
      KAFKA_BROKERS: services.brokers,
      ...(run.publicUrl === undefined ? {} : { PUBLIC_URL: run.publicUrl }),
    },
    logFile: join(dir, 'product.log'),
    readyText: 'Liên Thông is ready',
  });
  const readStack = (): StackState => JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as StackState;
  const state = readStack();
  const { gateway = -1, worker = -1, simulators = -1 } = state.pids;
  return {
    dataDir,
    stack: readStack,
    simulators: new SimulatorClient(state.simulatorsUrl ?? ''),
    simulatorsPid: simulators,
    pids: { gateway, worker },
    metricsUrls: { gateway: `${state.baseUrl}/metrics`, worker: `http://127.0.0.1:${metricsPort}/metrics` },
    topic: EVENTS_TOPIC,
    assertRunning: () => void stack.assertRunning(),
    stop: async () => {
      await stack.stop();
      // It reserves a place for a cluster of its own, although it uses ours.
      removeCluster(dataDir);
    },
  };
}
