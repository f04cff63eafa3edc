import type { Queryable } from '#platform';
import { findClient } from '../adapters/client-store';
import { isStopped } from '../domain/client-state';
import type { Role } from '../domain/roles';
import type { Client } from '../ports';

/** One operation of the API, and who may use it. */
interface Operation {
  operation: string;
  roles: readonly Role[];
}

/** What an account may do as it is now, for what is done in its name without a request of it: no token is shown and no address is seen.
 *  @returns its communes (null = all), or the code of why it may not: `client-unknown`, `client-disabled`, `operation-not-allowed`,
 *  `role-not-allowed` */
export async function rightOfClient(
  tx: Queryable,
  id: string,
  asked: Operation,
  now: Date,
): Promise<{ units: readonly string[] | null } | { refused: string }> {
  const client = await findClient(tx, id);
  if (!client) return { refused: 'client-unknown' };
  const refused = refusalOf(client, asked, now);
  return refused === undefined ? { units: client.units } : { refused };
}

function refusalOf(client: Client, { operation, roles }: Operation, now: Date): string | undefined {
  if (isStopped(client, now)) return 'client-disabled';
  if (client.operations && !client.operations.includes(operation)) return 'operation-not-allowed';
  return client.roles.some((role) => roles.includes(role)) ? undefined : 'role-not-allowed';
}
