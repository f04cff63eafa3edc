import { generateKeyPairSync } from 'node:crypto';
import { bundleFolder } from '../../libs/synclog/export/adapters/bundle-folder';
import { entryBytes } from '../../libs/synclog/domain/entry';
import { checkpointText } from '../../libs/synclog/tlog/checkpoint';
import { entryBundle } from '../../libs/synclog/tlog/entry-bundle';
import { growTree, type FullTile, type TreeEdge } from '../../libs/synclog/tlog/grow-tree';
import { noteSigner, signNote } from '../../libs/synclog/tlog/signed-note';
import { rootOfEdge, TILE_WIDTH, tilePath } from '../../libs/synclog/tlog/tiles';
import { HASH_BYTES, leafHash } from '../../libs/synclog/tlog/tree-hash';
import {
  BUNDLE_FORMAT,
  fileDigest,
  MANIFEST_PATH,
  type ManifestFile,
} from '../../libs/synclog/verifier/domain/manifest';

/** A log bundle that was written for a bench. */
export interface LogOnDisk {
  dir: string;
  /** Verifier key of the log. */
  vkey: string;
  entries: number;
  /** Of all entries. */
  entryBytes: number;
}

const FIRST_AT = Date.UTC(2026, 2, 2, 2);
const EVERY_MS = 7;

/** Writes a bundle of so many entries of the usual size, as an export would. */
export function writeLog(dir: string, entries: number): LogOnDisk {
  const folder = bundleFolder(dir);
  const files: ManifestFile[] = [];
  const write = (path: string, bytes: Buffer): void => {
    folder.write(path, bytes);
    files.push({ path, bytes: bytes.length, sha256: fileDigest(bytes) });
  };
  const writeTile = ({ level, index, hashes }: FullTile): void =>
    write(tilePath({ level, index, width: hashes.length / HASH_BYTES }), hashes);
  let edge: TreeEdge = { size: 0, partials: [] };
  let written = 0;
  while (edge.size < entries) {
    const index = edge.size / TILE_WIDTH;
    const bundle = entriesFrom(edge.size, Math.min(TILE_WIDTH, entries - edge.size));
    written += bundle.reduce((sum, { length }) => sum + length, 0);
    const grown = growTree(edge, bundle.map(leafHash));
    write(tilePath({ level: 'entries', index, width: bundle.length }), entryBundle(bundle));
    grown.full.forEach(writeTile);
    edge = grown.edge;
  }
  edge.partials.forEach((hashes, level) => {
    if (hashes.length > 0) writeTile({ level, index: Math.floor(entries / TILE_WIDTH ** (level + 1)), hashes });
  });
  const signer = noteSigner('bench.example/synclog', generateKeyPairSync('ed25519').privateKey);
  const head = { origin: signer.name, size: entries, root: rootOfEdge(edge.partials) };
  write('key', Buffer.from(`${signer.vkey}\n`));
  write('checkpoint', Buffer.from(signNote(checkpointText(head), signer)));
  const times = { exportedAt: timeOf(entries), firstAt: timeOf(0), lastAt: timeOf(entries - 1) };
  const manifest = { format: BUNDLE_FORMAT, ...head, root: undefined, exportedBy: 'bench', ...times, files };
  folder.write(MANIFEST_PATH, Buffer.from(JSON.stringify(manifest)));
  return { dir, vkey: signer.vkey, entries, entryBytes: written };
}

function entriesFrom(first: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, nth) => entryAt(first + nth));
}

/** About 500 bytes, as the settlement of an attempt has. */
function entryAt(nth: number): Buffer {
  const time = (FIRST_AT + nth * EVERY_MS).toString(16).padStart(12, '0');
  const number = String(nth % 1_000_000).padStart(6, '0');
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${nth.toString(16).padStart(12, '0')}`;
  return entryBytes(id, timeOf(nth), {
    kind: 'attempt.settled',
    actor: { id: 'courier', type: 'system' },
    dossierId: id,
    codes: [`G00.00.00-260302-${number}`, `H00.000-260302-${number}`],
    partner: 'dvcqg',
    operation: 'push-progress',
    unit: '00000',
    procedure: 'birth-group',
    outcome: 'accepted',
    rule: { id: 'dvcqg.done', version: 3 },
    contentDigest: Buffer.from(id.repeat(2).slice(0, 32)).toString('base64'),
    detail: { attempt: 1, attemptId: id, durationMs: nth % 900, httpStatus: 200 },
  });
}

function timeOf(nth: number): string {
  return new Date(FIRST_AT + nth * EVERY_MS).toISOString();
}
