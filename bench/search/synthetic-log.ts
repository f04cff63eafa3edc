import type { ClientBase } from 'pg';

/** A dossier's entries, from its coming to its end. */
const STEPS = [
  ['dossier.received', 'dvclt', null, null, null],
  ['attempt.settled', 'dvclt', 'acknowledge-receipt', 'accepted', 'answer.accepted'],
  ['delivery.settled', 'dvclt', 'acknowledge-receipt', 'accepted', 'answer.accepted'],
  ['attempt.settled', 'onestop', 'hand-over-dossier', 'accepted', 'answer.accepted'],
  ['delivery.settled', 'onestop', 'hand-over-dossier', 'accepted', 'answer.accepted'],
  ['attempt.settled', 'dvclt', 'push-status', 'accepted', 'dvclt.done'],
  ['attempt.settled', 'dvcqg', 'append-progress', 'retry', 'http.503'],
  ['attempt.settled', 'dvcqg', 'append-progress', 'accepted', 'answer.accepted'],
  ['decision.received', null, 'dossier.decide', null, null],
  ['attempt.settled', 'hotich', 'submit-registration', 'accepted', 'answer.accepted'],
  ['delivery.settled', 'hotich', 'submit-registration', 'accepted', 'answer.accepted'],
  ['attempt.settled', 'dvclt', 'push-status', 'accepted', 'dvclt.done'],
  ['attempt.settled', 'dvcqg', 'append-progress', 'accepted', 'answer.accepted'],
  ['registry-result.received', 'hotich', null, null, null],
  ['attempt.settled', 'onestop', 'report-status', 'accepted', 'answer.accepted'],
  ['delivery.settled', 'onestop', 'report-status', 'accepted', 'answer.accepted'],
  ['attempt.settled', 'dvclt', 'push-status', 'already-applied', 'dvclt.repeat'],
  ['attempt.settled', 'dvcqg', 'append-progress', 'accepted', 'answer.accepted'],
  ['decision.received', null, 'dossier.decide', null, null],
  ['attempt.settled', 'onestop', 'report-status', 'accepted', 'answer.accepted'],
  ['attempt.settled', 'dvclt', 'push-status', 'accepted', 'dvclt.done'],
  ['attempt.settled', 'dvcqg', 'append-progress', 'accepted', 'answer.accepted'],
  ['file.fetched', 'dvclt', 'file.fetch', 'served', null],
  ['delivery.settled', 'dvclt', 'push-status', 'accepted', 'dvclt.done'],
  ['delivery.settled', 'dvcqg', 'append-progress', 'accepted', 'answer.accepted'],
] as const;

/** Dossiers whose entries come between each other's. */
const AT_ONCE = 40;
export const UNITS = 120;
/** One entry in so many is of a kind, or has a cause, that is rare. */
export const RARE = { kind: 100_003, cause: 1_000_003, plan: 5_000 } as const;
export const START = new Date('2026-01-01T00:00:00+07:00');
/** Between two entries. */
export const EVERY_MS = 250;

const CHUNK = 250_000;

/** Ids and codes of the n-th dossier. */
export const dossierIdOf = (dossier: number): string => idOf('0001', dossier);
export const oneStopCodeOf = (dossier: number): string => `H99.001-260101-${dossier}`;
export const registryCodeOf = (dossier: number): string => `KS-2026-${dossier}`;
/** Of the delivery that a dossier's step belongs to: three steps share one. */
export const deliveryIdOf = (dossier: number, step: number): string =>
  idOf('0002', dossier * 10 + Math.floor(step / 3));
export const planIdOf = (plan: number): string => idOf('0003', plan);
export const dossiersOf = (count: number): number =>
  Math.max(1, Math.floor(count / (AT_ONCE * STEPS.length))) * AT_ONCE;

function idOf(series: string, number: number): string {
  return `019b0000-${series}-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Fills the tables of the log as if so many entries had been written, numbered and sealed; without tree and signatures.
 *  @param told now and then, with how many are written */
export async function fillLog(client: ClientBase, count: number, told: (done: number) => void): Promise<void> {
  const columns = [0, 1, 2, 3, 4].map((at) => STEPS.map((step) => step[at]));
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(count, from + CHUNK);
    await client.query(ENTRIES, [from, to - 1, START, ...columns]);
    if (to % (CHUNK * 4) === 0 || to === count) told(to);
  }
  await client.query('update synclog_head set size = $1 where id = 1', [count]);
}

const sqlId = (series: string, number: string): string =>
  `('019b0000-${series}-7000-8000-' || lpad(to_hex(${number}), 12, '0'))`;

/** Entry n is step (n % 1000) / 40 of dossier n / 1000 * 40 + n % 40. */
const ENTRIES = `
with step as (
  select * from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) with ordinality
    as s (kind, partner, operation, outcome, cause, number)
), made as (
  select n, ${sqlId('0000', 'n')}::uuid as id, $3::timestamptz + n * interval '${EVERY_MS} milliseconds' as at,
    n / ${AT_ONCE * STEPS.length} * ${AT_ONCE} + n % ${AT_ONCE} as dossier, n % ${AT_ONCE * STEPS.length} / ${AT_ONCE} as place,
    n % ${RARE.kind} = 0 as is_hold, n % ${RARE.cause} = 17 as is_rare, n % ${RARE.plan} < 20 as is_replay, n % 97 = 0 as is_unknown
  from generate_series($1::bigint, $2::bigint) as n
), entry as (
  insert into synclog_entry (id, at, kind, dossier_id, bytes)
  select m.id, m.at, k.kind, ${sqlId('0001', 'm.dossier')}::uuid, convert_to(json_strip_nulls(json_build_object(
    'actor', json_build_object('id', case when is_hold then 'operator-7' when s.partner is null then 'one-stop' else 'courier' end,
      'type', case when is_hold then 'person' when s.partner is null then 'machine' else 'system' end),
    'at', to_char(m.at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS.MS') || '+07:00',
    'codes', json_build_array('G22.99.08-260101-' || m.dossier, 'H99.001-260101-' || m.dossier,
      case when place >= 13 then 'KS-2026-' || m.dossier else 'G22.99.08-260101-' || m.dossier end),
    'contentDigest', encode(sha256(convert_to(m.n::text, 'UTF8')), 'base64'),
    'detail', json_build_object('attempt', 1, 'attemptId', ${sqlId('0004', 'm.n')}, 'answerDigest', encode(sha256(convert_to('a' || m.n, 'UTF8')), 'base64'),
      'deliveryId', case when s.partner is not null then ${sqlId('0002', 'm.dossier * 10 + m.place / 3')} end, 'durationMs', m.n % 1000, 'httpStatus', 200,
      'planId', case when is_replay then ${sqlId('0003', `m.n / ${RARE.plan}`)} end,
      'reasonCode', case when is_rare then 'rare.cause' when is_unknown then 'lease.expired' else s.cause end, 'wire', 'answered'),
    'dossierId', ${sqlId('0001', 'm.dossier')}, 'id', m.id, 'kind', k.kind, 'operation', s.operation,
    'outcome', case when is_unknown then 'unknown' else s.outcome end, 'partner', s.partner, 'procedure', case when m.dossier % 3 = 0 then 'death-group' else 'birth-group' end,
    'unit', lpad((m.dossier % ${UNITS} + 1)::text, 5, '0'), 'v', 1))::text, 'UTF8')
  from made m join step s on s.number = m.place + 1
    cross join lateral (select case when is_hold then 'hold.placed' when is_replay then 'delivery.replayed' else s.kind end as kind) k
)
insert into synclog_leaf (leaf_index, entry_id) select n, id from made`;
