import { migrate } from '#platform';

/** `npm run db:migrate`: brings the schema of `MIGRATOR_DATABASE_URL` (or `DATABASE_URL`) up to date. */
async function main(): Promise<number> {
  const url = process.env.MIGRATOR_DATABASE_URL ?? process.env.DATABASE_URL;
  if (!url) {
    process.stderr.write(
      'Set MIGRATOR_DATABASE_URL (or DATABASE_URL) to the database to migrate, with a user that may change its schema.\n',
    );
    return 2;
  }
  const ran = await migrate(url);
  process.stdout.write(ran.length === 0 ? 'The schema is up to date.\n' : `Migrated: ${ran.join(', ')}.\n`);
  return 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(
      `The schema could not be migrated: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
