import { clearMetAttention } from '#delivery';
import { RECONCILIATION_CLASS, type CommandOnDossier, type DossierState } from '#dossier';
import { rfc3339, type Tx } from '#platform';
import type { SyncLogEntryInput } from '#synclog';
import { writeChanges, type DiscrepancyChanges, type NewDiscrepancy } from '../adapters/discrepancy-store';
import type { Run } from '../adapters/reconciliation-store';
import type { ClosingReason, Finding, OpenDiscrepancy } from '../domain/changes';
import { RECONCILER } from './reconciliation-record';
import type { RunDeps } from './run-deps';

/** What happens to one difference. */
export interface DiscrepancyChange {
  close?: OpenDiscrepancy & { reason: ClosingReason };
  again?: DiscrepancyChanges['again'][number] & OpenDiscrepancy;
  open?: NewDiscrepancy;
}

/** Writes differences and what follows from them. The caller holds the dossiers' locks, then the run's. */
export async function applyChanges(
  tx: Tx,
  {
    run,
    changes,
    locked,
    askedAt,
  }: {
    run: Pick<Run, 'id' | 'partner'>;
    changes: readonly DiscrepancyChange[];
    locked: ReadonlyMap<string, DossierState | null>;
    askedAt: Date | null;
  },
  deps: RunDeps,
): Promise<void> {
  if (changes.length === 0) return;
  const { partner, id: reconciliationId } = run;
  writeChanges(
    tx,
    { partner, reconciliationId, at: deps.clock.now() },
    {
      close: changes.flatMap((one) => one.close ?? []),
      again: changes.flatMap((one) => one.again ?? []),
      open: changes.flatMap((one) => one.open ?? []),
    },
  );
  await deps.applyOutcomes(
    tx,
    changes.flatMap((one) => commandsOf(one, run)),
    locked,
  );
  const closed = changes.flatMap(({ close }) => (close && isJournaled(close) ? [close.dossierId as string] : []));
  if (closed.length > 0) await clearMetAttention(tx, closed, { actor: RECONCILER, reason: 'discrepancy.closed' }, deps);
  await deps.syncLog.append(
    tx,
    changes.flatMap((one) => entriesOf(one, run, askedAt)),
  );
}

/** An answer that nobody can read is no fact of the dossier: its journal is not told, and nobody is called to it. */
function isJournaled({ dossierId, class: cls }: Pick<OpenDiscrepancy, 'dossierId' | 'class'>): boolean {
  return dossierId !== null && cls !== 'unreadable';
}

/** In the journal other parts tell of differences, too. */
function journalClass({ class: cls }: Pick<OpenDiscrepancy, 'class'>): string {
  return `${RECONCILIATION_CLASS}${cls}`;
}

function commandsOf({ close, open }: DiscrepancyChange, { partner }: Pick<Run, 'partner'>): CommandOnDossier[] {
  const commands: CommandOnDossier[] = [];
  if (close && isJournaled(close))
    commands.push({
      dossierId: close.dossierId as string,
      command: { kind: 'discrepancy-closed', partner, class: journalClass(close) },
      actor: RECONCILER,
    });
  if (open && isJournaled(open))
    commands.push({
      dossierId: open.dossierId as string,
      command: { kind: 'discrepancy', partner, class: journalClass(open) },
      actor: RECONCILER,
    });
  return commands;
}

function entriesOf(
  { close, again, open }: DiscrepancyChange,
  { id: reconciliationId, partner }: Pick<Run, 'id' | 'partner'>,
  askedAt: Date | null,
): SyncLogEntryInput[] {
  const entry = (kind: SyncLogEntryInput['kind'], about: OpenDiscrepancy): SyncLogEntryInput => ({
    kind,
    actor: RECONCILER,
    partner,
    codes: about.codes,
    ...(about.dossierId === null ? {} : { dossierId: about.dossierId }),
    ...(about.unit === null ? {} : { unit: about.unit }),
    ...(about.procedure === null ? {} : { procedure: about.procedure }),
    detail: { reconciliationId, discrepancyId: about.id, class: about.class },
  });
  const withVerdict = (base: SyncLogEntryInput, found: Finding): SyncLogEntryInput => {
    const { cause, responsible, ours, theirs } = found;
    const numbers = { ...(ours === null ? {} : { ours }), ...(theirs === null ? {} : { theirs }) };
    return { ...base, detail: { ...base.detail, cause, responsible, ...numbers } };
  };
  const entries: SyncLogEntryInput[] = [];
  if (close) {
    const closed = entry('discrepancy.closed', close);
    entries.push({ ...closed, detail: { ...closed.detail, reasonCode: close.reason } });
  }
  if (open) entries.push(withVerdict(entry('discrepancy.found', open), open));
  const found = open ?? again;
  if (found) {
    const judged = withVerdict(entry('reconciliation.judged', found), found);
    entries.push({ ...judged, detail: { ...judged.detail, ...(askedAt ? { askedAt: rfc3339(askedAt) } : {}) } });
  }
  return entries;
}
