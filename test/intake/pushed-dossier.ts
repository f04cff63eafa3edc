import { rfc3339, uuidIds } from '#platform';
import { createRegistryWatch } from '#intake';
import { applyCommand, dossierWithOneStop, type IntakeWorld } from './intake-world';

export interface PushedDossier {
  id: string;
  /** One-stop code. */
  code: string;
  dvclt: string;
}

let serial = 0;

/** A dossier whose registration was just pushed and whose watch began. */
export async function pushedDossier(world: IntakeWorld): Promise<PushedDossier> {
  const number = String((serial += 1)).padStart(6, '0');
  const code = `H99.101-260307-${number}`;
  const dvclt = `G22.99.08-260307-${number}`;
  const id = await dossierWithOneStop(world, { dvclt, oneStop: code });
  await acceptDossier(world, id);
  await settlePush(world, { id, code });
  return { id, code, dvclt };
}

export async function acceptDossier(world: IntakeWorld, id: string): Promise<void> {
  await applyCommand(world, id, {
    kind: 'decide',
    decision: 'accept',
    decidedAt: rfc3339(world.clock.now()),
    registration: 'none',
  });
}

/** hộ tịch has taken a push: its delivery is settled and the poll begins anew. */
export async function settlePush(world: IntakeWorld, { id, code }: Pick<PushedDossier, 'id' | 'code'>): Promise<void> {
  const at = world.clock.now();
  const operation = 'submit-registration';
  await applyCommand(world, id, {
    kind: 'delivery-settled',
    partner: 'hotich',
    operation,
    outcome: 'accepted',
    at: rfc3339(at),
  });
  await world.test.db.execute(
    `insert into lane (partner, dossier_id, last_settled_at) values ('hotich', $1, $2) on conflict (partner, dossier_id) do update set last_settled_at = $2`,
    [id, at],
  );
  await world.test.db.execute(
    `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, status, due_at, facts, created_at, settled_at)
     select $1, 'hotich', id, $3, unit, procedure, version, 'settled', created_at, '{}', created_at, $4 from dossier where id = $2`,
    [uuidIds.next(), id, operation, at],
  );
  await world.test.db.run((tx) => createRegistryWatch(world.clock).begin(tx, [{ dossierId: id, module: 'KS', code }]));
}
