import { checkpointText } from '../../tlog/checkpoint';
import { entriesOf, entryBundle } from '../../tlog/entry-bundle';
import {
  ed25519FromSeed,
  noteCosigner,
  noteSigner,
  parseNote,
  signNote,
  type NoteSigner,
} from '../../tlog/signed-note';
import { parseTilePath, TILE_WIDTH, tilePath } from '../../tlog/tiles';
import { leafHash, rootOf } from '../../tlog/tree-hash';
import { checkListedRange } from '../domain/listed-range';
import { filesOfTree } from '../domain/log-files';
import { BUNDLE_FORMAT, fileDigest, ListedSource, MANIFEST_PATH, type Manifest } from '../domain/manifest';
import type { EvidenceSource, RangeChecks } from '../ports';

/** Of tests only: the secrets are published (RFC 8032 §7.1). */
export const LOG_SIGNER = noteSigner(
  'lienthong.test/synclog',
  seeded('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'),
);
export const OTHER_SIGNER = noteSigner(
  'lienthong.test/synclog',
  seeded('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7'),
);

function seeded(hex: string): ReturnType<typeof ed25519FromSeed> {
  return ed25519FromSeed(Buffer.from(hex, 'hex'));
}

/** Entries as the product writes them; one a second. */
export function testEntries(count: number): Buffer[] {
  return Array.from({ length: count }, (_, nth) => testEntry(nth));
}

/** @param nth gives the id and the time */
export function testEntry(nth: number, outcome = 'accepted'): Buffer {
  const at = new Date(Date.UTC(2026, 2, 2, 2, 0, nth));
  const id = `${at
    .getTime()
    .toString(16)
    .padStart(12, '0')
    .replace(/(.{8})/, '$1-')}-7000-8000-${nth.toString(16).padStart(12, '0')}`;
  const rest = `"id":"${id}","kind":"attempt.settled","outcome":"${outcome}","v":1`;
  return Buffer.from(`{"actor":{"id":"courier","type":"system"},"at":"${at.toISOString()}",${rest}}`);
}

/** A log bundle in memory, that tests may change. */
export class MemoryBundle implements EvidenceSource {
  readonly files = new Map<string, Buffer>();

  /** @param entries its leaves; @param signer of its checkpoint */
  constructor(entries: readonly Buffer[], signer: NoteSigner = LOG_SIGNER) {
    this.files.set('key', Buffer.from(`${signer.vkey}\n`));
    this.makeTree(entries);
    this.sign(signer, entries.length);
    this.writeManifest();
  }

  read(path: string): Buffer | undefined {
    const bytes = this.files.get(path);
    return bytes && Buffer.from(bytes);
  }

  list(): readonly string[] {
    return [...this.files.keys()];
  }

  get entries(): Buffer[] {
    return this.list()
      .filter((path) => path.startsWith('tile/entries/'))
      .flatMap((path) => entriesOf(this.read(path)!));
  }

  get note(): string {
    return this.files.get('checkpoint')!.toString('utf8');
  }

  /** Replaces all tiles by those of these entries. */
  makeTree(entries: readonly Buffer[]): this {
    for (const path of this.list()) if (path.startsWith('tile/')) this.files.delete(path);
    const leaves = entries.map((entry) => leafHash(entry));
    for (const path of filesOfTree(entries.length)) {
      const { level, index, width } = parseTilePath(path)!;
      const [from, to] = [index * TILE_WIDTH, index * TILE_WIDTH + width];
      this.files.set(
        path,
        level === 'entries' ? entryBundle(entries.slice(from, to)) : hashesAt(leaves, level, { from, to }),
      );
    }
    return this;
  }

  /** Signs the tree that the entries come to. */
  sign(signer: NoteSigner, size = this.entries.length): this {
    const root = rootOf(this.entries.map((entry) => leafHash(entry)));
    this.files.set('checkpoint', Buffer.from(signNote(checkpointText({ origin: signer.name, size, root }), signer)));
    return this;
  }

  /** Writes the manifest anew, as an exporter would. */
  writeManifest(): this {
    this.files.delete(MANIFEST_PATH);
    const [origin, size] = this.note.split('\n');
    const manifest: Manifest = {
      format: BUNDLE_FORMAT,
      origin,
      size: Number(size),
      exportedAt: '2026-03-03T09:00:00+07:00',
      exportedBy: 'lienthong 0.0.0',
      firstAt: null,
      lastAt: null,
      files: [...this.files].map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: fileDigest(bytes) })),
    };
    this.files.set(MANIFEST_PATH, Buffer.from(`${JSON.stringify(manifest)}\n`));
    return this;
  }

  /** Changes bytes of a file in place. */
  change(path: string, change: (bytes: Buffer) => void): this {
    change(this.files.get(path)!);
    return this;
  }

  /** Replaces the entries of one bundle, and nothing else. */
  rebundle(index: number, change: (entries: Buffer[]) => Buffer[]): this {
    const path = this.list().find((one) => one.startsWith(tilePath({ level: 'entries', index, width: TILE_WIDTH })))!;
    this.files.set(path, entryBundle(change(entriesOf(this.read(path)!))));
    return this;
  }
}

function hashesAt(leaves: readonly Buffer[], level: number, { from, to }: { from: number; to: number }): Buffer {
  const span = TILE_WIDTH ** level;
  return Buffer.concat(
    Array.from({ length: to - from }, (_, at) => rootOf(leaves.slice((from + at) * span, (from + at + 1) * span))),
  );
}

/** Checks ranges in this thread. */
export function rangesOfSource(source: EvidenceSource): RangeChecks {
  const listed = new ListedSource(source);
  return { check: async (job, ranges) => ranges.map((range) => checkListedRange(listed, job, range)) };
}

/** A witness of tests. */
export const WITNESS = noteCosigner(
  'witness.test/w1',
  seeded('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'),
);

/** The checkpoint with the witness's line below it. */
export function cosigned(note: string): string {
  return note + WITNESS.cosign(parseNote(note).text, 1_772_400_000);
}
