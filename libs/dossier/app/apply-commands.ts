import { appendToOutbox, type DomainEventRecord } from '#bus';
import { AppError, localDay, type Clock, type Ids, type Tx } from '#platform';
import {
  insertCodes,
  insertDossiers,
  insertJournal,
  lockDossiers,
  updateDossiers,
  type CodeRow,
  type JournalRow,
} from '../adapters/dossier-store';
import { accept } from '../domain/accept';
import type { Actor, Command, Conflict } from '../domain/commands';
import { busType, type DossierEvent } from '../domain/events';
import { evolve } from '../domain/evolve';
import { procedureOf, type Procedure } from '../domain/procedure';
import type { DossierState } from '../domain/state';

export interface CommandOnDossier {
  dossierId: string;
  command: Command;
  actor: Actor;
}

/** An event with its place in the dossier's journal. */
export type JournalEvent = DossierEvent & { seq: number; eventId: string };

/** States as `lockDossiers` read them in the same transaction; must hold every dossier of the commands. */
export type LockedDossiers = ReadonlyMap<string, DossierState | null>;

export type CommandResult =
  | {
      dossierId: string;
      before: DossierState | null;
      after: DossierState;
      events: readonly JournalEvent[];
      conflict?: undefined;
    }
  | { dossierId: string; conflict: Conflict; state: DossierState | null };

export interface ApplyDependencies {
  procedures: readonly Procedure[];
  clock: Clock;
  ids: Ids;
}

/** Applies commands to existing dossiers in the caller's transaction: locks the dossiers in sorted order (DESIGN §7 "Locks"),
 *  asks `accept` for each command in the given order, and writes journal, projection, codes and outbox in one statement each.
 *  A conflict changes nothing and stops nobody else. Results stand in the order of the commands. */
export async function applyCommands(
  tx: Tx,
  commands: readonly CommandOnDossier[],
  deps: ApplyDependencies,
  locked?: LockedDossiers,
): Promise<CommandResult[]> {
  if (commands.length === 0) return [];
  const states = locked
    ? new Map(locked)
    : await lockDossiers(tx, [...new Set(commands.map((one) => one.dossierId))].sort());
  const journal: JournalRow[] = [];
  const results = commands.map((one) => applyOne(one, states, journal, deps));
  const clashes = await writeChanges(tx, { states, journal, isNew: false });
  await applyCommands(tx, clashes, deps);
  return results;
}

export interface NewDossier {
  /** Made by the caller, so that payloads can be sealed under it first. */
  dossierId: string;
  command: Extract<Command, { kind: 'receive' }>;
  actor: Actor;
}

/** Creates dossiers in the caller's transaction. A code that another transaction took meanwhile fails the whole batch with
 *  AppError `dossier-code-taken` (disposition `retry`): the caller looks again, one by one. */
export async function createDossiers(
  tx: Tx,
  dossiers: readonly NewDossier[],
  deps: ApplyDependencies,
): Promise<CommandResult[]> {
  if (dossiers.length === 0) return [];
  const states = new Map<string, DossierState | null>(dossiers.map((one) => [one.dossierId, null]));
  const journal: JournalRow[] = [];
  const results = dossiers.map((one) => applyOne(one, states, journal, deps));
  await writeChanges(tx, { states, journal, isNew: true });
  return results;
}

function applyOne(
  one: CommandOnDossier,
  states: Map<string, DossierState | null>,
  journal: JournalRow[],
  deps: ApplyDependencies,
): CommandResult {
  const { dossierId, command, actor } = one;
  const before = states.get(dossierId) ?? null;
  const procedure = procedureFor(before, command, deps.procedures);
  if (!procedure)
    return {
      dossierId,
      conflict: { code: 'procedure-unknown', state: before?.state ?? null, allowedDecisions: [] },
      state: before,
    };
  const now = deps.clock.now();
  const verdict = accept(before, command, procedure, now);
  if ('conflict' in verdict) return { dossierId, conflict: verdict.conflict, state: before };
  let state = before;
  const events: JournalEvent[] = [];
  for (const event of verdict.events) {
    state = { ...evolve(state, event, now.toISOString()), id: dossierId };
    const placed = { ...event, seq: state.version, eventId: deps.ids.next() };
    events.push(placed);
    journal.push({ dossierId, event: placed, at: now, actor, after: state });
  }
  states.set(dossierId, state);
  if (!state) throw new AppError({ code: 'dossier-without-events', disposition: 'bug' });
  return { dossierId, before, after: state, events };
}

function procedureFor(
  state: DossierState | null,
  command: Command,
  procedures: readonly Procedure[],
): Procedure | undefined {
  if (state) return procedures.find((procedure) => procedure.id === state.procedure);
  return command.kind === 'receive' ? procedureOf(procedures, command.procedureCode, command.module) : procedures[0];
}

interface Changes {
  states: Map<string, DossierState | null>;
  journal: readonly JournalRow[];
  isNew: boolean;
}

/** Writes everything in one statement each; returns the commands that a code of another dossier makes necessary. */
async function writeChanges(tx: Tx, { states, journal, isNew }: Changes): Promise<CommandOnDossier[]> {
  if (journal.length === 0) return [];
  const touched = new Set(journal.map((row) => row.dossierId));
  const changed = [...states.values()].filter(
    (state): state is DossierState => state !== null && touched.has(state.id),
  );
  (isNew ? insertDossiers : updateDossiers)(tx, changed);
  const clashes = await insertCodes(tx, codesOf(journal));
  insertJournal(tx, journal);
  // The event row is inserted after the dossier's lock is held (STACK §4).
  appendToOutbox(tx, journal.map(recordOf));
  return clashes.map(afterClash);
}

/** A registration number that another dossier has: the result is true all the same, and a person looks at the two. Any other code
 *  names one dossier only, and everything written to a partner under it would reach the wrong one: the transaction fails. */
function afterClash({ system, dossierId }: CodeRow): CommandOnDossier {
  if (system !== 'registry') {
    throw new AppError({
      code: 'dossier-code-taken',
      disposition: 'retry',
      status: 409,
      field: system,
      detail: `a ${system} code belongs to another dossier`,
    });
  }
  const command = { kind: 'discrepancy', partner: 'hotich', class: 'registry-code-taken' } as const;
  return { dossierId, command, actor: { id: 'journal', type: 'system' } };
}

function codesOf(journal: readonly JournalRow[]): { system: string; code: string; dossierId: string }[] {
  return journal.flatMap(({ dossierId, event }) => {
    if (event.type === 'dossier.received') return [{ system: 'dvclt', code: event.data.dvcltCode, dossierId }];
    if (event.type === 'one-stop-code.assigned')
      return [{ system: 'one-stop', code: event.data.oneStopCode, dossierId }];
    if (event.type === 'registration.completed')
      return [{ system: 'registry', code: event.data.registryCode, dossierId }];
    return [];
  });
}

/** What goes on the bus: the fact, and what every reader needs beside it (state after, procedure, local day of receipt). */
function recordOf({ dossierId, event, at, after }: JournalRow): DomainEventRecord {
  const { dvclt, oneStop, registry } = after.codes;
  return {
    eventId: event.eventId,
    type: busType(event.type),
    at,
    dossierId,
    seq: event.seq,
    unit: after.unit,
    codes: { dvclt, ...(oneStop ? { oneStop } : {}), ...(registry.length > 0 ? { registry } : {}) },
    data: {
      ...event.data,
      state: after.state,
      procedure: after.procedure,
      receivedDay: localDay(new Date(after.receivedAt)),
    },
  };
}
