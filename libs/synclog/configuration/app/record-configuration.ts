import { codeOf, isConnectionLost, OutageLog, pause, sha256, type Database, type Log } from '#platform';
import type { SyncLog } from '../../app/append-entries';
import { isLoggableCode } from '../../domain/detail';
import type { SyncLogEntryInput } from '../../domain/entry';
import { lockLoadedFiles, writeLoadedFiles } from '../adapters/configuration-store';
import { digestsBelow } from '../adapters/read-files';

export interface LoadedConfiguration {
  /** Which part of the product has loaded it. */
  part: 'gateway' | 'worker';
  /** SHA-256 of each file, hex, by its path. */
  files: ReadonlyMap<string, string>;
}

/** What a part of the product loads now; to be taken when it loads it, since files may change while it waits for its database. */
export function loadedConfiguration(part: LoadedConfiguration['part'], configDir: string): LoadedConfiguration {
  return { part, files: digestsBelow(configDir) };
}

export interface RecordDeps {
  db: Pick<Database, 'run'>;
  syncLog: Pick<SyncLog, 'append'>;
}

/** Changed files of one entry: it has to stay below 16 KiB. */
const FILES_OF_AN_ENTRY = 80;
const GONE = 'gone';

/** Says in the sync log which configuration files differ from those that this part of the product had loaded last; of many processes that start at once one says it.
 *  @returns how many differ */
export async function recordConfiguration(
  { part, files: now }: LoadedConfiguration,
  { db, syncLog }: RecordDeps,
): Promise<number> {
  return db.run(async (tx) => {
    const before = await lockLoadedFiles(tx, part);
    const changed = [...new Set([...now.keys(), ...before.keys()])]
      .filter((path) => now.get(path) !== before.get(path))
      .map((path) => ({ path, digest: now.get(path) ?? null }));
    if (changed.length === 0) return 0;
    await writeLoadedFiles(tx, part, changed);
    const setDigest = sha256(Buffer.from(JSON.stringify([...now]))).toString('base64');
    const refs = changed.map(refOf);
    const entries: SyncLogEntryInput[] = [];
    for (let from = 0; from < refs.length; from += FILES_OF_AN_ENTRY)
      entries.push({
        kind: 'configuration.loaded',
        actor: { id: part, type: 'system' },
        detail: { setDigest, count: now.size, refs: refs.slice(from, from + FILES_OF_AN_ENTRY) },
      });
    await syncLog.append(tx, entries);
    return changed.length;
  });
}

/** A file name that is no code stays out of the log; its digest tells. */
function refOf({ path, digest }: { path: string; digest: string | null }): string {
  const ref = `${path}:${digest ?? GONE}`;
  return isLoggableCode(ref) ? ref : `unreadable:${digest ?? GONE}`;
}

const ASK_EVERY_MS = 500;

/** The same once the database answers. What it refuses is told in the log, and keeps nobody from working. */
export async function recordConfigurationOnceThere(
  loaded: LoadedConfiguration,
  { log, signal, ...deps }: RecordDeps & { log: Log; signal: AbortSignal },
): Promise<void> {
  const outage = new OutageLog(log, 'configuration.database');
  while (!signal.aborted) {
    try {
      const changed = await recordConfiguration(loaded, deps);
      outage.recovered();
      return log.info('configuration.loaded', { changed });
    } catch (error) {
      if (!isConnectionLost(error)) return log.error('configuration.not-recorded', { code: codeOf(error) });
      outage.failed(error);
      await pause(ASK_EVERY_MS, signal);
    }
  }
}
