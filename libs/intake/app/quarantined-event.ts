import type { Tx } from '#platform';
import type { SyncLogActor } from '#synclog';
import { insertMessages, type MessageDisposition } from '../adapters/intake-messages';
import type { IntakeDeps } from './intake-deps';
import { quarantineItems } from './quarantine';

/** Decisions come from the one-stop, however it is asked. */
export const EVENT_SOURCE = 'onestop';

/** A sealed row that is being kept. */
export interface KeptRow {
  /** Id of its message. */
  id: string;
  rawRef: string;
  rowDigest: Buffer;
  codes: { dvclt?: string; oneStop?: string };
}

/** Why a polled decision goes to quarantine; no citizen's data in `reason`. */
export interface EventFailure {
  /** `event`: the row was not understood; `dossier`: it could not be applied to one. */
  stage: 'event' | 'dossier';
  code: string;
  reason: string;
  field?: string;
  responsible: string;
}

/** Key of a stored position in quarantine. */
export function eventKey(position: number): string {
  return `event:${position}`;
}

export interface EventToQuarantine {
  key: string;
  row: KeptRow;
  failure: EventFailure;
}

/** Keeps rows that nobody could take, each with its message (law 4), in the caller's transaction. */
export async function quarantineEvents(
  tx: Tx,
  events: readonly EventToQuarantine[],
  deps: IntakeDeps & { actor: SyncLogActor },
): Promise<void> {
  if (events.length === 0) return;
  for (const { row } of events) await keepMessage(tx, row, { disposition: 'quarantined', dossierId: null }, deps);
  const entries = await quarantineItems(
    tx,
    events.map(({ key, row, failure: { code, field = null, ...failure } }) => ({
      id: deps.ids.next(),
      source: EVENT_SOURCE,
      itemKey: key,
      codes: row.codes,
      ...failure,
      reasonCode: code,
      field,
      unit: null,
      listingDigest: null,
      messageId: row.id,
    })),
    deps,
  );
  await deps.syncLog.append(tx, entries);
}

/** The message of a row; a row that comes to its end a second time (after a rerun) keeps its first. */
export async function keepMessage(
  tx: Tx,
  { id, rawRef, rowDigest, codes }: KeptRow,
  of: { disposition: MessageDisposition; dossierId: string | null },
  { clock }: Pick<IntakeDeps, 'clock'>,
): Promise<void> {
  const message = {
    id,
    source: EVENT_SOURCE,
    externalCode: codes.dvclt ?? codes.oneStop ?? null,
    listingDigest: null,
    contentDigest: rowDigest,
    rawRef,
    stages: [],
    ...of,
  };
  await insertMessages(tx, [message], clock.now());
}
