import type { Tx } from '#platform';
import type { Usage } from '../domain/grant-requests';

/** What a client has used; its row stays locked for the transaction. Race: two gateways that take portions of one client at once. */
export async function lockUsage(tx: Tx, clientId: string): Promise<Usage | undefined> {
  const [row] = await tx.query<Usage>(
    `select minute, minute_used as "minuteUsed", day::text as day, day_used as "dayUsed"
     from client_usage where client_id = $1 for update`,
    [clientId],
  );
  return row;
}

/** Makes the row of a client that asks for the first time, so that there is one to lock. */
export function placeUsage(tx: Tx, clientId: string, { minute, day }: Pick<Usage, 'minute' | 'day'>): void {
  tx.send(
    `insert into client_usage (client_id, minute, minute_used, day, day_used) values ($1, $2, 0, $3::date, 0)
     on conflict (client_id) do nothing`,
    [clientId, minute, day],
  );
}

export function saveUsage(tx: Tx, clientId: string, usage: Usage): void {
  tx.send(`update client_usage set minute = $2, minute_used = $3, day = $4::date, day_used = $5 where client_id = $1`, [
    clientId,
    usage.minute,
    usage.minuteUsed,
    usage.day,
    usage.dayUsed,
  ]);
}
