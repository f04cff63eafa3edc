import type { EvidenceSource } from '../verifier/ports';

/** The sealed log as its gateway serves it. */
export interface LogReader {
  /** @param path below the prefix of the log
   *  @returns undefined when there is no such resource
   *  @throws while the gateway is away */
  read(path: string): Promise<Buffer | undefined>;
}

/** The folder that a bundle is written to. */
export interface BundleFolder extends EvidenceSource {
  /** Writes a file whole or not at all. */
  write(path: string, bytes: Uint8Array): void;
  remove(path: string): void;
}
