import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from '#testing';
import { clusterLocation, removeCluster } from './cluster-location';
import { isProcess, signal } from './process-identity';
import { endLeftovers, statePath, type StackPart, type StackState } from './stack-state';

const ROOT = join(__dirname, '../../..');
const COLD_MS = 240_000;
const WARM_MS = 15_000;

interface Stack {
  process: ChildProcess;
  port: number;
  said(): string;
  exited: Promise<number | null>;
}

/** Whole stacks: everything real, started as a user starts it. */
describe('npm start', () => {
  let home: string;
  let dataDir: string;
  const started: Stack[] = [];

  beforeEach(() => {
    // mkdtemp makes 0700: nobody else can enter, so PostgreSQL of root must run elsewhere.
    home = mkdtempSync(join(tmpdir(), 'lienthong-e2e-'));
    dataDir = join(home, 'data');
  });
  afterEach(async () => {
    for (const stack of started.splice(0)) {
      stack.process.kill('SIGTERM');
      await stack.exited;
    }
    // A test that failed half-way may leave children without their supervisor.
    if (existsSync(dataDir)) await endLeftovers(dataDir, clusterLocation(dataDir));
    removeCluster(dataDir);
    rmSync(home, { recursive: true, force: true });
  }, 60_000);

  function begin(port: number, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Stack {
    // Of what the test run sets, nothing may leak into a user's start.
    const cleared = { NODE_OPTIONS: undefined, DATABASE_URL: undefined, KAFKA_BROKERS: undefined, INIT_CWD: undefined };
    const child = spawn('node', [join(ROOT, 'scripts/start.mjs'), '--data', dataDir, '--port', String(port), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...cleared, ...env },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    const stack: Stack = {
      process: child,
      port,
      said: () => text,
      exited: new Promise((resolve) => child.once('close', resolve)),
    };
    started.push(stack);
    return stack;
  }

  const readyLines = (stack: Stack): string[] =>
    stack
      .said()
      .split('\n')
      .filter((line) => line.startsWith('Liên Thông is ready'));
  const ready = (stack: Stack, deadlineMs: number): Promise<void> =>
    until(
      () => readyLines(stack).length > 0,
      deadlineMs,
      () => `the stack to be ready; it said:\n${stack.said()}`,
    );
  const state = (): StackState => JSON.parse(readFileSync(statePath(dataDir), 'utf8')) as StackState;
  const pidOf = (part: StackPart): number => state().pids[part]!;
  const runs = (pid: number): boolean => isProcess(pid, []);

  it('is ready with one line, ends all its processes on SIGTERM, and is warm within 15 s', async () => {
    const port = await freePort();
    const first = begin(port);
    await ready(first, COLD_MS);
    expect(readyLines(first)).toEqual([`Liên Thông is ready  http://127.0.0.1:${port}`]);
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
    const pids = Object.values(state().pids);
    expect(Object.keys(state().pids).sort()).toEqual(['gateway', 'kafka', 'postgres', 'simulators', 'stack', 'worker']);
    first.process.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(pids.filter(runs)).toEqual([]);
    await ready(begin(port), WARM_MS);
  }, 300_000);

  it('starts again by itself after SIGKILL of everything, and after SIGKILL of the supervisor alone', async () => {
    const port = await freePort();
    const first = begin(port);
    await ready(first, COLD_MS);
    const pids = Object.values(state().pids);
    for (const pid of [first.process.pid!, ...pids]) signal(pid, 'SIGKILL');
    await first.exited;
    const second = begin(port);
    await ready(second, COLD_MS);
    const orphans = (['worker', 'gateway', 'simulators', 'kafka', 'postgres'] as const).map(pidOf);
    for (const pid of [second.process.pid!, pidOf('stack')]) signal(pid, 'SIGKILL');
    await second.exited;
    const third = begin(port);
    await ready(third, COLD_MS);
    expect(orphans.filter(runs)).toEqual([]);
    expect(third.said()).toContain('A former start was killed');
  }, 300_000);

  it('starts a killed child again, and ends with its last log lines after three deaths in a minute', async () => {
    const stack = begin(await freePort(), ['--bus', 'postgres']);
    await ready(stack, COLD_MS);
    for (const death of [1, 2]) {
      const worker = pidOf('worker');
      signal(worker, 'SIGKILL');
      await until(
        () => pidOf('worker') !== worker && runs(pidOf('worker')),
        30_000,
        `the worker to be back after death ${death}`,
      );
    }
    signal(pidOf('worker'), 'SIGKILL');
    expect(await stack.exited).toBe(1);
    expect(stack.said()).toContain('worker ended 3 times within a minute');
  }, 120_000);

  it('brings PostgreSQL and Kafka back after SIGKILL, on the same ports with the same data, and is ready again', async () => {
    const stack = begin(await freePort());
    await ready(stack, COLD_MS);
    const { databaseUrl, kafkaBrokers } = state();
    const isReady = async (): Promise<boolean> => {
      const answer = await fetch(`http://127.0.0.1:${stack.port}/health/ready`);
      return answer.status === 200;
    };
    for (const part of ['postgres', 'kafka'] as const) {
      const killed = pidOf(part);
      signal(killed, 'SIGKILL');
      await until(async () => !(await isReady()), 15_000, `the gateway to say that ${part} is away`);
      await until(() => pidOf(part) !== killed && runs(pidOf(part)), 30_000, `a new ${part}`);
      await until(isReady, 60_000, `the gateway to be ready after the death of ${part}`);
      expect(stack.said()).toContain(`${part} ended (SIGKILL); it is started again in 0.5 s.`);
    }
    expect(state()).toMatchObject({ databaseUrl, kafkaBrokers });
    const others = ['gateway', 'worker', 'simulators'] as const;
    expect(others.filter((part) => stack.said().includes(`${part} ended`))).toEqual([]);
  }, 240_000);

  it('says what to do when the port is in use', async () => {
    const port = await freePort();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    const stack = begin(port);
    expect(await stack.exited).toBe(1);
    expect(stack.said()).toContain(`Port ${port} is already in use`);
    await new Promise((resolve) => squatter.close(resolve));
  }, 60_000);

  it('uses the PostgreSQL bus without Java, and says so in one line', async () => {
    const tools = join(home, 'bin');
    mkdirSync(tools);
    symlinkSync(process.execPath, join(tools, 'node'));
    symlinkSync('/usr/bin/id', join(tools, 'id'));
    const stack = begin(await freePort(), [], { PATH: tools });
    await ready(stack, COLD_MS);
    expect(stack.said()).toContain('Bus: the PostgreSQL driver, since Java is not installed.');
    expect(state().kafkaBrokers).toBeNull();
  }, 120_000);
});
