import { hash } from 'node:crypto';
import type { Finding } from '../findings';
import type { EvidenceSource } from '../ports';

export const MANIFEST_PATH = 'manifest.json';
export const BUNDLE_FORMAT = 'lienthong-log-bundle/1';

/** One file of a bundle. */
export interface ManifestFile {
  path: string;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

/** What a bundle says of itself, `manifest.json`. */
export interface Manifest {
  format: typeof BUNDLE_FORMAT;
  origin: string;
  /** Entries of its checkpoint. */
  size: number;
  /** RFC 3339. */
  exportedAt: string;
  /** Product and version. */
  exportedBy: string;
  /** Time of the first and of the last entry, RFC 3339; null for an empty log. */
  firstAt: string | null;
  lastAt: string | null;
  files: readonly ManifestFile[];
}

/** Digest of a file as a manifest holds it. */
export function fileDigest(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

/** @returns undefined when the text is no manifest of a format that we know */
function parseManifest(text: string): Manifest | undefined {
  try {
    const found = JSON.parse(text) as Partial<Manifest> | null;
    const isManifest = found?.format === BUNDLE_FORMAT && Array.isArray(found.files) && found.files.every(isFile);
    return isManifest ? (found as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

function isFile(value: unknown): boolean {
  const file = value as Partial<ManifestFile> | null;
  return typeof file?.path === 'string' && typeof file.bytes === 'number' && typeof file.sha256 === 'string';
}

/** A source whose files are compared with the manifest as they are read. */
export class ListedSource implements EvidenceSource {
  readonly findings: Finding[] = [];
  /** Undefined when there is none, or none that can be read. */
  readonly manifest: Manifest | undefined;
  private readonly files: ReadonlyMap<string, ManifestFile>;
  private readonly told = new Set<string>();

  constructor(private readonly source: EvidenceSource) {
    const text = source.read(MANIFEST_PATH)?.toString('utf8');
    this.manifest = text === undefined ? undefined : parseManifest(text);
    if (text !== undefined && this.manifest === undefined) this.differs(MANIFEST_PATH, 'malformed');
    this.files = new Map(this.manifest?.files.map((file) => [file.path, file]));
  }

  list(): readonly string[] {
    return this.source.list();
  }

  read(path: string): Buffer | undefined {
    const bytes = this.source.read(path);
    const file = this.files.get(path);
    if (bytes === undefined || file === undefined) return bytes;
    if (bytes.length !== file.bytes) this.differs(path, 'size');
    else if (fileDigest(bytes) !== file.sha256) this.differs(path, 'digest');
    return bytes;
  }

  /** Once for a file, however often it is read. */
  private differs(file: string, reason: string): void {
    if (this.told.has(file)) return;
    this.told.add(file);
    this.findings.push({ code: 'manifest-differs', file, reason });
  }
}

/** Whether the folder holds the files that the manifest lists, and no others of a log.
 *  @param present the files of the log that are there */
export function compareList({ files }: Manifest, present: readonly string[]): Finding[] {
  const [listed, there] = [new Set(files.map(({ path }) => path)), new Set(present)];
  return [
    ...[...listed].filter((path) => !there.has(path)).map((path) => differs(path, 'missing')),
    ...present.filter((path) => !listed.has(path)).map((path) => differs(path, 'not-listed')),
  ];
}

function differs(file: string, reason: string): Finding {
  return { code: 'manifest-differs', file, reason };
}
