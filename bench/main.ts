import { Command, InvalidArgumentError } from 'commander';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BenchRun } from './harness/bench-run';
import { OpenThings } from './harness/open-things';
import { machineLine, writeReport, type BenchReport, type ReportedRun } from './harness/report';
import { startServices } from './harness/services';
import { faults } from './faults';
import { hold } from './hold';
import { hotKey } from './hot-key';
import { intake } from './intake';
import { journey } from './journey';
import { largeFiles } from './large-files';
import { memory } from './memory';
import { order } from './order';
import { reconcile } from './reconcile';
import { replay } from './replay';
import { restart } from './restart';
import { search } from './search';
import { synclog } from './synclog';
import { synclogVerify } from './synclog-verify';

interface Options {
  count?: number;
  repeats: number;
  seed: number;
  profile?: string;
  kills: number;
  load: number;
  rate: number;
  seconds?: number;
}

/** What a bench is given, whichever it is. */
interface Place {
  dir: string;
  open: OpenThings;
}

type Outcome = { report: BenchReport } & ReportedRun;

const say = (line: string): void => console.log(line);

interface Bench {
  /** For the help. */
  about: string;
  run(place: Place, options: Options): Promise<Outcome>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  journey: {
    about: 'whole births, ours against the floor; then paced',
    run: (place, options) => compared(place, options, journey, 300),
  },
  intake: {
    about: 'from the list to the acknowledgement, ours against the floor',
    run: (place, options) => compared(place, options, intake, 1_000),
  },
  'large-files': {
    about: 'memory and event loop with ten files of 5 MB',
    run: (place, options) => compared(place, options, largeFiles, 1),
  },
  memory: {
    about: 'what is kept of dossiers that are done',
    run: (place, options) => compared(place, options, memory, 10_000),
  },
  faults: { about: 'SIGKILL of random parts under load', run: faultsAt },
  order: {
    about: 'dossiers that fail: the order, and the throughput of the healthy ones',
    run: (place, options) => compared(place, options, order, 1_000),
  },
  hold: {
    about: 'a held partner with a backlog: the other partners, and its drain',
    run: (place, options) => compared(place, options, (run) => hold(run, options), 100_000),
  },
  'hot-key': {
    about: 'one dossier with 70 % of the events: the other dossiers',
    run: (place, options) => compared(place, options, hotKey, 240),
  },
  replay: {
    about: 'dead letters looked at and sent again: speed, rate, order, a kill, refusals',
    run: (place, options) => compared(place, options, (run) => replay(run, options), 10_000),
  },
  reconcile: { about: 'many dossiers compared with a one-stop: calls, missed, false, memory', run: reconcileAt },
  restart: {
    about: 'a rolling restart of two gateways and two workers under load',
    run: (place, options) => compared(place, options, restart, 120),
  },
  search: { about: 'the sync log searched by whatever an auditor asks: p95 over a million entries', run: searchOver },
  synclog: {
    about: 'the sync log: entries a second, time to the signature, what it costs a birth',
    run: (place, options) => compared(place, options, synclog, 300),
  },
  'synclog-verify': { about: 'a sealed log checked offline: entries a second', run: verifyAt },
};

async function faultsAt({ dir, open }: Place, { seed, kills, seconds }: Options): Promise<Outcome> {
  const { serverVersion, ...report } = await faults({ dir, open, seed, kills, seconds, say });
  return { report, serverVersion, settings: { seed } };
}

async function searchOver({ dir, open }: Place, { seed, count = 1_000_000 }: Options): Promise<Outcome> {
  const { serverVersion, ...report } = await search({ dir, open, count, seed, say });
  return { report, serverVersion, settings: { count, seed } };
}

async function reconcileAt({ dir, open }: Place, { seed, rate, count = 1_000_000 }: Options): Promise<Outcome> {
  const services = await startServices(dir);
  open.add(() => services.stop());
  const report = await reconcile({ services, dir, open, count, seed, rate, say });
  return { report, serverVersion: services.serverVersion, settings: { seed, count, rate } };
}

/** Needs neither PostgreSQL nor Kafka. */
async function verifyAt({ dir }: Place, { count = 500_000, repeats }: Options): Promise<Outcome> {
  const report = await synclogVerify({ dir: join(dir, 'log'), entries: count, repeats, say });
  return { report, serverVersion: 'none', settings: { count, repeats } };
}

/** A bench that compares sides on one PostgreSQL and one Kafka. */
async function compared(
  { dir, open }: Place,
  options: Options,
  bench: (run: BenchRun) => Promise<BenchReport>,
  defaultCount: number,
): Promise<Outcome> {
  const profileDir = options.profile === undefined ? undefined : resolve(options.profile);
  if (profileDir !== undefined) mkdirSync(profileDir, { recursive: true });
  const services = await startServices(dir);
  open.add(() => services.stop());
  const { repeats, seed, count = defaultCount } = options;
  const report = await bench({ services, dir, open, count, repeats, seed, profileDir, say });
  const settings = { count, repeats, seed, isProfiled: profileDir !== undefined };
  return { report, serverVersion: services.serverVersion, settings };
}

/** Runs one bench. Exit codes: 0 every goal is met, 1 one is not or the bench failed, 2 wrong use. */
async function main(name: string, options: Options): Promise<number> {
  const bench = BENCHES[name];
  if (!bench) {
    console.error(`There is no bench ${name}: ${Object.keys(BENCHES).join(', ')}.`);
    return 2;
  }
  const open = new OpenThings();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void open.closeAll().finally(() => process.exit(1)));
  try {
    const dir = mkdtempSync(join(tmpdir(), 'lienthong-bench-'));
    open.add(async () => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
    const { report, ...run } = await bench.run({ dir, open }, options);
    show(report, writeReport(name, run, report));
    return report.goals.every((goal) => goal.isMet) ? 0 : 1;
  } finally {
    await open.closeAll();
  }
}

function show({ text, goals }: BenchReport, path: string): void {
  say(`\n${text}\n`);
  for (const goal of goals) say(`${goal.isMet ? 'met    ' : 'NOT MET'}  ${goal.text}`);
  say(`\n${machineLine()}\n${path}`);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('a whole number from 1.');
  return Number(text);
}

const program = new Command('npm run bench --')
  .argument('<name>', Object.keys(BENCHES).join(' or '))
  .option(
    '--count <n>',
    'dossiers; hold: waiting deliveries; replay: dead letters; search, synclog-verify: entries',
    wholeNumber,
  )
  .option('--repeats <n>', 'interleaved pairs of runs', wholeNumber, 3)
  .option('--seed <n>', 'of the generated cases', wholeNumber, 20_261_101)
  .option('--kills <n>', 'faults: processes killed', wholeNumber, 200)
  .option('--seconds <n>', 'faults: no kill after so long; the kills made until then count', wholeNumber)
  .option('--load <n>', 'hold: births that are filed beside the backlog', wholeNumber, 240)
  .option('--rate <n>', 'hold, replay: deliveries a second; reconcile: calls a second', wholeNumber, 100)
  .option('--profile <dir>', 'CPU profiles of our processes go there; figures of such a run do not count')
  .addHelpText(
    'after',
    ['', ...Object.entries(BENCHES).map(([name, { about }]) => `  ${name.padEnd(14)} ${about}`)].join('\n'),
  )
  .action(async (name: string, options: Options) => {
    process.exitCode = await main(name, options).catch((error: unknown) => {
      console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return 1;
    });
  });

void program.parseAsync();
