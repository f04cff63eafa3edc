import { Client } from 'pg';

/** One statement on a connection of its own. */
export async function queryOnce<T extends object>(
  databaseUrl: string,
  sql: string,
  params: readonly unknown[] = [],
): Promise<T[]> {
  const client = new Client({ connectionString: databaseUrl });
  // The statement under way fails with it, and tells.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql, [...params])).rows;
  } finally {
    await client.end();
  }
}
