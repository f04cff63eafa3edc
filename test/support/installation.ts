import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../apps/cli/stack/free-port';
import { until } from './until';

const ROOT = join(__dirname, '../..');
const READY_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 60_000;

interface Account {
  clientId: string;
  clientSecret: string;
}

interface StackFile {
  baseUrl: string;
  simulatorsUrl: string;
  kafkaBrokers: string | null;
  databaseUrl: string;
  pids: Record<string, number>;
}

/** One business effect as the simulators counted it (CONTRACTS §5). */
export interface LedgerRow {
  system: string;
  kind: string;
  code: string;
  count: number;
  at: string[];
  order: (string | number)[];
}

/** A dossier as the API gives it; only what tests look at. */
export interface DossierAnswer {
  id: string;
  procedure: string;
  state: string;
  attention: boolean;
  codes: { dvclt: string; oneStop: string | null; registry: string[] };
  statuses: { oneStop: number | null; dvclt: number | null; registry: number | null; portal: number | null };
  legs: { leg: string; state: string; dueAt: string | null }[];
  pendingDeliveries: number;
}

/** A line of `GET /_sim/calls`; `codes`: all that the call names. */
export interface CallLine {
  operation: string;
  code: string | null;
  codes: readonly string[];
  at: string;
  status: number;
}

/** The whole product as a user starts it, in a folder of its own. */
export class Installation {
  private output = '';
  private readonly tokens = new Map<string, Promise<string>>();

