import type { SealItem } from '#access';
import {
  accept,
  applyCommands,
  type Command,
  type CommandOnDossier,
  type DossierEvent,
  type DossierState,
  type LockedDossiers,
  type RegistrationResult,
} from '#dossier';
import { rfc3339, type Tx } from '#platform';
import { indexPersons, numbersInResult } from '#privacy';
import type { SyncLogActor, SyncLogEntryInput } from '#synclog';
import type { RegistryRow } from '../ports';
import type { IntakeDeps } from './intake-deps';

export const REGISTRY_ACTOR: SyncLogActor = { id: 'poller.hotich', type: 'system' };

/** A row whose status is one that is known. */
export type KnownRow = RegistryRow & { status: NonNullable<RegistryRow['status']> };

/** A row that brings something new, with its payloads and the references they will have. */
export interface Report {
  dossierId: string;
  state: DossierState;
  row: RegistryRow;
  askedAt: Date;
  command: Extract<Command, { kind: 'registry-reported' }>;
  events: readonly DossierEvent[];
  sealed: SealItem;
}

/** Asks `accept` what the row would mean before anything is sealed: most polls bring nothing new, and those write nothing. */
export function reportOf(
  of: Pick<Report, 'dossierId' | 'state' | 'askedAt'> & { row: KnownRow },
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
    ...(row.changedAt ? { changedAt: row.changedAt } : {}),
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

/** Writes reports in the caller's transaction, which holds the dossiers' locks. `evidenceOf`: reference of the answer that a report came in. */
export async function writeReports(
  tx: Tx,
  reports: readonly Report[],
  states: LockedDossiers,
  { deps, evidenceOf }: { deps: IntakeDeps; evidenceOf: (report: Report) => string | undefined },
): Promise<void> {
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
      actor: REGISTRY_ACTOR,
      command: result && resultDigest ? { ...command, result: { ...result, resultDigest } } : command,
    };
  });
  await applyCommands(tx, commands, deps, states);
  const persons = reports.flatMap(({ dossierId, row: { result } }) =>
    result ? [{ dossierId, numbers: numbersInResult(result) }] : [],
  );
  indexPersons(tx, persons, (bytes) => deps.vault.dedupDigest(bytes));
  await deps.syncLog.append(
    tx,
    reports.map((report) => entryOf(report, digests, evidenceOf(report))),
  );
}

function entryOf(
  { dossierId, state, command, events, askedAt }: Report,
  digests: ReadonlyMap<string, string>,
  contentRef: string | undefined,
): SyncLogEntryInput {
  const codes = [state.codes.dvclt, state.codes.oneStop, command.result?.registryCode].filter(
    (code) => code !== undefined,
  );
  return {
    kind: 'registry-result.received',
    actor: REGISTRY_ACTOR,
    dossierId,
    codes,
    partner: 'hotich',
    unit: state.unit,
    procedure: state.procedure,
    contentDigest: command.result && digests.get(command.result.resultRef),
    detail: {
      status: command.status,
      askedAt: rfc3339(askedAt),
      eventTypes: events.map((event) => event.type),
      ...(contentRef ? { contentRef } : {}),
    },
  };
}
