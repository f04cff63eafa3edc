import { join } from 'node:path';
import { ensureNamedKey, readNamedKey, type NamedKeyFile } from '../../files/named-key-file';
import { assertKeyName, noteCosigner, type NoteCosigner } from '../../tlog/signed-note';

const fileIn = (dir: string): NamedKeyFile => ({
  path: join(dir, 'witness.json'),
  member: 'name',
  unreadable: 'witness-key-unreadable',
});

/** The key of a witness, which has no other use: DIR/witness.json, an Ed25519 private JWK with `name`.
 *  @returns undefined where there is none
 *  @throws AppError `witness-key-unreadable` naming the file */
export function fileWitnessKey(dir: string): NoteCosigner | undefined {
  const key = readNamedKey(fileIn(dir));
  return key && noteCosigner(key.name, key.privateKey);
}

/** Makes DIR/witness.json where there is none: a witness keeps its name and its key.
 *  @throws TypeError for a name that is empty or holds white space or `+` */
export function ensureWitnessKey(dir: string, name: string): void {
  assertKeyName(name);
  ensureNamedKey(fileIn(dir), name);
}
