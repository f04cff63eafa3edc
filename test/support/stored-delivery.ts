import { enqueueDeliveries } from '#delivery';
import { createDossiers, type PartnerId } from '#dossier';
import type { Clock, Tx } from '#platform';
import type { GatewayParts } from '../../apps/gateway/parts';

interface StoredDelivery {
  unit: string;
  partner: PartnerId;
  operation: string;
  /** Last part of the dossier's code; a new one for each dossier of a test. */
  number: number;
}

/** A dossier with one queued delivery, as intake and router leave them. @returns the dossier's id */
export async function storeDelivery(
  tx: Tx,
  { unit, partner, operation, number }: StoredDelivery,
  { procedures, ids, clock }: Pick<GatewayParts, 'procedures' | 'ids'> & { clock: Clock },
): Promise<string> {
  const dossierId = ids.next();
  const command = {
    kind: 'receive' as const,
    module: 'KS' as const,
    procedureCode: '2.000986',
    unit,
    receivedAt: '2026-03-02T09:00:00+07:00',
    source: 'dvclt' as const,
    dvcltCode: `G22.99.08-260302-${String(number).padStart(6, '0')}`,
    contentRef: ids.next(),
    contentDigest: `digest ${number}`,
  };
  const actor = { id: 'test', type: 'system' } as const;
  await createDossiers(tx, [{ dossierId, command, actor }], { procedures, clock, ids });
  const facts = { status: 1, factAt: '2026-03-02T09:00:00+07:00' };
  const lane = { partner, dossierId, operation, unit, procedure: 'birth-group' };
  await enqueueDeliveries(tx, [{ ...lane, causedSeq: 1, step: 0, facts }], { ids, now: clock.now() });
  return dossierId;
}
