import type { Clock, Database, Tx } from '#platform';
import { expireChanges } from '../adapters/access-change-store';
import { setDisabled } from '../adapters/access-store';
import { disableIdle } from '../adapters/account-store';
import { deleteSessionsOf, sweepSessions } from '../adapters/session-store';
import { idleSince } from '../domain/account-state';
import type { PeopleJournal } from '../ports';

export interface SweepDeps {
  db: Database;
  clock: Clock;
  journal: PeopleJournal;
}

/** What time does to accounts: idle ones are disabled, proposals that nobody confirmed and sessions that are over end.
 *  @returns accounts and proposals that changed */
export async function sweepAccounts({ db, clock, journal }: SweepDeps): Promise<number> {
  const now = clock.now();
  return db.run(async (tx) => {
    await sweepSessions(tx, now);
    const idle = await disableIdle(tx, idleSince(now), now);
    for (const clientId of idle) await recordIdle(tx, clientId, journal);
    const expired = await expireDue(tx, { clock, journal });
    return idle.length + expired;
  });
}

/** Accounts that were found idle when somebody tried to use them. */
export async function disableForIdleness(
  tx: Tx,
  clientIds: readonly string[],
  { clock, journal }: Pick<SweepDeps, 'clock' | 'journal'>,
): Promise<void> {
  for (const clientId of clientIds) {
    await setDisabled(tx, clientId, clock.now());
    await recordIdle(tx, clientId, journal);
  }
}

/** Proposals whose time is over, with their entries. Returns how many. */
export async function expireDue(tx: Tx, { clock, journal }: Pick<SweepDeps, 'clock' | 'journal'>): Promise<number> {
  const expired = await expireChanges(tx, clock.now());
  for (const change of expired) await journal.change(tx, { kind: 'account.expired', change, by: null });
  return expired.length;
}

async function recordIdle(tx: Tx, clientId: string, journal: PeopleJournal): Promise<void> {
  deleteSessionsOf(tx, clientId);
  await journal.record(tx, {
    kind: 'client.disabled',
    client: null,
    about: clientId,
    bySystem: true,
    operation: 'account.sweep',
    reason: 'account-idle',
  });
}
