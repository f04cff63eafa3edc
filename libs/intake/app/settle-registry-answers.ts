import type { SealItem } from '#access';
import {
  accept,
  applyCommands,
  lockDossiers,
  type Command,
  type CommandOnDossier,
  type DossierEvent,
  type DossierState,
  type LockedDossiers,
  type RegistrationResult,
} from '#dossier';
import { rfc3339, type Tx } from '#platform';
import type { SyncLogActor, SyncLogEntryInput } from '#synclog';
import { readRegistryLanes, rescheduleWatches, type ClaimedWatch } from '../adapters/registry-watch-store';
import { mayCount } from '../domain/judge-registry-row';
import { pauseAfterPoll, type RegistryPollPace } from '../domain/registry-poll-pace';
import type { RegistryRow } from '../ports';
import type { IntakeDeps } from './intake-deps';

/** What one call said about the dossiers it asked for; `rows` null when it gave no answer. */
export interface RegistryAnswer {
  askedAt: Date;
  watches: readonly ClaimedWatch[];
  rows: readonly RegistryRow[] | null;
}

export interface RegistrySettlementOptions {
  /** Owner of the leases. */
  workerId: string;
  pace: RegistryPollPace;
}

const ACTOR: SyncLogActor = { id: 'poller.hotich', type: 'system' };

/** A row that brings something new, with its payloads and the references they will have. */
interface Report {
  dossierId: string;
  state: DossierState;
  row: RegistryRow;
  askedAt: Date;
  command: Extract<Command, { kind: 'registry-reported' }>;
  events: readonly DossierEvent[];
  sealed: SealItem;
}

/** Applies answers in the caller's transaction: what is new becomes commands with sealed results, and every watch gets its
 *  next time. Returns how many dossiers changed. */
export async function settleRegistryAnswers(
  tx: Tx,
  answers: readonly RegistryAnswer[],
  options: RegistrySettlementOptions,
  deps: IntakeDeps,
): Promise<number> {
  const found = rowsByDossier(answers);
  const ids = [...found.keys()].sort();
  const states = await lockDossiers(tx, ids);
  const lanes = await readRegistryLanes(tx, ids);
  const reports: Report[] = [];
  for (const [dossierId, { row, askedAt }] of found) {
    const state = states.get(dossierId);
    if (!state || !mayCount(state, lanes.get(dossierId), askedAt)) continue;
    const report = reportOf({ dossierId, state, row, askedAt }, deps);
    if (report) reports.push(report);
  }
  await write(tx, reports, states, deps);
  await rescheduleWatches(tx, options.workerId, nextTimes(answers, options.pace, deps.clock.now()));
  return reports.length;
}

/** Rows belong to watches by code, never by position (Q16); a row without a known status is an absent one. */
function rowsByDossier(
  answers: readonly RegistryAnswer[],
): Map<string, { row: RegistryRow & { status: NonNullable<RegistryRow['status']> }; askedAt: Date }> {
  const found: ReturnType<typeof rowsByDossier> = new Map();
  for (const { askedAt, watches, rows } of answers) {
    const dossierOf = new Map(watches.map((watch) => [watch.code, watch.dossierId]));
    for (const row of rows ?? []) {
      const dossierId = dossierOf.get(row.code);
      if (dossierId !== undefined && row.status !== null)
        found.set(dossierId, { row: { ...row, status: row.status }, askedAt });
    }
  }
  return found;
}

function nextTimes(
  answers: readonly RegistryAnswer[],
  pace: RegistryPollPace,
  now: Date,
): { dossierId: string; polls: number; nextPollAt: Date }[] {
  return answers.flatMap(({ watches }) =>
    watches.map(({ dossierId, polls }) => ({
      dossierId,
      polls: polls + 1,
      nextPollAt: new Date(now.getTime() + pauseAfterPoll(polls + 1, pace)),
    })),
  );
}

