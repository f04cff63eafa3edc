import { createHash } from 'node:crypto';
import type { PartnerId } from '#dossier';
import type { Queryable } from '#platform';
import { causeOf, type Cause, type DeadLetterKind, type ExplainedCause } from '../domain/causes';

/** Dead letters with one cause, at one operation of one partner, about one field. */
export interface DeadLetterGroup {
  /** Stable as long as cause, partner, operation and field are the same. */
  key: string;
  /** Null: nobody has described it yet. */
  cause: ExplainedCause | null;
  partner: PartnerId;
  operation: string;
  reasonCodes: readonly string[];
  field: string | null;
  problem: string | null;
  count: number;
  dossiers: number;
  /** Communes that they belong to. */
  units: readonly string[];
  firstSeen: Date;
  lastSeen: Date;
}

interface KindRow extends DeadLetterKind {
  count: number;
  dossierIds: readonly string[];
  units: readonly string[];
  firstSeen: Date;
  lastSeen: Date;
}

export interface GroupFilter {
  partner: PartnerId | null;
  /** Communes the caller is limited to; null = all. */
  units: readonly string[] | null;
}

/** Literals, so that the planner sees that the partial index `delivery_dead` fits. */
const DEAD = `d.status in ('dead', 'unknown') and d.status = 'dead'`;

/** All dead letters by cause, the largest group first. The first field that a partner complained about decides. */
export async function groupDeadLetters(
  tx: Queryable,
  { partner, units }: GroupFilter,
  causes: readonly Cause[],
): Promise<DeadLetterGroup[]> {
  const rows = await tx.query<KindRow>(
    `select d.partner, d.operation, coalesce(d.reason_code, 'none') as "reasonCode", d.fields #>> '{0,field}' as field,
       d.fields #>> '{0,problem}' as problem, count(*)::integer as count, array_agg(distinct d.dossier_id::text) as "dossierIds",
       array_agg(distinct d.unit) as units, min(coalesce(d.last_attempt_at, d.created_at)) as "firstSeen",
       max(coalesce(d.last_attempt_at, d.created_at)) as "lastSeen"
     from delivery d
     where ${DEAD} and ($1::text is null or d.partner = $1) and ($2::text[] is null or d.unit = any($2))
     group by 1, 2, 3, 4, 5`,
    [partner, units],
  );
  const groups = new Map<string, KindRow[]>();
  for (const row of rows) {
    const key = keyOf(row, causeOf(row, causes));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups]
    .map(([key, kinds]) => groupOf(key, kinds, causes))
    .sort((a, b) => b.count - a.count || a.key.localeCompare(b.key));
}

/** What the dead letters of one group have in common, spelling by spelling; none when the group is unknown or empty. */
export async function kindsOfGroup(
  tx: Queryable,
  key: string,
  causes: readonly Cause[],
): Promise<readonly DeadLetterKind[]> {
  const rows = await tx.query<DeadLetterKind>(
    `select distinct d.partner, d.operation, coalesce(d.reason_code, 'none') as "reasonCode", d.fields #>> '{0,field}' as field,
       d.fields #>> '{0,problem}' as problem
     from delivery d where ${DEAD}`,
  );
  return rows.filter((kind) => keyOf(kind, causeOf(kind, causes)) === key);
}

/** Several spellings of one complaint are one group; what nobody described is told apart by its reason code. */
function keyOf(kind: DeadLetterKind, cause: ExplainedCause | undefined): string {
  const parts = [cause?.id ?? `reason:${kind.reasonCode}`, kind.partner, kind.operation, kind.field ?? ''];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

function groupOf(key: string, kinds: readonly KindRow[], causes: readonly Cause[]): DeadLetterGroup {
  const [{ partner, operation, field, problem }] = kinds;
  const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();
  return {
    key,
    cause: causeOf(kinds[0], causes) ?? null,
    partner,
    operation,
    reasonCodes: unique(kinds.map((kind) => kind.reasonCode)),
    field,
    problem,
    count: kinds.reduce((sum, kind) => sum + kind.count, 0),
    dossiers: new Set(kinds.flatMap((kind) => kind.dossierIds)).size,
    units: unique(kinds.flatMap((kind) => kind.units)),
    firstSeen: new Date(Math.min(...kinds.map((kind) => kind.firstSeen.getTime()))),
    lastSeen: new Date(Math.max(...kinds.map((kind) => kind.lastSeen.getTime()))),
  };
}
