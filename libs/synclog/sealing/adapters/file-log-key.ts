import { join } from 'node:path';
import { ensureNamedKey, keyUnreadable, readNamedKey, type NamedKeyFile } from '../../files/named-key-file';
import { noteSigner, type NoteSigner } from '../../tlog/signed-note';

const fileIn = (keyDir: string): NamedKeyFile => ({
  path: join(keyDir, 'synclog.json'),
  member: 'origin',
  unreadable: 'synclog-key-unreadable',
});

/** The key of the sync log, which has no other use: KEY_DIR/synclog.json, an Ed25519 private JWK with `origin`, the log's name.
 *  @throws AppError `synclog-key-unreadable` naming the file */
export function fileLogKey(keyDir: string): NoteSigner {
  const file = fileIn(keyDir);
  const key = readNamedKey(file);
  if (key === undefined) throw keyUnreadable(file);
  return noteSigner(key.name, key.privateKey);
}

/** Makes KEY_DIR/synclog.json where there is none: a log keeps its name and its key.
 *  @param publicUrl the log is named after it, without scheme (C2SP tlog-checkpoint) */
export function ensureLogKey(keyDir: string, publicUrl: string): void {
  ensureNamedKey(fileIn(keyDir), `${publicUrl.replace(/^[a-z]+:\/\//, '').replace(/\/+$/, '')}/synclog`);
}
