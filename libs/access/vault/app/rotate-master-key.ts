import { randomBytes } from 'node:crypto';
import { AppError, rfc3339, type Clock } from '#platform';
import { changeMasterKeyFile } from '../adapters/master-key-file';
import { KEY_BYTES } from '../domain/envelope';
import { withCurrent, withKey, type KeyRing } from '../domain/key-ring';

export interface MasterKeyChange {
  /** The key that was made, or made the current one. */
  id: string;
  currentId: string;
}

/** Makes a new master key, the current one at once. Processes that read this file follow within a second. */
export function rotateMasterKey(keyDir: string, clock: Clock): MasterKeyChange {
  let id = '';
  const { currentId } = changeMasterKeyFile(keyDir, (ring) => {
    const added = withKey(ring, randomBytes(KEY_BYTES), rfc3339(clock.now()));
    id = added.id;
    return withCurrent(added.ring, id);
  });
  return { id, currentId };
}

/** Makes a new master key that wraps nothing yet. For an installation on several machines with a file each: every machine has to know a key before
 *  the first one wraps with it. */
export function prepareMasterKey(keyDir: string, clock: Clock): MasterKeyChange {
  let id = '';
  const { currentId } = changeMasterKeyFile(keyDir, (ring) => {
    const added = withKey(ring, randomBytes(KEY_BYTES), rfc3339(clock.now()));
    id = added.id;
    return added.ring;
  });
  return { id, currentId };
}

/** Makes a prepared key the current one. @throws AppError `master-key-unknown` for any other id */
export function adoptMasterKey(keyDir: string, id: string): MasterKeyChange {
  const { currentId } = changeMasterKeyFile(keyDir, (ring) => current(ring, id));
  return { id, currentId };
}

function current(ring: KeyRing, id: string): KeyRing {
  try {
    return withCurrent(ring, id);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const detail = `${id} is no master key that was prepared and not used yet`;
    throw new AppError({ code: 'master-key-unknown', disposition: 'refuse', detail, cause });
  }
}
