import type { Tx } from '#platform';
import type { HistoryReplay } from '../ports';

/** A dead letter that goes out again. */
export interface DeadReplay {
  id: string;
  /** The bytes of its last try go out again: an earlier one may have arrived. Else they are made anew. */
  keepsContent: boolean;
  /** Vault object with the edited content of the dossier, for this message only; null = as it was. */
  editedRef: string | null;
  /** The partner was seen to know the dossier no more. */
  isForgotten: boolean;
}

/** Puts dead letters back in line, where they stand in their lanes. Tries and age count anew; the number of its attempts goes on. The caller
 *  holds the dossiers' and lanes' locks, has seen that each is dead, and refreshes the lanes after this.
 *  @returns how many were put back */
export async function requeueDead(tx: Tx, rows: readonly DeadReplay[], now: Date): Promise<number> {
  if (rows.length === 0) return 0;
  return tx.execute(
    `update delivery d
     set status = 'queued', due_at = $2, attempts_before = d.attempts, first_attempt_at = null, text_digest = null,
         was_unknown = d.was_unknown or d.outcome = 'unknown',
         content_ref = case when r.keeps_content then d.content_ref end,
         content_digest = case when r.keeps_content then d.content_digest end,
         edited_ref = coalesce(r.edited_ref, d.edited_ref),
         facts = case when r.is_forgotten then d.facts || '{"isForgotten":true}'
                      when d.facts ? 'isForgotten' then (d.facts - 'isForgotten') || '{"wasForgotten":true}' else d.facts end
     from jsonb_to_recordset($1::jsonb) as r (id uuid, keeps_content boolean, edited_ref uuid, is_forgotten boolean)
     where d.id = r.id and d.status = 'dead'`,
    [
      JSON.stringify(
        rows.map(({ id, keepsContent, editedRef, isForgotten }) => ({
          id,
          keeps_content: keepsContent,
          edited_ref: editedRef,
          is_forgotten: isForgotten,
        })),
      ),
      now,
    ],
  );
}

/** A settled delivery that is told once more. */
export interface HistoryCopy {
  id: string;
  /** Id of the new delivery. */
  newId: string;
  /** Where it stands in its lane. */
  place: { causedSeq: number; step: number };
  how: HistoryReplay;
  isForgotten: boolean;
}

/** Tells settled deliveries once more, as new ones that stand in the lane where the old ones stood (DESIGN §7 *Order key*). Copies of one event get
 *  one replay number, whichever of them was told again before, so that their steps keep their order. The caller holds the
 *  dossiers' and lanes' locks and refreshes the lanes after this.
 *  @returns how many were made */
export async function replayHistory(tx: Tx, rows: readonly HistoryCopy[], now: Date): Promise<number> {
  if (rows.length === 0) return 0;
  return tx.execute(
    `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, replay_number, step, status, due_at, facts,
                           content_ref, content_digest, edited_ref, created_at)
     select r.new_id, d.partner, d.dossier_id, d.operation, d.unit, d.procedure, r.caused_seq,
            (select max(x.replay_number) + 1 from delivery x
             where x.partner = d.partner and x.dossier_id = d.dossier_id and x.caused_seq = r.caused_seq),
            r.step, 'queued', $2,
            (d.facts - '{isForgotten,wasForgotten}'::text[]) || case when r.is_forgotten then '{"isForgotten":true}' else '{}' end::jsonb,
            case when r.how = 'as-was' then d.content_ref end, case when r.how = 'as-was' then d.content_digest end, d.edited_ref, $2
     from jsonb_to_recordset($1::jsonb) as r (id uuid, new_id uuid, caused_seq integer, step integer, how text, is_forgotten boolean)
     join delivery d on d.id = r.id
     where d.status = 'settled'`,
    [
      JSON.stringify(
        rows.map(({ id, newId, place, how, isForgotten }) => ({
          id,
          new_id: newId,
          caused_seq: place.causedSeq,
          step: place.step,
          how,
          is_forgotten: isForgotten,
        })),
      ),
      now,
    ],
  );
}
