import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { freePort } from '../../apps/cli/stack/free-port';
import { Child } from '../harness/child';
import { forgetPeak, memoryOf } from '../harness/process-memory';

const PROGRAM = join(__dirname, '..', '..', 'apps', 'worker', 'main.js');
const HEAP = /^nodejs_heap_size_used_bytes (\S+)/m;

export interface ReconcilerOrder {
  dir: string;
  /** Settings of the worker that the product was started with. */
  settings: Readonly<Record<string, string>>;
  /** Base address of the one-stop. */
  oneStopUrl: string;
  callsPerSecond: number;
}

/** Most memory so far, bytes. */
export interface HighWater {
  residentBytes: number;
  /** V8's used heap, garbage included, as it was asked for now and then. */
  heapBytes: number;
}

/** A worker of the product that does nothing but reconcile, and how much memory it needs. */
export class ReconcilerWorker {
  private heapBytes = 0;

  private constructor(
    private readonly child: Child,
    readonly configDir: string,
    private readonly metricsUrl: string,
  ) {}

  static async start({ dir, settings, oneStopUrl, callsPerSecond }: ReconcilerOrder): Promise<ReconcilerWorker> {
    const configDir = join(dir, 'config');
    cpSync(settings['CONFIG_DIR'], configDir, { recursive: true });
    setPace(join(configDir, 'reconciliation.yaml'), callsPerSecond);
    const metricsPort = await freePort();
    const child = await Child.start({
      args: [PROGRAM],
      env: {
        ...settings,
        CONFIG_DIR: configDir,
        WORKER_ROLES: 'reconciler',
        WORKER_ID: 'reconciler',
        METRICS_PORT: String(metricsPort),
        PARTNER_ONESTOP_URL: oneStopUrl,
      },
      logFile: join(dir, 'reconciler.log'),
      readyText: '"worker.started"',
    });
    forgetPeak(child.pid);
    return new ReconcilerWorker(child, configDir, `http://127.0.0.1:${metricsPort}/metrics`);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** @throws Error when it has ended */
  async highWater(): Promise<HighWater> {
    this.child.assertRunning();
    const text = await (await fetch(this.metricsUrl)).text();
    this.heapBytes = Math.max(this.heapBytes, Number(HEAP.exec(text)?.[1] ?? Number.NaN));
    return { residentBytes: memoryOf(this.pid).peakBytes, heapBytes: this.heapBytes };
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}

/** As fast as the one-stop allows; and no run by schedule beside the measured one. */
function setPace(path: string, callsPerSecond: number): void {
  const policy = parseDocument(readFileSync(path, 'utf8'));
  for (const partner of ['dvclt', 'hotich', 'dvcqg', 'onestop']) policy.setIn(['partners', partner, 'daily'], false);
  policy.setIn(['partners', 'onestop', 'callsPerSecond'], callsPerSecond);
  writeFileSync(path, policy.toString());
}
