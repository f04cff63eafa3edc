import { loadProcedures } from '#dossier';
import { loadUnits } from '#intake';
import { createPartners } from '#partners';
import { silentLog, systemClock } from '#platform';
import { FactLog } from './floor/fact-log';
import { Floor } from './floor/floor';
import { GroupCommit } from './floor/group-commit';
import { floorServer } from './floor/http-server';
import { PollRegistry } from './floor/poll-registry';
import { ReceiveDossiers } from './floor/receive-dossiers';

const MAX_DETAIL_CALLS = 8;
const MAX_POLL_CALLS = 8;

/** @throws Error when the variable is not set */
function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function fatal(error: unknown): void {
  process.stderr.write(`floor: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}

/** The shipped partners set no limits. */
function noLimits(): never {
  throw new Error('the floor keeps no limits of partners');
}

/** The floor as a process: `DATABASE_URL` (an empty database), `KAFKA_BROKERS`, `FLOOR_TOPIC`, `PORT`, `CONFIG_DIR`, `PARTNER_…`. */
async function main(): Promise<void> {
  const port = needed('PORT');
  const configDir = needed('CONFIG_DIR');
  const partners = createPartners({
    configDir,
    env: process.env,
    log: silentLog,
    clock: systemClock,
    budget: noLimits,
  });
  const commits = new GroupCommit(needed('DATABASE_URL'));
  await commits.createTables();
  const stopping = new AbortController();
  const log = new FactLog({
    brokers: needed('KAFKA_BROKERS'),
    topic: needed('FLOOR_TOPIC'),
    onFact: (fact) => floor.route(fact),
    onFatal: fatal,
  });
  const floor: Floor = new Floor({
    partners,
    procedures: loadProcedures(configDir),
    commits,
    log,
    publicUrl: `http://127.0.0.1:${port}`,
    watch: (state) => polls.watch(state),
    onFatal: fatal,
  });
  const { resultFirstMs = 500, resultMaxMs = 10_000 } = partners.configs.hotich.poll;
  const pace = { firstMs: resultFirstMs, maxMs: resultMaxMs, maxConcurrency: MAX_POLL_CALLS };
  const polls = new PollRegistry(floor, { ...pace, results: partners.registryResults }, fatal);
  const received = new ReceiveDossiers(floor, {
    source: partners.dossierSource,
    units: loadUnits(configDir),
    everyMs: partners.configs.dvclt.poll.listMs ?? 1_000,
    maxConcurrency: MAX_DETAIL_CALLS,
  });
  const server = floorServer(floor, fatal);
  await log.start();
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
  polls.run(stopping.signal);
  received.run(stopping.signal).catch(fatal);
  process.stdout.write('floor.started\n');
  // What is on its way is given up: the figures are taken before.
  process.once('SIGTERM', () => {
    stopping.abort();
    void log.stop().finally(() => process.exit(0));
  });
}

main().catch(fatal);
