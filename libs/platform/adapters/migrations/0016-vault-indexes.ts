import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Indexes of the vault's large tables, and of what an erasure looks for by code, built while everybody reads and writes them: hours of building would stop nobody. */
export class VaultIndexes1700000000016 implements MigrationInterface {
  name = 'VaultIndexes1700000000016';
  /** An index cannot be built concurrently within a transaction. Killed in between, the migration runs again. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // It waits for every transaction that was open before it; nobody waits for it.
    await runner.query(`set lock_timeout = 0`);
    await runner.query(`set statement_timeout = 0`);
    for (const [name, definition] of INDEXES) {
      if (await isBroken(runner, name)) await runner.query(`drop index concurrently if exists ${name}`);
      await runner.query(definition);
    }
    await runner.query(`reset lock_timeout`);
    await runner.query(`reset statement_timeout`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

/** Owner keys by their master key, files of objects, and objects that are inside and may be too large for it. */
const INDEXES: readonly (readonly [string, string])[] = [
  [
    'vault_key_master',
    `create index concurrently if not exists vault_key_master on vault_key (master_key_id, id) where wrapped is not null`,
  ],
  [
    'vault_object_place',
    `create unique index concurrently if not exists vault_object_place on vault_object (place) where place is not null`,
  ],
  [
    'vault_object_large',
    `create index concurrently if not exists vault_object_large on vault_object (size_bytes, id)
     where place is null and size_bytes >= 65536`,
  ],
  ...(['decision_event', 'quarantine'] as const).flatMap((table) =>
    (['dvclt', 'oneStop'] as const).map((system): [string, string] => {
      const name = `${table}_${system.toLowerCase()}`;
      const open = table === 'quarantine' ? ` where state in ('open','rerun')` : '';
      return [name, `create index concurrently if not exists ${name} on ${table} ((codes->>'${system}'))${open}`];
    }),
  ),
];

/** A build that was killed leaves an index of that name which nothing uses, and which "if not exists" would take for the real one. */
async function isBroken(runner: QueryRunner, name: string): Promise<boolean> {
  const rows = (await runner.query(`select from pg_index where indexrelid = to_regclass($1) and not indisvalid`, [
    name,
  ])) as unknown[];
  return rows.length > 0;
}
