import { MoveOutside, noteCurrentMasterKey, OrphanSweep, OwnerKeyRewrap, removeErased } from '#access';
import type { Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';

/** Between two looks for what a crash left of large messages, ms. */
const DRAFTS_EVERY_MS = 600_000;
/** No message is read for so long, ms. */
const MAX_DRAFT_AGE_MS = 3_600_000;
/** Between two looks whether the master key was changed, ms. */
const KEYS_EVERY_MS = 5_000;
const REMOVALS_EVERY_MS = 10_000;
/** Between two looks for large objects that are still in PostgreSQL, ms. */
const MOVES_EVERY_MS = 60_000;
/** Between two parts of the folder of large objects: the whole of it in about a day, ms. */
const ORPHANS_EVERY_MS = 300_000;

type Needed = Pick<Foundation, 'vault' | 'masterKeys' | 'places' | 'db' | 'syncLog' | 'clock' | 'ids' | 'log'>;

/** What keeps the vault in order: owner keys follow the master key, and what nobody can open any more is removed. */
export function vaultRoles(foundation: Needed): Role[] {
  const { vault, clock, log, db, places } = foundation;
  const sweepDrafts = (): Promise<number> => vault.sweepDrafts(new Date(clock.now().getTime() - MAX_DRAFT_AGE_MS));
  const roles = [
    periodicRole({ name: 'sweep-drafts', everyMs: DRAFTS_EVERY_MS, round: sweepDrafts, log }),
    periodicRole({ name: 'master-keys', everyMs: KEYS_EVERY_MS, round: keysRound(foundation), log }),
    periodicRole({
      name: 'remove-erased',
      everyMs: REMOVALS_EVERY_MS,
      round: () => removeErased({ db, places, clock }),
      log,
    }),
  ];
  return [...roles, ...outsideRoles(foundation)];
}

/** Where there is a store outside PostgreSQL: what is large goes there, and what nobody knows of is cleared away. */
function outsideRoles({ db, places, clock, log, ids }: Needed): Role[] {
  const { inside, outside, outsideStore: store } = places;
  if (outside === undefined || store === undefined) return [];
  const move = new MoveOutside({ db, places: { inside, outside }, ids, clock, log });
  const orphans = new OrphanSweep({ db, store, clock, log });
  return [
    periodicRole({ name: 'move-outside', everyMs: MOVES_EVERY_MS, round: () => move.round(), log }),
    periodicRole({ name: 'sweep-orphans', everyMs: ORPHANS_EVERY_MS, round: () => orphans.round(), log }),
  ];
}

function keysRound({ db, masterKeys: keys, syncLog: journal, clock, log }: Needed): () => Promise<number> {
  const rewrap = new OwnerKeyRewrap({ db, keys, log });
  return async () => {
    const moved = await rewrap.round();
    await noteCurrentMasterKey({ db, keys, journal, clock });
    return moved;
  };
}
