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
import { PaperWitness } from './ledger/paper-witness';
import { AllTexts } from './server/all-texts';
import type { DecisionRoute } from './onestop/counter-officer';
import type { Gateway } from './onestop/gateway-client';
import { OnestopSystem } from './onestop/onestop-system';
import { readStorm } from './onestop/storm';
import { fieldsOf } from './server/fields';
import { HttpServer, type Received } from './server/http-server';
import type { PartnerSystem } from './server/partner-system';
import { Router, type Found } from './server/router';
import { SeededRandom } from './server/seeded-random';
import { serveCall, type Ending } from './server/serve-call';
import { SYSTEMS, type Credentials, type SystemId } from './server/systems';
import { Timers } from './server/timers';
import { jsonReply } from './server/reply';
import { TlsDoors } from './tls/tls-doors';
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
  /** How late `hiddenCommit: late` answers; the default is later than the shipped call deadline of 10 s. @default 12_000 ms */
  readonly lateMs?: number;
  /** How long the portal waits for one file. @default 30_000 ms */
  readonly fileTimeoutMs?: number;
  /** Also listens with TLS, one free port for each system (`badCert`). @default false */
  readonly tls?: boolean;
  /** Message texts that replace the shipped ones, `{"dvclt":{"applied":"…"},…}`; names in each system's texts.ts. */
  readonly texts?: unknown;
  /** First number in dossier codes. @default from the time of day */
  readonly sequenceStart?: number;
  /** Told of errors that are the simulators' own. @default ignored */
  readonly onBug?: (error: unknown) => void;
}

export interface Simulators {
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  /** Base addresses with TLS and the authority that a client has to trust (PEM); null where it is off. */
  readonly tls: { readonly urls: Readonly<Record<SystemId, string>>; readonly ca: string } | null;
  readonly credentials: Readonly<Record<SystemId, Credentials>>;
  readonly ledger: EffectLedger;
  connect(gateway: Gateway): void;
  /** Files new dossiers at DVCLT, as `POST /_sim/cases` does. */
  order(order: CaseOrder): readonly SimCase[];
  stop(): Promise<void>;
}

/** Starts the four outside systems below one port: `/dvclt`, `/hotich`, `/dvcqg`, `/onestop`, with their control API at `/_sim/`. */
export async function startSimulators(options: SimulatorOptions = {}): Promise<Simulators> {
  const { host = '127.0.0.1', seed = randomInt(2 ** 31), lateMs = 12_000, onBug = () => undefined } = options;
  const world = await createWorld(options, seed);
  const faults = new FaultRegistry(seed, world.now, (code) => world.cases.aliasesOf(code));
  const calls = new CallLog();
  const credentials = completed(options.credentials ?? {});
  const systems = systemsOf(options, { world, faults, calls, credentials });
  const { dvclt, hotich, dvcqg, onestop } = systems;
  const all = [dvclt, hotich, dvcqg, onestop];
  const control = new ControlApi({ world, faults, calls, systems: all, dvclt, hotich, onestop, dvcqg });
  const server = new HttpServer(dispatcher({ world, faults, calls, systems: all, control, lateMs }), onBug);
  const port = await server.listen(options.port ?? 0, host);
  const { tls, closeDoors } = await openDoors(options.tls === true, host, { world, faults, server });
  if (options.gateway !== undefined) onestop.connect(options.gateway);
  return {
    url: `http://${host}:${port}`,
    port,
    seed,
    tls,
    credentials,
    ledger: world.ledger,
    connect: (gateway) => onestop.connect(gateway),
    order: (order) => placeOrder(order, { world, faults, dvclt }),
    stop: async () => {
      world.timers.stop();
      onestop.stop();
      dvcqg.stop();
      await closeDoors();
      await server.stop();
    },
  };
}

interface Shared {
  readonly world: World;
  readonly faults: FaultRegistry;
  readonly calls: CallLog;
  readonly credentials: Readonly<Record<SystemId, Credentials>>;
}

function systemsOf(options: SimulatorOptions, { world, faults, calls, credentials }: Shared) {
  const { decisions = 'push', decisionPatienceMs: patienceMs = 600_000, fileTimeoutMs = 30_000 } = options;
  const push = {
    patienceMs,
    stormFor: (code: string) => readStorm(faults.fire('onestop', 'decision', [code]).value('clientStorm')),
    onStormAnswer: (code: string, status: number) =>
      calls.record({ system: 'onestop', operation: 'clientStorm', codes: [code], atMs: world.now(), status }),
  };
  return {
    dvclt: new DvcltSystem(world, credentials.dvclt),
    hotich: new HotichSystem(world, credentials.hotich),
    dvcqg: new DvcqgSystem(world, { credentials: credentials.dvcqg, fileTimeoutMs }),
    onestop: new OnestopSystem(world, { credentials: credentials.onestop, decisions, push }),
  };
}

interface Doors {
  readonly tls: Simulators['tls'];
  closeDoors(): Promise<void>;
}

async function openDoors(
  isWanted: boolean,
  host: string,
  to: { world: World; faults: FaultRegistry; server: HttpServer },
): Promise<Doors> {
  if (!isWanted) return { tls: null, closeDoors: () => Promise.resolve() };
  const doors = new TlsDoors({
    host,
    nowMs: to.world.now(),
    badCertFor: (system) => to.faults.fire(system, 'connection', []).text('badCert'),
    onConnection: (connection) => to.server.adopt(connection),
  });
  return { tls: { urls: await doors.open(), ca: doors.authority.cert }, closeDoors: () => doors.stop() };
}

async function createWorld(options: SimulatorOptions, seed: number): Promise<World> {
  const now = () => Date.now();
  const pdf = await SamplePdf.create();
  const texts = new AllTexts();
  texts.replace(options.texts);
  return {
    now,
    timers: new Timers(),
    random: new SeededRandom(seed),
    pace: options.pace ?? { minMs: 300, maxMs: 1_000 },
    pdf,
    cases: new CaseStore(),
    generator: new CaseGenerator(now, options.sequenceStart),
    ledger: new EffectLedger(now),
    papers: new PaperWitness(pdf),
    texts,
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
  readonly lateMs: number;
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

async function serve({ system, route, path }: Found, received: Received, parts: Dispatch): Promise<Ending> {
  const { world, faults, calls, lateMs } = parts;
  const body = parsed(received.text);
  const { method, headers, text, bytes, url } = received;
  const bare = { method, path, query: url.searchParams, headers, text, bytes, body, atMs: world.now() };
  const asked = { ...bare, faults: FiredFaults.none, rowFaults: () => FiredFaults.none };
  const operation = route.operationOf(asked);
  const codes = route.codesOf(asked);
  const rowFaults = (code: string) => faults.fireForRow(system.id, operation, code);
  const call = { ...bare, faults: faults.fire(system.id, operation, codes), rowFaults };
  const ending = await serveCall(system, route, call, { timers: world.timers, lateMs });
  const status = 'reply' in ending ? ending.reply.status : 0;
  calls.record({ system: system.id, operation, codes, atMs: call.atMs, status });
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
