import type { Tx } from '#platform';
import { decideChange as saveDecision } from '../adapters/access-change-store';
import type { AccessChange } from '../domain/access-change';
import type { ActingAdministrator } from './acting-administrator';
import type { PeopleOptions } from './people-options';
import { toldChange, type ToldChange } from './told-change';

interface Decision {
  state: 'confirmed' | 'declined';
  acting: ActingAdministrator;
  /** Code, where it was not decided for itself. */
  reason?: string;
}

/** Writes a decision down, with its entries, in the caller's transaction. The change is locked. */
export async function decideChange(
  tx: Tx,
  change: AccessChange,
  { state, acting, reason }: Decision,
  { clock, journal }: Pick<PeopleOptions, 'clock' | 'journal'>,
): Promise<ToldChange> {
  const now = clock.now();
  const by = acting.by.clientId;
  await saveDecision(tx, change.id, { state, by, at: now });
  const decided: AccessChange = { ...change, state, decidedBy: by, decidedAt: now };
  await journal.change(tx, {
    kind: state === 'confirmed' ? 'account.confirmed' : 'account.declined',
    change: decided,
    by: { ...acting.by, addressDigest: acting.addressDigest },
    reason,
  });
  return toldChange(decided, now);
}
