import type { GatewayParts } from '../../apps/gateway/parts';
import type { SyntheticFiling } from './synthetic-filings';

export interface SeededWork {
  /** A person has to classify its answer, which quotes the dossier. */
  unknown: string;
  dead: string;
  quarantined: string;
}

/** Work for operators about a filed dossier, as couriers and intake leave it: an answer that quotes persons and that no rule knows, a dead letter, an item in
 *  quarantine. */
export async function seedWork(
  { db, ids, clock, vault }: GatewayParts,
  dossierId: string,
  { content, dvcltCode }: SyntheticFiling,
): Promise<SeededWork> {
  const now = clock.now();
  const [unknown, dead, quarantined] = [ids.next(), ids.next(), ids.next()];
  const quoted = `Hồ sơ của ${content['meHoTen'].toUpperCase()} (${content['meSoGiayToTuyThan']}), ${content['meNoiCuTru']} chưa rõ`;
  const reading = { messages: [quoted], code: '200 7', text: quoted.toLowerCase() };
  await db.run(async (tx) => {
    const [{ ref }] = await vault.seal(tx, { ownerKind: 'dossier', ownerId: dossierId }, [
      { kind: 'answer', contentType: 'application/json', bytes: Buffer.from(JSON.stringify(reading)) },
    ]);
    const [{ contentRef }] = await tx.query<{ contentRef: string }>(
      `select projection->>'contentRef' as "contentRef" from dossier where id = $1`,
      [dossierId],
    );
    const facts = { factAt: now.toISOString(), contentRef };
    await tx.execute(`insert into lane (partner, dossier_id) values ('dvclt', $1), ('hotich', $1)`, [dossierId]);
    for (const [id, partner, operation, status] of [
      [unknown, 'dvclt', 'push-status', 'unknown'],
      [dead, 'hotich', 'submit-registration', 'dead'],
    ])
      await tx.execute(
        `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, status, outcome, reason_code, attempts, facts, created_at, fields)
         select $1, $2, id, $3, unit, procedure, 1, $4, 'refused', 'text.unmatched', 1, $6, $7, $8 from dossier where id = $5`,
        [
          id,
          partner,
          operation,
          status,
          dossierId,
          JSON.stringify(facts),
          now,
          JSON.stringify([{ field: 'meHoTen', problem: 'too-long' }]),
        ],
      );
    await tx.execute(
      `insert into attempt (id, delivery_id, number, kind, worker, fence, started_at, ended_at, outcome, wire, http_status, reason_code, text_ref)
       values ($1, $2, 1, 'call', 'w1', 1, $3, $3, 'unknown', 'answered', 200, 'text.unmatched', $4)`,
      [ids.next(), unknown, now, ref],
    );
    await tx.execute(
      `insert into quarantine (id, source, item_key, codes, stage, reason_code, reason, field, responsible, first_seen, last_seen, seen, state)
       values ($1, 'dvclt', $2, $3, 'fields', 'checks.date-unreadable', 'not a date', 'nksNgaySinh', 'dvclt', $4, $4, 1, 'open')`,
      [quarantined, `${dvcltCode}-other`, JSON.stringify({ dvclt: `${dvcltCode}-other` }), now],
    );
  });
  return { unknown, dead, quarantined };
}
