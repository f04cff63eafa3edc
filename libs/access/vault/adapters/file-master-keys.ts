import { statSync } from 'node:fs';
import { AppError, systemClock, type Clock } from '#platform';
import { unwrapKey, wrapKey } from '../domain/envelope';
import { deriveFrom, type KeyRing } from '../domain/key-ring';
import type { MasterKeys, WrappedKey } from '../ports';
import { masterKeyPath, readMasterKeyFile } from './master-key-file';

export interface FileMasterKeysOptions {
  clock?: Clock;
  /** How often the file is looked at when a key is wrapped: a change of the current key is followed no later. @default 1_000 ms */
  lookEveryMs?: number;
}

/** The master keys of KEY_DIR/master.key, which may be replaced while we run: the file is looked at again when a key is wrapped, and when content
 *  turns up under a key that we do not know.
 *  @throws AppError `master-key-unreadable` naming the file */
export function fileMasterKeys(keyDir: string, options: FileMasterKeysOptions = {}): MasterKeys {
  return new FileMasterKeys(keyDir, options.clock ?? systemClock, options.lookEveryMs ?? 1_000);
}

class FileMasterKeys implements MasterKeys {
  private ring: KeyRing;
  private mark: string;
  private lookedAtMs: number;
  /** Of the last look, when the file could not be used: the keys in memory stay. */
  private failure: Error | undefined;

  constructor(
    private readonly keyDir: string,
    private readonly clock: Clock,
    private readonly lookEveryMs: number,
  ) {
    this.lookedAtMs = clock.now().getTime();
    this.mark = markOf(keyDir);
    this.ring = readMasterKeyFile(keyDir);
  }

  get currentId(): string {
    return this.ring.currentId;
  }

  get ids(): readonly string[] {
    return this.ring.keys.map(({ id }) => id);
  }

  async wrap(key: Buffer, context: string): Promise<WrappedKey> {
    if (this.clock.now().getTime() - this.lookedAtMs >= this.lookEveryMs) this.look();
    const { currentId } = this.ring;
    return { masterKeyId: currentId, wrapped: wrapKey(this.keyOf(currentId) as Buffer, key, context) };
  }

  async unwrap(masterKeyId: string, wrapped: Buffer, context: string): Promise<Buffer> {
    if (this.keyOf(masterKeyId) === undefined) this.look();
    const master = this.keyOf(masterKeyId);
    if (master !== undefined) return unwrapKey(master, wrapped, context);
    throw new AppError({
      code: 'master-key-unknown',
      disposition: 'person',
      detail: `content is wrapped by master key ${masterKeyId}, ours are ${this.ids.join(', ')}`,
      cause: this.failure,
    });
  }

  derive(purpose: string): Buffer {
    return deriveFrom(this.ring.seed, purpose);
  }

  async refresh(): Promise<void> {
    this.look();
    if (this.failure !== undefined) throw this.failure;
  }

  private keyOf(id: string): Buffer | undefined {
    return this.ring.keys.find((one) => one.id === id)?.key;
  }

  /** A file that cannot be used for a moment (being replaced by hand, a mount that went away) must not stop what runs: the keys in memory still
   *  open and wrap. Whoever needs more than these is told by the failure that is kept. */
  private look(): void {
    this.lookedAtMs = this.clock.now().getTime();
    try {
      const mark = markOf(this.keyDir);
      if (mark !== this.mark) {
        this.ring = readMasterKeyFile(this.keyDir);
        this.mark = mark;
      }
      this.failure = undefined;
    } catch (error) {
      this.failure = error as Error;
    }
  }
}

/** Another file, or another content of it. Taken before the file is read: a change in between is seen at the next look.
 *  @throws AppError `master-key-unreadable` */
function markOf(keyDir: string): string {
  const path = masterKeyPath(keyDir);
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [ino, size, mtimeMs, ctimeMs].join(' ');
  } catch (cause) {
    const detail = `cannot read the master key file ${path}`;
    throw new AppError({ code: 'master-key-unreadable', disposition: 'person', detail, cause });
  }
}
