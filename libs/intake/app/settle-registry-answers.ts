import { applyCommands, lockDossiers, type CommandOnDossier, type DossierState } from '#dossier';
import type { Tx } from '#platform';
import { erasedDossiers, insertAnswered } from '../adapters/poll-evidence';
import {
  endLongWatches,
  lockHeldWatches,
  readRegistryLanes,
  rescheduleWatches,
  type ClaimedWatch,
  type PolledWatch,
} from '../adapters/registry-watch-store';
import { isLate, isRowExpected, mayCount, type RegistryLaneFacts } from '../domain/judge-registry-row';
import { pauseAfterPoll, type RegistryPollPace } from '../domain/registry-poll-pace';
import type { RegistryReply } from '../ports';
import { aboutDossier } from './decision-effects';
import type { IntakeDeps } from './intake-deps';
import { keepPollEvidence, type Evidence } from './keep-poll-evidence';
import { REGISTRY_ACTOR, reportOf, writeReports, type KnownRow, type Report } from './registry-reports';

/** What one call said about the dossiers it asked for; `raw` null when there was no answer at all. */
export interface RegistryAnswer extends Pick<RegistryReply, 'askedAt' | 'rows' | 'unclear'> {
  watches: readonly ClaimedWatch[];
  raw: Buffer | null;
  /** All that the call asked for, also those that are asked for again in a smaller call or settled by themselves. */
  asked: readonly Pick<ClaimedWatch, 'dossierId' | 'code'>[];
}

export interface RegistrySettlementOptions {
  /** Owner of the leases. */
  workerId: string;
  pace: RegistryPollPace;
  /** Absence after which a person must hear of it, ms. */
  absentDiscrepancyMs: number;
}

/** One dossier that an answer was asked for, with what it says about it. */
interface Polled {
  watch: ClaimedWatch;
  answer: RegistryAnswer;
  /** Null where the answer has none of a known status: absent. */
  row: KnownRow | null;
}

type Facts = Pick<PolledWatch, 'absentSince' | 'absenceTold' | 'rowChangedAt'>;

/** What a poll comes to for one dossier. */
interface Judged {
  facts: Facts;
  report?: Report;
  /** Absent for too long, and nobody was told. */
  isMissing?: boolean;
}

/** hộ tịch is asked so often about what it held when the dossier ended: it may register it all the same, and a person must hear of it. */
const POLLS_AFTER_END = 300;

/** Applies answers in the caller's transaction: what is new becomes commands with sealed results, absence that lasts a discrepancy, and
 *  every watch gets its next time. Returns how many dossiers changed. */
export async function settleRegistryAnswers(
  tx: Tx,
  answers: readonly RegistryAnswer[],
  options: RegistrySettlementOptions,
  deps: IntakeDeps,
): Promise<number> {
  const polled = answers.flatMap(polledOf);
  const touched = polled.filter((one) => one.row !== null || isOverdue(one, options));
  const told = new Map(answers.map((answer) => [answer, answer.raw === null ? [] : dossiersTold(answer)]));
  const ids = [...new Set([...touched.map(({ watch }) => watch.dossierId), ...[...told.values()].flat()])].sort();
  const states = await lockDossiers(tx, ids);
  const lanes = await readRegistryLanes(tx, ids);
  const watches = answers.flatMap((answer) => answer.watches);
  const held = await lockHeldWatches(tx, options.workerId, watches);
  const judged = new Map<string, Judged>();
  for (const one of polled.filter(({ watch }) => held.has(watch.dossierId))) {
    const { dossierId } = one.watch;
    const found = { state: states.get(dossierId) ?? null, lane: lanes.get(dossierId) };
    judged.set(dossierId, judge(one, found, options, deps));
  }
  const reports = [...judged.values()].flatMap(({ report }) => report ?? []);
  const missing = [...judged].filter(([, { isMissing }]) => isMissing).map(([dossierId]) => dossierId);
  const evidence = await keepEvidence(tx, { told, reports }, deps);
  await writeReports(tx, reports, states, { deps, evidenceOf: (report) => evidence.get(answerOf(report, answers)) });
  await tellMissing(tx, missing, states, deps);
  const now = deps.clock.now();
  const next = watches.map((watch): PolledWatch => ({
    ...(judged.get(watch.dossierId)?.facts ?? factsOf(watch)),
    dossierId: watch.dossierId,
    polls: watch.polls + 1,
    nextPollAt: new Date(now.getTime() + pauseAfterPoll(watch.polls + 1, options.pace)),
  }));
  await rescheduleWatches(tx, options.workerId, next);
  await endLongWatches(
    tx,
    watches.map(({ dossierId }) => dossierId),
    POLLS_AFTER_END,
  );
  return reports.length + missing.length;
}

/** Rows belong to watches by code, never by position (Q16); a row without a known status is an absent one. */
function polledOf(answer: RegistryAnswer): Polled[] {
  const { rows, watches } = answer;
  if (rows === null) return [];
  const byCode = new Map(rows.filter((row): row is KnownRow => row.status !== null).map((row) => [row.code, row]));
  return watches.map((watch) => ({ watch, answer, row: byCode.get(watch.code) ?? null }));
}

function factsOf({ absentSince, absenceTold, rowChangedAt }: ClaimedWatch): Facts {
  return { absentSince, absenceTold, rowChangedAt };
}

