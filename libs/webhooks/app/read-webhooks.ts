import { countEventsOfUnits, lastPosition } from '#bus';
import type { Queryable } from '#platform';
import { readWebhookRows } from '../adapters/webhook-store';
import type { Webhook, WebhookRow } from '../domain/webhook';
import type { UnitsOf } from '../ports';

/** A webhook and how far it is behind. */
export interface WebhookStatus extends WebhookRow {
  /** Account in whose name it posts; null = none. */
  client: string | null;
  /** Events that the receiver has not taken yet and is to have: of the communes of the account, or all. Null while there is no such account. */
  lagPositions: number | null;
  /** There may be more: so many positions wait that not all of them were looked through. */
  isLagLowerBound: boolean;
  /** Positions of the feed from where it is to the newest event, whoever they are for. */
  behindPositions: number;
}

type Lag = Pick<WebhookStatus, 'lagPositions' | 'isLagLowerBound'>;

/** Positions looked through for the communes of one webhook. They are read by the key of the event log, which has no index by commune: that would
 *  cost every event a write, for a number that people look at. As many as a worker passes by in one step, so that only one that does not get on has more. */
const LOOKED_THROUGH = 10_000;

/** The webhooks of the configuration; one that no worker has looked at yet is not there. */
export async function readWebhooks(
  db: Queryable,
  webhooks: readonly Pick<Webhook, 'id' | 'client'>[],
  unitsOf: UnitsOf,
): Promise<WebhookStatus[]> {
  if (webhooks.length === 0) return [];
  const clients = new Map(webhooks.map(({ id, client = null }) => [id, client]));
  const rows = await readWebhookRows(db, [...clients.keys()]);
  const last = await lastPosition(db);
  return Promise.all(
    rows.map(async (row) => {
      const client = clients.get(row.id) ?? null;
      const units = client === null ? null : await unitsOf(client);
      return {
        ...row,
        client,
        behindPositions: behindOf(row, last),
        ...(await lagOf(db, { after: row.position, last, units })),
      };
    }),
  );
}

/** Of the same webhooks only how far they are from the end of the feed, without counting what is between. */
export async function readBehind(
  db: Queryable,
  ids: readonly string[],
): Promise<Pick<WebhookStatus, 'id' | 'behindPositions'>[]> {
  if (ids.length === 0) return [];
  const rows = await readWebhookRows(db, ids);
  const last = await lastPosition(db);
  return rows.map((row) => ({ id: row.id, behindPositions: behindOf(row, last) }));
}

function behindOf({ position }: Pick<WebhookRow, 'position'>, last: number): number {
  return Math.max(0, last - position);
}

async function lagOf(
  db: Queryable,
  { after, last, units }: { after: number; last: number; units: readonly string[] | null | undefined },
): Promise<Lag> {
  if (units === undefined) return { lagPositions: null, isLagLowerBound: false };
  if (units === null || last <= after) return { lagPositions: Math.max(0, last - after), isLagLowerBound: false };
  const upTo = Math.min(last, after + LOOKED_THROUGH);
  return { lagPositions: await countEventsOfUnits(db, { after, upTo, units }), isLagLowerBound: upTo < last };
}
