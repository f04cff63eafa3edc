import type { Principal } from '#access';
import {
  classifyDelivery,
  readLastReading,
  type Classification,
  type Classified,
  type ClassifyDeps,
  type LastReading,
} from '#delivery';
import { applyCommands } from '#dossier';
import { personalValues, withoutValues } from '#privacy';
import type { GatewayParts } from '../parts';
import type { DeliveryListRow } from '../reads/deliveries';

/** Where an operator reads what a partner wrote, and says what it means (DESIGN §7 *Reply rules*). */
export class OperatorsDesk {
  private readonly deps: ClassifyDeps;

  constructor(private readonly parts: GatewayParts) {
    const { db, vault, syncLog, clock, ids, procedures } = parts;
    this.deps = {
      db,
      vault,
      syncLog,
      clock,
      applyOutcomes: (tx, commands, locked) => applyCommands(tx, commands, { procedures, clock, ids }, locked),
    };
  }

  /** What no rule knows, while a person has to look; null for who is no operator. The view is logged. */
  async evidence(caller: Principal, row: DeliveryListRow): Promise<LastReading | null> {
    const waits = row.status === 'unknown' || row.status === 'dead';
    if (!waits || !caller.roles.includes('operator')) return null;
    const { id, dossier_id: dossierId, partner, operation } = row;
    const reading = await readLastReading({ id, dossierId, partner, operation }, actorOf(caller), this.parts);
    if (reading === null) return null;
    // A partner may quote what we sent it: the persons in it stay masked here as everywhere.
    const values = await personalValues(dossierId, this.parts);
    return {
      ...reading,
      messages: reading.messages.map((message) => withoutValues(message, values)),
      text: withoutValues(reading.text, values),
    };
  }

  /** As `classifyDelivery`; wakes the workers after the commit. */
  async classify(caller: Principal, idempotencyKey: string, given: Classification): Promise<Classified> {
    const by = { actor: actorOf(caller), units: caller.units, idempotencyKey };
    const classified = await classifyDelivery(given, by, this.deps);
    for (const channel of ['outbox', 'lanes', 'reply-rules'] as const) this.parts.doorbell.ring(channel);
    return classified;
  }
}

function actorOf({ clientId, kind }: Principal): { id: string; type: 'person' | 'machine' } {
  return { id: clientId, type: kind };
}