  private constructor(
    readonly dataDir: string,
    private readonly child: ChildProcess,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    const collect = (chunk: Buffer): void => {
      this.output += chunk.toString('utf8');
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
  }

  /** Starts the built product and waits for its ready line. `args` as after `npm start --`. */
  static async start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Installation> {
    const dataDir = mkdtempSync(join(tmpdir(), 'lienthong-e2e-'));
    return Installation.startIn(dataDir, args, env);
  }

  static async startIn(
    dataDir: string,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Promise<Installation> {
    const port = await freePort();
    const full = { ...process.env, ...env };
    for (const name of ['DATABASE_URL', 'KAFKA_BROKERS', 'TEST_PG_URL', 'TEST_KAFKA_BROKERS', 'NODE_OPTIONS'])
      if (!(name in env)) delete full[name];
    const program = join(ROOT, 'dist/apps/cli/stack/start.js');
    const child = spawn(process.execPath, [program, '--data', dataDir, '--port', String(port), ...args], {
      env: full,
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const installation = new Installation(dataDir, child, full);
    try {
      await until(
        () => installation.output.includes('Liên Thông is ready') || child.exitCode !== null,
        READY_DEADLINE_MS,
        'the ready line',
      );
      if (child.exitCode !== null) throw new Error(`the stack ended with ${child.exitCode}`);
    } catch (error) {
      await installation.stop();
      throw new Error(`the product did not start: ${installation.output}\n${installation.logTails()}`, {
        cause: error,
      });
    }
    return installation;
  }

  /** What the terminal showed. */
  get terminal(): string {
    return this.output;
  }

  get stack(): StackFile {
    return JSON.parse(readFileSync(join(this.dataDir, 'stack.json'), 'utf8')) as StackFile;
  }

  /** Text of all log files of gateway and worker. */
  logs(names: readonly string[] = ['gateway', 'worker']): string {
    return names
      .map((name) => join(this.dataDir, 'logs', `${name}.log`))
      .map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''))
      .join('\n');
  }

  async fileCases(kind: 'birth' | 'death', count: number, seed: number, scenario = 'happy-path'): Promise<string[]> {
    const answer = await this.json<{ codes: string[] }>(`${this.stack.simulatorsUrl}/_sim/cases`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind, count, scenario, seed }),
    });
    return answer.codes;
  }

  async ledger(system?: string): Promise<LedgerRow[]> {
    return this.json<LedgerRow[]>(`${this.stack.simulatorsUrl}/_sim/ledger${system ? `?system=${system}` : ''}`);
  }

  /** The last calls that the simulators got. */
  async calls(system: string): Promise<CallLine[]> {
    return this.json(`${this.stack.simulatorsUrl}/_sim/calls?system=${system}`);
  }

  /** Switches faults of the simulators on (CONTRACTS §5). */
  async fault(rules: readonly object[]): Promise<void> {
    await this.json(`${this.stack.simulatorsUrl}/_sim/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rules),
    });
  }

  /** Switches all faults off. */
  async clearFaults(): Promise<void> {
    await fetch(`${this.stack.simulatorsUrl}/_sim/faults`, { method: 'DELETE' });
  }

  /** Faults that are still switched on: a rule with `nth` or a used-up `until` is gone once it has fired. */
  faults(): Promise<unknown[]> {
    return this.json(`${this.stack.simulatorsUrl}/_sim/faults`);
  }

  /** The generated case's own facts: what must not be found where it does not belong. */
  async caseFacts(code: string): Promise<unknown> {
    return this.json(`${this.stack.simulatorsUrl}/_sim/cases/${encodeURIComponent(code)}`);
  }

  /** GET of our API as one of the accounts of credentials.json; undefined for 404. */
  async get<T>(path: string, account = 'operator'): Promise<T | undefined> {
    const response = await this.call(path, account);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** GET of a path that is no part of `/api/v1`, as one of the accounts. @throws Error for anything but 200 */
  async read(path: string, account: string): Promise<Buffer> {
    const response = await this.call(path, account, {}, '');
    if (response.status !== 200) throw new Error(`GET ${path}: ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** POST of our API as one of the accounts, for a request of its own. */
  async post<T>(path: string, body: object, account = 'operator'): Promise<T> {
    const response = await this.send(path, body, { account });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** The portal loses every dossier that it holds. */
  async forgetPortal(): Promise<void> {
    const response = await fetch(`${this.stack.simulatorsUrl}/_sim/forget?system=dvcqg`, { method: 'POST' });
    if (!response.ok) throw new Error(`POST /_sim/forget: ${response.status}`);
  }

  /** What hộ tịch holds of a dossier. */
  registration(code: string): Promise<Record<string, unknown>> {
    return this.json(`${this.stack.simulatorsUrl}/_sim/cases/${encodeURIComponent(code)}/registration`);
  }

  dossier(code: string): Promise<DossierAnswer | undefined> {
    return this.get<DossierAnswer>(`/dossiers/${encodeURIComponent(code)}`);
  }

  /** An officer's decision, as the one-stop sends it; the answer as it comes. */
  decide(code: string, body: object): Promise<Response> {
    return this.send(`/dossiers/${encodeURIComponent(code)}/decisions`, body, { account: 'oneStop' });
  }

  /** A dossier that the one-stop took from DVCLT itself; the answer as it comes. */
  file(body: object, idempotencyKey: string): Promise<Response> {
    return this.send('/dossiers', body, { account: 'oneStop', idempotencyKey });
  }

  /** POST of our API; the answer as it comes. */
  private send(path: string, body: object, by: { account?: string; idempotencyKey?: string } = {}): Promise<Response> {
    return this.call(path, by.account ?? 'operator', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': by.idempotencyKey ?? randomUUID() },
      body: JSON.stringify(body),
    });
  }

  /** Kills one part as a crash would; the supervisor brings it back. */
  kill(part: 'worker' | 'gateway' | 'kafka' | 'postgres'): number {
    const pid = this.stack.pids[part];
    if (pid === undefined) throw new Error(`${part} does not run`);
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  /** Ctrl-C; waits for the end. Returns the exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGINT');
    await until(
      () => this.child.exitCode !== null || this.child.signalCode !== null,
      STOP_DEADLINE_MS,
      'the end of the stack',
    );
    return this.child.exitCode;
  }

  /** Stops and deletes everything, with the product's own command. */
  async remove(): Promise<void> {
    await this.stop();
    const cli = spawn(
      process.execPath,
      [join(ROOT, 'dist/apps/cli/main.js'), '--data', this.dataDir, 'stack', 'reset', '--yes'],
      { stdio: 'ignore', env: this.env },
    );
    await new Promise((resolve) => cli.once('close', resolve));
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async call(path: string, account: string, init: RequestInit = {}, prefix = '/api/v1'): Promise<Response> {
    const { baseUrl } = this.stack;
    const ask = (token: string): Promise<Response> =>
      fetch(`${baseUrl}${prefix}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
    const token = this.tokens.get(account) ?? this.logIn(account);
    const response = await ask(await token);
    if (response.status !== 401) return response;
    // Calls at once share one log-in: the first that finds the token ended asks for the next.
    const next = this.tokens.get(account);
    return ask(await (next === undefined || next === token ? this.logIn(account) : next));
  }

  /** A new access token. */
  token(account: string): Promise<string> {
    return this.logIn(account);
  }

  private logIn(account: string): Promise<string> {
    const token = this.newToken(account);
    this.tokens.set(account, token);
    token.catch(() => this.tokens.delete(account));
    return token;
  }

  private async newToken(account: string): Promise<string> {
    const { baseUrl } = this.stack;
    const credentials = JSON.parse(readFileSync(join(this.dataDir, 'credentials.json'), 'utf8')) as Record<
      string,
      Account
    >;
    const { clientId, clientSecret } = credentials[account];
    const { access_token: token } = await this.json<{ access_token: string }>(`${baseUrl}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      }).toString(),
    });
    return token;
  }

  private async json<T>(url: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(url, init);
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  private logTails(): string {
    const dir = join(this.dataDir, 'logs');
    if (!existsSync(dir)) return '';
    return readdirSync(dir)
      .map((name) => `--- ${name}\n${readFileSync(join(dir, name), 'utf8').split('\n').slice(-15).join('\n')}`)
      .join('\n');
  }
}
