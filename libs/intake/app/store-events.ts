import type { Tx } from '#platform';
import { isLoggableCode, type SyncLogActor } from '#synclog';
import { insertDecisionEvents, readRowDigests, type NewDecisionEvent } from '../adapters/decision-events';
import { readKnownItems, touchItems } from '../adapters/quarantine-store';
import type { EventRow } from '../ports';
import type { IntakeDeps } from './intake-deps';
import {
  EVENT_SOURCE,
  eventKey,
  quarantineEvents,
  type EventFailure,
  type EventToQuarantine,
} from './quarantined-event';

type Deps = IntakeDeps & { actor: SyncLogActor };
type Placed = EventRow & { digest: Buffer };
type Misfit = { row: Placed; key: string; failure: EventFailure };

/** Stores rows of a polled list of decisions in the caller's transaction: sealed, and waiting to be applied. A position that is known
 *  has no second effect; a row that cannot be read, or a position that is used for another row, goes to quarantine. */
export async function storeEvents(tx: Tx, rows: readonly EventRow[], deps: Deps): Promise<void> {
  const placed = rows.map((row): Placed => ({ ...checked(row), digest: deps.vault.dedupDigest(row.raw) }));
  const known = await readRowDigests(
    tx,
    placed.map((row) => row.position).filter((one) => one !== undefined),
  );
  const fresh: Placed[] = [];
  const misfits: Misfit[] = [];
  for (const row of placed) {
    const before = row.position === undefined ? undefined : known.get(row.position);
    if (row.position !== undefined && before === undefined) {
      known.set(row.position, row.digest);
      fresh.push(row);
    } else if (before === undefined || !before.equals(row.digest)) misfits.push(misfitOf(row));
  }
  await insertFresh(tx, fresh, deps);
  await keepMisfits(tx, misfits, deps);
}

/** A code that could be a person's number stays in the vault: the row counts as not understood. */
function checked(row: EventRow): EventRow {
  const { dvclt, oneStop } = row.codes;
  if ([dvclt, oneStop].every((code) => code === undefined || isLoggableCode(code))) return row;
  const { position, raw } = row;
  const failure = { code: 'code-form', reason: 'a dossier code has no form of a code' };
  return { raw, codes: {}, failure, ...(position === undefined ? {} : { position }) };
}

function misfitOf(row: Placed): Misfit {
  const digest = row.digest.toString('base64url');
  if (row.position === undefined) return { row, key: `row:${digest}`, failure: failureOf(row) };
  return {
    row,
    key: `${eventKey(row.position)}:${digest}`,
    failure: {
      stage: 'event',
      code: 'position-reused',
      reason: 'the position holds another decision already',
      responsible: EVENT_SOURCE,
    },
  };
}

function failureOf(row: EventRow): EventFailure {
  const failure = 'failure' in row ? row.failure : { code: 'row-unreadable', reason: 'the row cannot be read' };
  return { stage: 'event', ...failure, responsible: EVENT_SOURCE };
}

async function insertFresh(tx: Tx, rows: readonly Placed[], deps: Deps): Promise<void> {
  const sealed = await sealRows(tx, rows, deps);
  const events = sealed.map(({ row, ...kept }): NewDecisionEvent => {
    const position = row.position as number;
    return { ...kept, position, codes: row.codes, state: 'failure' in row ? 'quarantined' : 'waiting' };
  });
  await insertDecisionEvents(tx, events, deps.clock.now());
  const unreadable = sealed.filter(({ row }) => 'failure' in row);
  const quarantined = unreadable.map(({ row, ...kept }): EventToQuarantine => ({
    key: eventKey(row.position as number),
    row: { ...kept, codes: row.codes },
    failure: failureOf(row),
  }));
  await quarantineEvents(tx, quarantined, deps);
}

async function keepMisfits(tx: Tx, misfits: readonly Misfit[], deps: Deps): Promise<void> {
  if (misfits.length === 0) return;
  const byKey = new Map(misfits.map((one) => [one.key, one]));
  const known = await readKnownItems(tx, EVENT_SOURCE, [...byKey.keys()]);
  await touchItems(tx, [...known.values()], deps.clock.now());
  const fresh = [...byKey.values()].filter((one) => !known.has(one.key));
  const sealed = await sealRows(
    tx,
    fresh.map((one) => one.row),
    deps,
  );
  const quarantined = sealed.map(({ row, ...kept }, index): EventToQuarantine => ({
    key: fresh[index].key,
    failure: fresh[index].failure,
    row: { ...kept, codes: row.codes },
  }));
  await quarantineEvents(tx, quarantined, deps);
}

interface SealedRow {
  row: Placed;
  id: string;
  rawRef: string;
  rowDigest: Buffer;
  contentDigest: Buffer;
}

async function sealRows(tx: Tx, rows: readonly Placed[], { vault, ids }: Deps): Promise<SealedRow[]> {
  const owned = rows.map((row) => ({ row, id: ids.next() }));
  const sealed = await vault.sealMany(
    tx,
    owned.map(({ row, id }) => ({
      ownerKind: 'message' as const,
      ownerId: id,
      objects: [{ kind: 'raw' as const, contentType: 'application/json', bytes: row.raw }],
    })),
  );
  return owned.map(({ row, id }, index) => {
    const [{ ref, digest }] = sealed[index];
    return { row, id, rawRef: ref, rowDigest: row.digest, contentDigest: digest };
  });
}
