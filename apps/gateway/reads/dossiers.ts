import { allowedDecisions, type DossierState, type DossierStateName } from '#dossier';
import { rfc3339, type Queryable } from '#platform';
import type { DossierView } from '../schema/dossier';

export interface DossierRow {
  id: string;
  projection: DossierState;
  received_at: Date;
  updated_at: Date;
  pending: number;
}

export interface DossierFilter {
  state: string | null;
  procedure: string | null;
  unit: string | null;
  attention: boolean | null;
  /** Changed at or after this instant. */
  since: Date | null;
  /** Communes the caller is limited to; null = all. */
  units: readonly string[] | null;
  /** Id of the last dossier of the page before. */
  after: string | null;
  /** Rows to read. */
  limit: number;
}

/** Unsettled = everything that still owes the partner an effect; a dead letter does. */
const PENDING = `(d.version - d.routed_seq + (select count(*) from delivery x
  where x.dossier_id = d.id and x.status in ('queued','in-flight','waiting','unknown','dead')))::integer as pending`;

/** Dossiers, newest first. */
export async function readDossiers(tx: Queryable, filter: DossierFilter): Promise<DossierRow[]> {
  return tx.query<DossierRow>(
    `select d.id, d.projection, d.received_at, d.updated_at, ${PENDING} from dossier d
     where ($1::text is null or d.state = $1) and ($2::text is null or d.procedure = $2) and ($3::text is null or d.unit = $3)
       and ($4::boolean is null or d.attention = $4) and ($5::timestamptz is null or d.updated_at >= $5)
       and ($6::text[] is null or d.unit = any($6)) and ($7::uuid is null or d.id < $7)
     order by d.id desc limit $8`,
    [
      filter.state,
      filter.procedure,
      filter.unit,
      filter.attention,
      filter.since,
      filter.units,
      filter.after,
      filter.limit,
    ],
  );
}

/** One dossier, when the caller may see its commune. */
export async function readDossier(
  tx: Queryable,
  id: string,
  units: readonly string[] | null,
): Promise<DossierRow | undefined> {
  const [row] = await tx.query<DossierRow>(
    `select d.id, d.projection, d.received_at, d.updated_at, ${PENDING} from dossier d where d.id = $1 and ($2::text[] is null or d.unit = any($2))`,
    [id, units],
  );
  return row;
}

/** Their states now, by id. */
export async function readDossierStates(
  tx: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, DossierStateName>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: string; state: DossierStateName }>(
    'select id, state from dossier where id = any($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, state }) => [id, state]));
}

/** The dossier JSON of CONTRACTS §2. */
export function dossierView(row: DossierRow): DossierView {
  const { projection: state } = row;
  return {
    id: row.id,
    procedure: state.procedure,
    codes: {
      dvclt: state.codes.dvclt ?? null,
      oneStop: state.codes.oneStop ?? null,
      registry: [...state.codes.registry],
    },
    unit: state.unit,
    state: state.state,
    attention: state.attention,
    statuses: {
      oneStop: state.statuses.oneStop ?? null,
      dvclt: state.statuses.dvclt ?? null,
      registry: state.statuses.registry ?? null,
      portal: state.statuses.portal ?? null,
    },
    legs: state.legs.map((leg) => ({
      leg: leg.leg,
      authority: leg.authority,
      state: leg.state,
      since: local(leg.since),
      dueAt: leg.dueAt ? local(leg.dueAt) : null,
    })),
    pendingDeliveries: row.pending,
    allowedDecisions: [...allowedDecisions(state.state)],
    version: state.version,
    receivedAt: rfc3339(row.received_at),
    updatedAt: rfc3339(row.updated_at),
  };
}

function local(instant: string): string {
  return rfc3339(new Date(instant));
}
