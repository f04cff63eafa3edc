import type { LogReader } from '../../export/ports';
import { publishedChain, type LogKeyRing } from '../../keys/log-key-ring';
import { readNewestCheckpoint } from '../../sealing/adapters/tree-store';
import { readResource } from '../../sealing/app/read-resource';
import { parseTilePath } from '../../tlog/tiles';
import type { LogSource } from '../ports';

/** The sealed log read from its own database, in the files in which the gateway serves it. */
export function storedLog(source: LogSource, ring: LogKeyRing): LogReader {
  const text = (found: string | undefined): Buffer | undefined =>
    found === undefined ? undefined : Buffer.from(found, 'utf8');
  return {
    read: async (path) => {
      if (path === 'key') return text(`${ring.current.vkey}\n`);
      if (path === 'keys') return text(publishedChain(ring));
      if (path === 'checkpoint') return text((await readNewestCheckpoint(source.tx))?.note);
      const name = parseTilePath(path);
      return name && readResource(source, name);
    },
  };
}

/** What a log says of itself stays the same for its reader: one state of a log that grows. */
export function atOneState(log: LogReader): LogReader {
  const known = new Map<string, Promise<Buffer | undefined>>();
  return {
    read: (path) => {
      if (parseTilePath(path) !== undefined) return log.read(path);
      const found = known.get(path) ?? log.read(path);
      known.set(path, found);
      return found;
    },
  };
}

/** A log without its tiles and entries: those of a folder have to fit by themselves. */
export function withoutTiles(log: LogReader): LogReader {
  return { read: async (path) => (parseTilePath(path) === undefined ? log.read(path) : undefined) };
}
