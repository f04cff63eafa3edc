import { loadProcedures, type Procedure } from '#dossier';
import { AppError, codeOf, Database, silentLog, type Tx } from '#platform';
import { fetchLedger } from '../adapters/fetch-ledger';
import { readContext } from '../adapters/read-context';
import { readDossiers } from '../adapters/read-dossiers';
import { TABLE_CHECKS } from '../adapters/table-checks';
import { ALL_CHECKS } from '../domain/all-checks';
import type { CheckContext, Subject } from '../domain/check';
import type { DossierRecord } from '../domain/dossier-record';
import { foldJournal } from '../domain/fold-journal';
import type { Ledger } from '../domain/ledger';
import { Report, type VerificationReport } from '../domain/report';
import { unknownEffects } from '../domain/unknown-effects';
import type { Finding, Violation } from '../domain/violation';

export interface VerifyOptions {
  /** Any login that may read; nothing is written. */
  databaseUrl: string;
  /** Base address of the simulators: what they really had is compared too. */
  ledgerUrl?: string;
  /** After a test: nothing may be in motion, and there is no grace. @default false */
  settled?: boolean;
  /** What is younger is in motion and no violation. @default 30_000 ms */
  graceMs?: number;
  /** Only dossiers and rows that changed at or after this. @default all */
  since?: Date;
  /** Violations of one code that are kept; more are counted. @default 100 */
  maxPerCode?: number;
  /** Folder of the procedures with which the state was made. @default `config` of the working directory */
  configDir?: string;
}

/** Checks the invariants of a whole installation: one pass over the database in one read-only snapshot, batch by batch, so that it works
 *  beside a running system and with bounded memory. Each violation has a stable code (docs/reference/violations.md).
 *  @throws AppError `database-unreachable`, `ledger-unreachable` (disposition `retry`) */
export async function verifyState(options: VerifyOptions): Promise<Violation[]> {
  return [...(await inspectState(options)).violations];
}

/** As {@link verifyState}, with counts. */
export async function inspectState(options: VerifyOptions): Promise<VerificationReport> {
  const db = new Database(
    {
      url: options.databaseUrl,
      applicationName: 'verify',
      maxConnections: 1,
      statementTimeoutMs: 600_000,
      role: null,
      plansByKey: false,
    },
    silentLog,
  );
  try {
    const procedures = loadProcedures(options.configDir ?? 'config');
    // The ledger first: every effect in it was asked for by something that the snapshot behind it holds.
    const ledger = options.ledgerUrl ? await fetchLedger(options.ledgerUrl, await clockOf(db)) : undefined;
    return await db.run(async (tx) => {
      await tx.execute('set transaction isolation level repeatable read, read only');
      return inspect(tx, options, { procedures, ledger });
    });
  } catch (error) {
    throw isUnreachable(error)
      ? new AppError({
          code: 'database-unreachable',
          disposition: 'retry',
          detail: 'the database cannot be read',
          cause: error,
        })
      : error;
  } finally {
    await db.close();
  }
}

interface Sources {
  procedures: readonly Procedure[];
  ledger: Ledger | undefined;
}

async function inspect(tx: Tx, options: VerifyOptions, { procedures, ledger }: Sources): Promise<VerificationReport> {
  const { since = null, maxPerCode = 100 } = options;
  const context = await contextOf(tx, options, procedures);
  const report = new Report(context.now, maxPerCode);
  let handOversUnderWay = 0;
  for await (const batch of readDossiers(tx, since)) {
    for (const record of batch) {
      const subject = subjectOf(record, ledger, context);
      if (hasHandOverUnderWay(subject)) handOversUnderWay += 1;
      const findings = ALL_CHECKS.flatMap((check) => check(subject, context));
      report.addDossier(aboutOf(record), findings);
      if (subject.isLogArchived) report.countLogArchived();
    }
  }
  await checkTables(tx, { since, maxRows: maxPerCode + 1 }, context, report);
  // With `since` the lines of older dossiers are nobody's.
  if (ledger && since === null) report.addRest(unknownEffects(ledger.rest(), { ...context, handOversUnderWay }));
  return report.done();
}

async function contextOf(
  tx: Tx,
  { settled = false, graceMs = 30_000 }: VerifyOptions,
  procedures: readonly Procedure[],
): Promise<CheckContext> {
  return { ...(await readContext(tx)), procedures, settled, graceMs: settled ? 0 : graceMs };
}

function subjectOf(record: DossierRecord, ledger: Ledger | undefined, { logArchivedUntil }: CheckContext): Subject {
  const { dossier, journal } = record;
  const states = foldJournal(dossier.id, journal);
  const { dvclt, oneStop } = dossier.projection.codes;
  const began = journal.at(0)?.at;
  const isLogArchived = logArchivedUntil !== null && began !== undefined && began < logArchivedUntil;
  return {
    ...record,
    states,
    isLogArchived,
    ...(ledger ? { effects: ledger.take(oneStop ? [dvclt, oneStop] : [dvclt]) } : {}),
  };
}

/** The one-stop may have it already, under a code that has not reached us. */
function hasHandOverUnderWay({ deliveries, dossier }: DossierRecord): boolean {
  return (
    dossier.projection.codes.oneStop === undefined &&
    deliveries.some((one) => one.operation === 'hand-over-dossier' && one.attempts > 0)
  );
}

function aboutOf({ dossier }: DossierRecord): { dossierId: string; codes: string[] } {
  const { dvclt, oneStop } = dossier.projection.codes;
  return { dossierId: dossier.id, codes: oneStop ? [dvclt, oneStop] : [dvclt] };
}

async function checkTables(
  tx: Tx,
  { since, maxRows }: { since: Date | null; maxRows: number },
  context: CheckContext,
  report: Report,
): Promise<void> {
  const before = new Date(context.now.getTime() - context.graceMs);
  for (const { code, sql } of TABLE_CHECKS) {
    const rows = await tx.query<{ subject: string; sentence: string; dossierId?: string | null }>(sql, [
      before,
      since,
      maxRows,
    ]);
    for (const { subject, sentence, dossierId } of rows) {
      const finding: Finding = { code, subject, sentence };
      if (dossierId) report.addDossier({ dossierId, codes: [] }, [finding], false);
      else report.addRest([finding]);
    }
  }
}

/** The database's clock: what is compared with it was written by its clients, all kept by NTP. */
async function clockOf(db: Database): Promise<Date> {
  const [{ now }] = await db.query<{ now: Date }>('select now() as now');
  return now;
}

/** Refused, not found, not let in, not there, no such table: there is nothing to look at. */
function isUnreachable(error: unknown): boolean {
  const code = codeOf(error);
  return /^(E[A-Z_]+|08...|28...|3D000|57P0[123]|42P01|53300)$/.test(code) || isConnectTimeout(error);
}

function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && /connection timeout|timeout expired|Connection terminated/i.test(error.message);
}
