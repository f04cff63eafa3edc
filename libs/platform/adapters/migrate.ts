import { setTimeout } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { Foundation1700000000001 } from './migrations/0001-foundation';
import { Protection1700000000002 } from './migrations/0002-protection';
import { ReplayPlans1700000000003 } from './migrations/0003-replay-plans';
import { QuarantineRequests1700000000004 } from './migrations/0004-quarantine-requests';
import { Watches1700000000005 } from './migrations/0005-watches';
import { SealedLog1700000000006 } from './migrations/0006-sealed-log';
import { Witnesses1700000000007 } from './migrations/0007-witnesses';
import { SyncLogIndex1700000000008 } from './migrations/0008-sync-log-index';
import { ConfigurationFiles1700000000009 } from './migrations/0009-configuration-files';
import { Accounts1700000000010 } from './migrations/0010-accounts';
import { MachineAccess1700000000011 } from './migrations/0011-machine-access';
import { Privacy1700000000012 } from './migrations/0012-privacy';
import { VaultKeys1700000000013 } from './migrations/0013-vault-keys';
import { LogKeys1700000000014 } from './migrations/0014-log-keys';
import { LogMonthBorder1700000000015 } from './migrations/0015-log-month-border';
import { VaultIndexes1700000000016 } from './migrations/0016-vault-indexes';
import { LogMonths1700000000017 } from './migrations/0017-log-months';
import { WithdrawnRequests1700000000018 } from './migrations/0018-withdrawn-requests';
import { Reconciliations1700000000019 } from './migrations/0019-reconciliations';
import { WithdrawnPersonRequests1700000000020 } from './migrations/0020-withdrawn-person-requests';

/** Between two looks whether another starter is done, ms. */
const ASK_EVERY_MS = 200;

const MIGRATIONS = [
  Foundation1700000000001,
  Protection1700000000002,
  ReplayPlans1700000000003,
  QuarantineRequests1700000000004,
  Watches1700000000005,
  SealedLog1700000000006,
  Witnesses1700000000007,
  SyncLogIndex1700000000008,
  ConfigurationFiles1700000000009,
  Accounts1700000000010,
  MachineAccess1700000000011,
  Privacy1700000000012,
  VaultKeys1700000000013,
  LogKeys1700000000014,
  LogMonthBorder1700000000015,
  VaultIndexes1700000000016,
  LogMonths1700000000017,
  WithdrawnRequests1700000000018,
  Reconciliations1700000000019,
  WithdrawnPersonRequests1700000000020,
];

/** Brings the schema up to date with the migrator's role. Returns the names of the migrations it ran.
 *  Two starters at once: the second waits for an advisory lock held for the session and then finds nothing to do. */
export async function migrate(url: string): Promise<string[]> {
  // Loaded here: it is heavy, and most who import the platform never migrate.
  const { DataSource } = await import('typeorm');
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: MIGRATIONS,
    migrationsTableName: 'schema_migration',
    synchronize: false,
    poolSize: 2,
  });
  await source.initialize();
  const guard = source.createQueryRunner();
  try {
    await untilLocked(guard);
    const ran = await source.runMigrations({ transaction: 'each' });
    return ran.map((migration) => migration.name);
  } finally {
    await guard.query('select pg_advisory_unlock(7305)').catch(() => undefined);
    await guard.release();
    await source.destroy();
  }
}

/** Asks again and again: a statement that waits for the lock would be an open transaction, and an index that is built concurrently by who holds the lock
 *  would wait for that, both for ever. */
async function untilLocked(guard: QueryRunner): Promise<void> {
  for (;;) {
    const [{ locked }] = (await guard.query('select pg_try_advisory_lock(7305) as locked')) as { locked: boolean }[];
    if (locked) return;
    await setTimeout(ASK_EVERY_MS);
  }
}