function isOverdue({ watch, answer }: Polled, { absentDiscrepancyMs }: RegistrySettlementOptions): boolean {
  if (watch.absentSince === null || watch.absenceTold) return false;
  return answer.askedAt.getTime() - watch.absentSince.getTime() >= absentDiscrepancyMs;
}

function judge(
  polled: Polled,
  { state, lane }: { state: DossierState | null; lane: RegistryLaneFacts | undefined },
  options: RegistrySettlementOptions,
  deps: IntakeDeps,
): Judged {
  const { watch, answer, row } = polled;
  // Not locked, since its row is absent and that is no news yet.
  if (state === null) return { facts: absent(watch, answer.askedAt) };
  // What an answer says of the time before our last write is not about the dossier of now.
  if (!mayCount(state, lane, answer.askedAt)) return { facts: factsOf(watch) };
  if (row === null || isLate(state, row, watch.rowChangedAt)) {
    const isMissing = isRowExpected(state) && isOverdue(polled, options);
    const facts = absent(watch, answer.askedAt);
    return { facts: isMissing ? { ...facts, absenceTold: true } : facts, isMissing };
  }
  const report = reportOf({ dossierId: watch.dossierId, state, row, askedAt: answer.askedAt }, deps);
  const rowChangedAt = laterOf(watch.rowChangedAt, row.changedAt);
  return { facts: { absentSince: null, absenceTold: false, rowChangedAt }, ...(report ? { report } : {}) };
}

function absent(watch: ClaimedWatch, askedAt: Date): Facts {
  return { ...factsOf(watch), absentSince: watch.absentSince ?? askedAt };
}

function laterOf(known: Date | null, text: string | undefined): Date | null {
  const at = text === undefined ? null : new Date(text);
  return at !== null && (known === null || at > known) ? at : known;
}

function answerOf({ dossierId }: Report, answers: readonly RegistryAnswer[]): RegistryAnswer | undefined {
  return answers.find(({ watches }) => watches.some((watch) => watch.dossierId === dossierId));
}

/** Dossiers that an answer tells of: those that have a row, or all that it was asked for when it could not be understood, since nobody knows what
 *  stands in it. */
function dossiersTold({ asked, rows, unclear }: RegistryAnswer): string[] {
  const codes = new Set((rows ?? []).map(({ code }) => code));
  return asked
    .filter(({ code }) => unclear !== undefined || rows === null || codes.has(code))
    .map(({ dossierId }) => dossierId);
}

interface ToldByAnswers {
  /** Dossiers of each answer; the caller holds their locks. */
  told: ReadonlyMap<RegistryAnswer, readonly string[]>;
  reports: readonly Report[];
}

/** Answers that changed something or could not be understood are kept as they came; others are not: most polls say nothing new. Each is linked to all dossiers that
 *  it tells of, so that an erasure reaches it and a legal hold protects it.
 *  Race: a dossier is erased between the question and this settlement. Its erasure could not reach the answer: it is not kept. */
async function keepEvidence(
  tx: Tx,
  { told, reports }: ToldByAnswers,
  deps: IntakeDeps,
): Promise<ReadonlyMap<RegistryAnswer | undefined, string>> {
  const answers = [...told.keys()];
  const changing = new Set(reports.map((report) => answerOf(report, answers)));
  const worth = answers.filter(
    (answer) => answer.raw !== null && (changing.has(answer) || answer.unclear !== undefined),
  );
  const dossiersOf = (answer: RegistryAnswer): readonly string[] => told.get(answer) ?? [];
  const erased = await erasedDossiers(tx, worth.flatMap(dossiersOf));
  const kept = worth.filter((answer) => !dossiersOf(answer).some((dossierId) => erased.has(dossierId)));
  const evidence = kept.map((answer): Evidence => ({
    raw: answer.raw as Buffer,
    unclear: changing.has(answer) ? null : (answer.unclear ?? null),
  }));
  const refs = await keepPollEvidence(tx, 'hotich', evidence, deps);
  const refOf = new Map(kept.flatMap((answer, index) => (refs[index] === undefined ? [] : [[answer, refs[index]]])));
  insertAnswered(
    tx,
    [...refOf].flatMap(([answer, ref]) => dossiersOf(answer).map((dossierId) => ({ ref, dossierId }))),
  );
  return refOf;
}

/** Absence is normal; after the policy's time it is a discrepancy, once (CONTRACTS §1.3 *Polls*). */
async function tellMissing(
  tx: Tx,
  dossierIds: readonly string[],
  states: ReadonlyMap<string, DossierState | null>,
  deps: IntakeDeps,
): Promise<void> {
  const commands = dossierIds.map((dossierId): CommandOnDossier => ({
    dossierId,
    actor: REGISTRY_ACTOR,
    command: { kind: 'discrepancy', partner: 'hotich', class: 'absent-at-registry' },
  }));
  await applyCommands(tx, commands, deps, states);
  const entries = dossierIds.map((dossierId) => ({
    ...aboutDossier(states.get(dossierId) as DossierState, REGISTRY_ACTOR),
    kind: 'discrepancy.found' as const,
    partner: 'hotich',
    detail: { reasonCode: 'absent-at-registry' },
  }));
  await deps.syncLog.append(tx, entries);
}