/** Asks `accept` what the row would mean before anything is sealed: most polls bring nothing new, and those write nothing. */
function reportOf(
  of: Pick<Report, 'dossierId' | 'state' | 'askedAt'> & {
    row: RegistryRow & { status: NonNullable<RegistryRow['status']> };
  },
  deps: IntakeDeps,
): Report | undefined {
  const { dossierId, state, row, askedAt } = of;
  const procedure = deps.procedures.find((one) => one.id === state.procedure);
  if (!procedure) return undefined;
  const officerRef = Object.values(row.officer).some(Boolean) ? deps.ids.next() : undefined;
  const resultRef = deps.ids.next();
  const command: Report['command'] = {
    kind: 'registry-reported',
    status: row.status,
    at: row.changedAt ?? rfc3339(askedAt),
    ...(row.supplementDeadline ? { supplementDeadline: row.supplementDeadline } : {}),
    ...(officerRef ? { officerRef } : {}),
    // The digest is known once the result is sealed; `accept` does not look at it.
    ...(row.result ? { result: { registryCode: row.result.registryCode, resultRef, resultDigest: '' } } : {}),
  };
  const verdict = accept(state, command, procedure, deps.clock.now());
  if ('conflict' in verdict || verdict.events.length === 0) return undefined;
  const sealed: SealItem = {
    ownerKind: 'dossier',
    ownerId: dossierId,
    objects: objectsOf(row, verdict.events, { officerRef, resultRef }, deps),
  };
  return { dossierId, state, row, askedAt, command, events: verdict.events, sealed };
}

function objectsOf(
  row: RegistryRow,
  events: readonly DossierEvent[],
  refs: { officerRef?: string; resultRef: string },
  deps: IntakeDeps,
): SealItem['objects'] {
  const objects: SealItem['objects'][number][] = [];
  if (refs.officerRef && events.some(({ data }) => 'officerRef' in data)) {
    objects.push({
      ref: refs.officerRef,
      kind: 'officer-note',
      contentType: 'application/json',
      bytes: Buffer.from(JSON.stringify(row.officer)),
    });
  }
  if (row.result && events.some(({ type }) => type === 'registration.completed')) {
    const { file, registryCode, ...given } = row.result;
    void registryCode;
    const fileRef = deps.ids.next();
    const result: RegistrationResult = {
      ...given,
      fileRef,
      fileSizeBytes: file.length,
      ...(refs.officerRef ? { officer: row.officer } : {}),
    };
    objects.push({
      ref: refs.resultRef,
      kind: 'result',
      contentType: 'application/json',
      bytes: Buffer.from(JSON.stringify(result)),
    });
    objects.push({ ref: fileRef, kind: 'result-file', contentType: 'application/pdf', bytes: file });
  }
  return objects;
}

async function write(tx: Tx, reports: readonly Report[], states: LockedDossiers, deps: IntakeDeps): Promise<void> {
  if (reports.length === 0) return;
  const sealed = (
    await deps.vault.sealMany(
      tx,
      reports.map((report) => report.sealed),
    )
  ).flat();
  const digests = new Map(sealed.map(({ ref, digest }) => [ref, digest.toString('base64')]));
  const commands = reports.map(({ dossierId, command }): CommandOnDossier => {
    const { result } = command;
    const resultDigest = result && digests.get(result.resultRef);
    return {
      dossierId,
      actor: ACTOR,
      command: result && resultDigest ? { ...command, result: { ...result, resultDigest } } : command,
    };
  });
  await applyCommands(tx, commands, deps, states);
  await deps.syncLog.append(
    tx,
    reports.map((report) => entryOf(report, digests)),
  );
}

function entryOf(
  { dossierId, state, command, events, askedAt }: Report,
  digests: ReadonlyMap<string, string>,
): SyncLogEntryInput {
  const codes = [state.codes.dvclt, state.codes.oneStop, command.result?.registryCode].filter(
    (code) => code !== undefined,
  );
  return {
    kind: 'registry-result.received',
    actor: ACTOR,
    dossierId,
    codes,
    partner: 'hotich',
    unit: state.unit,
    procedure: state.procedure,
    contentDigest: command.result && digests.get(command.result.resultRef),
    detail: { status: command.status, askedAt: rfc3339(askedAt), eventTypes: events.map((event) => event.type) },
  };
}
