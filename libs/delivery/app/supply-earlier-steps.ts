import type { Ids, Tx } from '#platform';
import type { SyncLogEntryInput } from '#synclog';
import { callOf } from '../domain/attempt';
import type { NextStep } from '../domain/decide-next';
import type { JudgedAttempt } from '../domain/judge-attempt';

/** How often one step is supplied again before a person has to look. */
const MAX_SUPPLIES = 3;

interface SuppliedRow {
  id: string;
  partner: string;
  dossierId: string;
  operation: string;
  unit: string;
  procedure: string;
  status: number;
}

/**
 * Where a partner says that an earlier step is missing, puts the step that stands right before in the lane once more (DESIGN §6): the same
 * facts, of the same journal event, before the one that waits for it, since the order key is (causing sequence, replay number). Only a step
 * that was sent and settled, so that the journal proves it; where there is none, nothing is made up, and the refused step goes its way
 * to a person. When the supplied one finds its own predecessor missing, it asks for that one in turn.
 *
 * The caller holds the lanes' locks, has written the attempts' settlement, and sets the lanes' due times after this.
 * @returns entries for the sync log
 */
export async function supplyEarlierSteps(
  tx: Tx,
  judged: readonly JudgedAttempt[],
  { ids, now }: { ids: Ids; now: Date },
): Promise<SyncLogEntryInput[]> {
  const entries: SyncLogEntryInput[] = [];
  for (const { attempt, next } of judged) {
    const { needsEarlier } = callOf(attempt);
    if (needsEarlier === undefined || !willBeRepeated(next)) continue;
    const rows = await tx.query<SuppliedRow>(SUPPLY, [
      attempt.claim.deliveryId,
      needsEarlier,
      ids.next(),
      now,
      MAX_SUPPLIES,
    ]);
    entries.push(...rows.map(entryOf));
  }
  return entries;
}

function willBeRepeated(next: NextStep | null): boolean {
  return next?.status === 'waiting' || (next?.status === 'unknown' && next.dueAt !== null);
}

/** `before` is the step right before the refused one, whatever it is: one behind it would not be the missing one. */
const SUPPLY = `
with refused as (
  select partner, dossier_id, operation, caused_seq, step from delivery where id = $1
), before as (
  select d.* from delivery d join refused r on d.partner = r.partner and d.dossier_id = r.dossier_id and d.operation = r.operation
  where (d.caused_seq, d.step) < (r.caused_seq, r.step) and d.status <> 'cancelled'
  order by d.caused_seq desc, d.step desc, d.replay_number desc limit 1
)
insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, replay_number, step, status, due_at, facts,
                      content_ref, content_digest, created_at)
select $3, b.partner, b.dossier_id, b.operation, b.unit, b.procedure, b.caused_seq, b.replay_number + 1, b.step, 'queued', $4, b.facts,
       b.content_ref, b.content_digest, $4
from before b
where b.status = 'settled' and (b.facts ->> 'status')::integer = any($2::integer[]) and b.replay_number < $5
returning id, partner, dossier_id as "dossierId", operation, unit, procedure, (facts ->> 'status')::integer as status`;

function entryOf({ id, status, ...lane }: SuppliedRow): SyncLogEntryInput {
  return {
    kind: 'delivery.supplied',
    actor: { id: 'courier', type: 'system' },
    ...lane,
    detail: { deliveryId: id, status, reasonCode: 'evidence.journal' },
  };
}
