import type { Services } from './services';
import type { SimulatorClient } from './simulator-client';

/** How long an officer takes, ms. */
export interface OfficerPace {
  minMs: number;
  maxMs: number;
}

/** What one run of a side is given. */
export interface SideRun {
  services: Services;
  /** Folder of this run: logs, keys. */
  dir: string;
  /** An empty database. */
  databaseUrl: string;
  /** Name that no other run has. */
  name: string;
  /** Undefined leaves the simulators' default. */
  officers?: OfficerPace;
  /** Where the portal fetches files; undefined = at the gateway itself. */
  publicUrl?: string;
  /** Folder for V8 CPU profiles of the processes; undefined makes none. */
  profileDir?: string;
  /** Module that is loaded first into each process: what a bench takes out of the product. */
  preload?: string;
}

/** One contestant at work: its own simulators, database and processes; PostgreSQL and Kafka are shared, one side at a time. */
export interface Side {
  simulators: SimulatorClient;
  simulatorsPid: number;
  /** Its own processes, by part. */
  pids: Readonly<Record<string, number>>;
  /** Where its parts tell of themselves, by part. */
  metricsUrls?: Readonly<Record<string, string>>;
  /** Topic of its events. */
  topic: string;
  /** @throws Error when one of its processes has ended */
  assertRunning(): void;
  stop(): Promise<void>;
}

/** The simulators' variables. */
export function officerEnvironment({ officers }: SideRun): Record<string, string> {
  return officers ? { OFFICER_MIN_MS: String(officers.minMs), OFFICER_MAX_MS: String(officers.maxMs) } : {};
}

/** Our environment without what would point a side at other services, and without a profile where none is asked for. */
export function sideEnvironment({ profileDir, preload }: Pick<SideRun, 'profileDir' | 'preload'>): NodeJS.ProcessEnv {
  const isForeign = (name: string): boolean => /DATABASE_URL|^KAFKA_BROKERS$|^PARTNER_|^NODE_OPTIONS$|^BUS$/.test(name);
  const own = Object.entries(process.env).filter(([name]) => !isForeign(name));
  const options = [
    ...(profileDir ? [`--cpu-prof --cpu-prof-dir=${profileDir}`] : []),
    ...(preload ? [`--require ${preload}`] : []),
  ];
  return { ...Object.fromEntries(own), ...(options.length > 0 ? { NODE_OPTIONS: options.join(' ') } : {}) };
}
