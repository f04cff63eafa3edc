import { Listr, PRESET_TIMER, type ListrTask } from 'listr2';
import { join } from 'node:path';
import { fileMasterKeys } from '#access';
import type { Applications } from './applications-step';
import { openBus, type BusChoice } from './bus-step';
import { ensureCredentials, registerClients, type Credentials } from './credentials';
import { openDatabase, type StackDatabase } from './database-step';
import { ensureKeys } from './keys';
import type { StackOptions } from './options';
import type { StackRun } from './stack-run';
import type { Supervision } from './supervision';

export interface BringUp {
  run: StackRun;
  options: StackOptions;
  choice: BusChoice;
  applications: Applications;
  supervision: Supervision;
  clusterDir: string;
}

/** What one step leaves for the next. */
interface Found {
  database?: StackDatabase;
  kafkaBrokers: string | null;
  credentials?: Credentials;
  simulatorsUrl: string | null;
  partners: Record<string, string>;
  /** The start of the worker, which goes on beside the gateway's. */
  worker?: Promise<void>;
}

/** Runs the steps with visible progress; the stores come up side by side, the rest one after the other.
 *  Returns or throws only when no step runs any more, so that whatever was started is known and can be ended. */
export async function bringUp(given: BringUp): Promise<void> {
  const found: Found = { kafkaBrokers: null, simulatorsUrl: null, partners: {} };
  const stores = openStores(given, found);
  const steps = [
    ...[keysStep, simulatorStep, clientsStep].map((step) => step(given, found)),
    ...flowSteps(given, found),
  ];
  const list = new Listr([...stores.steps, ...steps], {
    // Our own handler ends the children in order; the library's would end the process at once.
    registerSignalListeners: false,
    rendererOptions: { collapseSubtasks: false, collapseErrors: false, timer: PRESET_TIMER },
    fallbackRendererOptions: { timer: PRESET_TIMER },
  });
  try {
    await list.run();
  } catch (error) {
    throw given.run.failure ?? error;
  } finally {
    await Promise.allSettled([stores.settled, found.worker]);
  }
}

/** A step that fails calls the run off and keeps its error for the one sentence at the end; the list shows only which step it was. */
function guarded(run: StackRun, work: () => Promise<void>): Promise<void> {
  return work().catch((error: unknown) => {
    run.callOff(error);
    throw new Error('see below');
  });
}

/** Both stores start at once; their steps in the list wait for one after the other. */
function openStores(
  { run, choice, clusterDir, supervision }: BringUp,
  found: Found,
): { steps: ListrTask[]; settled: Promise<unknown> } {
  let show: (line: string) => void = () => undefined;
  const database = guarded(
    run,
    async () => void (found.database = await openDatabase(run, clusterDir, supervision, process.env)),
  );
  const bus = guarded(
    run,
    async () => void (found.kafkaBrokers = await openBus(run, choice, supervision, (line) => show(line))),
  );
  const steps: ListrTask[] = [
    {
      title: process.env.DATABASE_URL ? 'PostgreSQL of DATABASE_URL: schema' : 'PostgreSQL: start, schema, roles',
      task: () => database,
    },
    {
      title: 'Apache Kafka: start, topics',
      enabled: choice.kind !== 'postgres',
      task: (_, task) => {
        show = (line) => (task.output = line);
        return bus;
      },
    },
  ];
  return { steps, settled: Promise.allSettled([database, bus]) };
}

function keysStep({ run }: BringUp, found: Found): ListrTask {
  return {
    title: 'Keys and credentials',
    task: () =>
      guarded(run, async () => {
        run.checkGoingOn();
        ensureKeys(join(run.dataDir, 'keys'), run.baseUrl);
        found.credentials = ensureCredentials(run.dataDir, { baseUrl: run.baseUrl, simulatorsUrl: null });
      }),
  };
}

function simulatorStep({ run, options, applications }: BringUp, found: Found): ListrTask {
  return {
    title: 'Simulators of the four outside systems',
    enabled: options.withSimulators,
    task: () =>
      guarded(run, async () => {
        const { url, partners } = await applications.startSimulators(found.credentials!.oneStop);
        Object.assign(found, { simulatorsUrl: url, partners });
      }),
  };
}

function clientsStep({ run }: BringUp, found: Found): ListrTask {
  return {
    title: 'Clients',
    task: () =>
      guarded(run, async () => {
        run.checkGoingOn();
        found.credentials = ensureCredentials(run.dataDir, {
          baseUrl: run.baseUrl,
          simulatorsUrl: found.simulatorsUrl,
        });
        await registerClients(found.database!.ownerUrl, found.credentials, fileMasterKeys(join(run.dataDir, 'keys')));
      }),
  };
}

/** Gateway and worker start at once; their steps in the list wait for one after the other. */
function flowSteps({ run, applications }: BringUp, found: Found): ListrTask[] {
  return [
    {
      title: 'Gateway',
      task: () => {
        const env = flow(applications, found);
        found.worker = guarded(run, () => applications.startWorker(env));
        // It is awaited in its own step; until then its failure must not count as unhandled.
        found.worker.catch(() => undefined);
        return guarded(run, () => applications.startGateway(env));
      },
    },
    { title: 'Worker', task: () => found.worker },
  ];
}

function flow(applications: Applications, found: Found): NodeJS.ProcessEnv {
  return applications.flowEnvironment(found.database!, found.kafkaBrokers, found.partners);
}
