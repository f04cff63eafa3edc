import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, syncFolder } from '#platform';
import type { WebhookKeyType } from '../domain/signature';
import { parseSecret, secretText, withNewKey, type WebhookKey } from '../domain/webhook-keys';

interface KeyFile {
  keys: { secret: string; createdAt: string; signsUntil: string | null }[];
}

/** `KEY_DIR/webhook-<id>.json`. */
export function keyFilePath(keyDir: string, id: string): string {
  return join(keyDir, `webhook-${id}.json`);
}

/** The keys of a webhook, newest first. Read at each use: a change needs no restart.
 *  @throws AppError `webhook-key-unreadable` naming the file, also where there is none */
export function readKeyFile(path: string): WebhookKey[] {
  try {
    const { keys } = JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
    if (keys[0]?.signsUntil !== null) throw new TypeError('no key that signs without end');
    return keys.map(({ secret, createdAt, signsUntil }) => ({
      ...parseSecret(secret),
      createdAt: new Date(createdAt),
      signsUntil: signsUntil === null ? null : new Date(signsUntil),
    }));
  } catch (cause) {
    throw new AppError({
      code: 'webhook-key-unreadable',
      disposition: 'person',
      detail: `${path} must hold the keys of the webhook: lienthong webhook rotate makes it`,
      cause,
    });
  }
}

/** Gives a webhook its next key; makes the file where there is none. The file is whole at every instant.
 *  @param overlapMs how long the key before signs beside it
 *  @throws AppError `webhook-key-unreadable` for a damaged file: it is never replaced */
export function rotateKeyFile(
  path: string,
  { type, now, overlapMs }: { type: WebhookKeyType; now: Date; overlapMs: number },
): WebhookKey {
  const before = isThere(path) ? readKeyFile(path) : [];
  const keys = withNewKey(before, { type, secret: randomBytes(32) }, now, new Date(now.getTime() + overlapMs));
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify({ keys: keys.map(stored) }, null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  renameSync(draft, path);
  syncFolder(dirname(path));
  return keys[0];
}

function stored(key: WebhookKey): KeyFile['keys'][number] {
  return {
    secret: secretText(key),
    createdAt: key.createdAt.toISOString(),
    signsUntil: key.signsUntil && key.signsUntil.toISOString(),
  };
}

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
