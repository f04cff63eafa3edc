import type { Tx, Queryable } from '#platform';
import type { Role } from '../domain/roles';
import type { Client, ClientWithSecret } from '../ports';

interface ClientRow {
  id: string;
  kind: 'machine' | 'person';
  roles: Role[];
  units: string[] | null;
  addresses: string[] | null;
  operations: string[] | null;
  secret_hash: string;
  created_at: Date;
  disabled_at: Date | null;
}

const COLUMNS = 'id, kind, roles, units, addresses, operations, secret_hash, created_at, disabled_at';

/** The account of an id, also when it is disabled. */
export async function findClient(tx: Queryable, id: string): Promise<ClientWithSecret | undefined> {
  const [row] = await tx.query<ClientRow>(`select ${COLUMNS} from client where id = $1`, [id]);
  return row && clientOf(row);
}

/** Accounts in the order of their ids, from the one after `after`. */
export async function listClients(tx: Queryable, after: string | null, limit: number): Promise<Client[]> {
  const rows = await tx.query<ClientRow>(
    `select ${COLUMNS} from client where id > coalesce($1, '') order by id limit $2`,
    [after, limit],
  );
  return rows.map(clientOf).map(({ secretHash: _, ...client }) => client);
}

/** False when the id is taken. */
export async function insertClient(tx: Queryable, client: ClientWithSecret): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into client (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing`,
    [
      client.id,
      client.kind,
      client.roles,
      client.units,
      client.addresses,
      client.operations,
      client.secretHash,
      client.createdAt,
      client.disabledAt,
    ],
  );
  return inserted === 1;
}

/** False when there is no such account; an already disabled one keeps its time. */
export async function disableClient(tx: Tx, id: string, at: Date): Promise<boolean> {
  return (await tx.execute('update client set disabled_at = coalesce(disabled_at, $2) where id = $1', [id, at])) === 1;
}

function clientOf(row: ClientRow): ClientWithSecret {
  return {
    id: row.id,
    kind: row.kind,
    roles: row.roles,
    units: row.units,
    addresses: row.addresses,
    operations: row.operations,
    secretHash: row.secret_hash,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
  };
}
