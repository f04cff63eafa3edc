import { randomBytes, randomInt } from 'node:crypto';
import { CaseGenerator, type CaseOrder } from './cases/case-generator';
import { CaseStore } from './cases/case-store';
import { SamplePdf } from './cases/sample-pdf';
import type { SimCase } from './cases/sim-case';
import { ControlApi } from './control/control-api';
import { placeOrder } from './control/order-cases';
import { DvcltSystem } from './dvclt/dvclt-system';
import { DvcqgSystem } from './dvcqg/dvcqg-system';
import { FaultRegistry } from './faults/fault-registry';
import { FiredFaults } from './faults/fired-faults';
import { HotichSystem } from './hotich/hotich-system';
import { CallLog } from './ledger/call-log';
import { EffectLedger } from './ledger/effect-ledger';
import type { DecisionRoute } from './onestop/counter-officer';
import type { Gateway } from './onestop/gateway-client';
import { OnestopSystem } from './onestop/onestop-system';
import { fieldsOf } from './server/fields';
import { HttpServer, type Received } from './server/http-server';
import type { PartnerSystem } from './server/partner-system';
import { Router, type Found } from './server/router';
import { SeededRandom } from './server/seeded-random';
import { serveCall, type Ending } from './server/serve-call';
import { SYSTEMS, type Credentials, type SystemId } from './server/systems';
import { Timers } from './server/timers';
import { jsonReply } from './server/reply';
import type { OfficerPace, World } from './world';

export interface SimulatorOptions {
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Log-ins of the gateway at each system; a missing one is made up at random and returned. */
  readonly credentials?: Partial<Record<SystemId, Credentials>>;
  /** Our API, where the officers' decisions go; may be given later. */
  readonly gateway?: Gateway;
  /** Officers and citizens take a time from this range. @default 300 to 1000 ms */
  readonly pace?: OfficerPace;
  /** Seed of officers and rates, and of the seeds of cases ordered without one. @default random */
  readonly seed?: number;
  /** `poll`: decisions only stand in `suKien`. @default push */
  readonly decisions?: DecisionRoute;
  /** How long a decision is offered to a gateway that does not take it. @default 600_000 ms */
  readonly decisionPatienceMs?: number;
  /** @default 3_600_000 ms */
  readonly tokenLifetimeMs?: number;
  /** First number in dossier codes. @default from the time of day */
  readonly sequenceStart?: number;
  /** Told of errors that are the simulators' own. @default ignored */
  readonly onBug?: (error: unknown) => void;
}

export interface Simulators {
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  readonly credentials: Readonly<Record<SystemId, Credentials>>;
  readonly ledger: EffectLedger;
  connect(gateway: Gateway): void;
  /** Files new dossiers at DVCLT, as `POST /_sim/cases` does. */
  order(order: CaseOrder): readonly SimCase[];
  stop(): Promise<void>;
}

/** Starts the four outside systems below one port: `/dvclt`, `/hotich`, `/dvcqg`, `/onestop`, with their control API at `/_sim/`. */
export async function startSimulators(options: SimulatorOptions = {}): Promise<Simulators> {
  const seed = options.seed ?? randomInt(2 ** 31);
  const world = await createWorld(options, seed);
  const faults = new FaultRegistry(seed, world.now, (code) => world.cases.aliasesOf(code));
  const calls = new CallLog();
  const credentials = completed(options.credentials ?? {});
  const dvclt = new DvcltSystem(world, credentials.dvclt);
  const dvcqg = new DvcqgSystem(world, credentials.dvcqg);
  const onestop = new OnestopSystem(world, {
    credentials: credentials.onestop,
    decisions: options.decisions ?? 'push',
    decisionPatienceMs: options.decisionPatienceMs ?? 600_000,
  });
  const systems = [dvclt, new HotichSystem(world, credentials.hotich), dvcqg, onestop];
  const control = new ControlApi({ world, faults, calls, systems, dvclt, onestop });
  const server = new HttpServer(
    dispatcher({ world, faults, calls, systems, control }),
    options.onBug ?? (() => undefined),
  );
  const host = options.host ?? '127.0.0.1';
  const port = await server.listen(options.port ?? 0, host);
  if (options.gateway !== undefined) onestop.connect(options.gateway);
  return {
    url: `http://${host}:${port}`,
    port,
    seed,
    credentials,
    ledger: world.ledger,
    connect: (gateway) => onestop.connect(gateway),
    order: (order) => placeOrder(order, { world, faults, dvclt }),
    stop: async () => {
      world.timers.stop();
      onestop.stop();
      dvcqg.stop();
      await server.stop();
    },
  };
}

async function createWorld(options: SimulatorOptions, seed: number): Promise<World> {
  const now = () => Date.now();
  return {
    now,
    timers: new Timers(),
    random: new SeededRandom(seed),
    pace: options.pace ?? { minMs: 300, maxMs: 1_000 },
    pdf: await SamplePdf.create(),
    cases: new CaseStore(),
    generator: new CaseGenerator(now, options.sequenceStart),
    ledger: new EffectLedger(now),
    tokenLifetimeMs: options.tokenLifetimeMs ?? 3_600_000,
  };
}

function completed(given: Partial<Record<SystemId, Credentials>>): Record<SystemId, Credentials> {
  const made = (id: SystemId) => ({ username: `sim-${id}`, password: randomBytes(18).toString('base64url') });
  return Object.fromEntries(SYSTEMS.map((id) => [id, given[id] ?? made(id)])) as Record<SystemId, Credentials>;
}

interface Dispatch {
  readonly world: World;
  readonly faults: FaultRegistry;
  readonly calls: CallLog;
  readonly systems: readonly PartnerSystem[];
  readonly control: ControlApi;
}

function dispatcher(parts: Dispatch): (received: Received) => Ending | Promise<Ending> {
  const router = new Router(parts.systems);
  return (received) => {
    if (received.url.pathname.startsWith('/_sim')) return { reply: parts.control.handle(received) };
    const found = router.find(received.method, received.url.pathname);
    return found === null
      ? { reply: jsonReply(404, { title: 'Not Found', status: 404 }) }
      : serve(found, received, parts);
  };
}

async function serve(
  { system, route, path }: Found,
  received: Received,
  { world, faults, calls }: Dispatch,
): Promise<Ending> {
  const body = parsed(received.text);
  const { method, headers, text, url } = received;
  const bare = { method, path, query: url.searchParams, headers, text, body, atMs: world.now() };
  const asked = { ...bare, faults: FiredFaults.none };
  const operation = route.operationOf(asked);
  const codes = route.codesOf(asked);
  const call = { ...bare, faults: faults.fire(system.id, operation, codes) };
  const ending = await serveCall(system, route, call, world.timers);
  const status = 'reply' in ending ? ending.reply.status : 0;
  calls.record({ system: system.id, operation, code: codes[0] ?? null, atMs: call.atMs, status });
  return ending;
}

/** Undefined where the text is no JSON; handlers read fields of it as absent. */
function parsed(text: string): unknown {
  if (text === '') return {};
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}
