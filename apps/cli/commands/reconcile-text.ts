import { ageText, localTime } from '../output/print';
import { pairsOf, tableOf } from '../output/table';

/** A comparison with a partner, as the API gives it. */
export interface Run {
  id: string;
  partner: string;
  state: string;
  from: string;
  to: string;
  requestedBy: string | null;
  requestedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  counts: { agreed: number; differing: number; unreadable: number; notLookedAt: number; calls: number };
  notLookedAtBecause: Readonly<Record<string, number>>;
  isClean: boolean;
  reasonCode: string | null;
  /** Of the last call without a usable answer. */
  failureCode: string | null;
  /** The partner's list could not be read to its end: what only the partner has may not have been found. */
  listFailed: boolean;
  stoppedBy: string | null;
}

/** Why a run stopped or was skipped, in words. */
const ENDED_BECAUSE: Readonly<Record<string, string | undefined>> = {
  'partner-away':
    'the partner gave no usable answer, again and again: the last failure says which, `status` whether its breaker is open',
  'partner-held': 'the partner is held: `hold list` says why; release the hold first',
  'breaker-open': 'the partner does not answer: wait until `status` shows its breaker as closed',
  'still-running': 'the one before was not over yet',
  'no-worker': 'no worker with the role `reconciler` ran when it was due: `stack status`',
  'budget-used-up': 'half of the calls that the partner allows in a day are used: the rest is kept for deliveries',
  'everything-missing':
    'the partner knew none of the dossiers that it was asked for: most likely that is the wrong address, unit or data there, and no loss; no difference was written',
};

/** Why dossiers were not looked at, in words. */
const NOT_LOOKED_AT: Readonly<Record<string, string | undefined>> = {
  'in-flight': 'our message was on its way to the partner',
  'changed-meanwhile': 'they changed while the partner was asked',
  'just-changed': 'they changed a moment before the partner was asked',
  'awaiting-supplement': 'DVCLT lists them until their supplement is there',
  'cannot-ask': 'the partner has no question that could be asked',
  'no-code': 'the one-stop has not given its code for them yet, and the partner is asked by that code',
};
/** Asking again changes nothing there. */
const NOT_ASKABLE: readonly string[] = ['cannot-ask', 'no-code'];

export function isOver({ state }: Run): boolean {
  return state !== 'queued' && state !== 'running';
}

/** `12 agree, 3 differ, 0 unreadable, 4 not looked at`. */
export function countsText({ agreed, differing, unreadable, notLookedAt }: Run['counts']): string {
  return `${agreed} agree, ${differing} differ, ${unreadable} unreadable, ${notLookedAt} not looked at`;
}

/** One run: what agrees, what differs, what nobody knows, and the command that comes next. */
export function runText(run: Run): string {
  const { counts } = run;
  const facts = pairsOf([
    ['run', run.id],
    ['partner', run.partner],
    ['compares', `dossiers that we stored from ${localTime(run.from)} to ${localTime(run.to)}`],
    ['asked by', `${run.requestedBy ?? 'the schedule'}, ${localTime(askedAt(run))}`],
    ['state', stateText(run)],
    ...meansPairs(run),
    ...(run.failureCode === null ? [] : ([['last failure', run.failureCode]] as const)),
    ...(run.state === 'skipped'
      ? []
      : ([
          ['agree', counts.agreed],
          ['differ', counts.differing],
          ['unreadable', counts.unreadable],
          ['not looked at', counts.notLookedAt],
          ['calls', counts.calls],
        ] as const)),
  ]);
  return [facts, ...conclusions(run)].join('\n\n');
}

/** By schedule: when it was due, which is the end of what it compares. One that was missed is written down days later. */
function askedAt({ requestedBy, requestedAt, to }: Run): string {
  return requestedBy === null ? to : requestedAt;
}

function stateText({ state, startedAt, endedAt, reasonCode }: Run): string {
  if (state === 'queued') return 'queued: it begins as soon as a worker with the role `reconciler` has time';
  if (state === 'running') return `running since ${localTime(startedAt)}`;
  return `${state}, ${localTime(endedAt)}${reasonCode === null ? '' : `: ${reasonCode}`}`;
}

function meansPairs({ reasonCode, stoppedBy }: Run): (readonly [string, string])[] {
  if (stoppedBy !== null) return [['means', `${stoppedBy} stopped it`]];
  const means = reasonCode === null ? undefined : ENDED_BECAUSE[reasonCode];
  return means === undefined ? [] : [['means', means]];
}

/** What it comes to, in sentences. Nothing that was not looked at is ever called right. */
function conclusions(run: Run): string[] {
  const { counts, state } = run;
  if (state === 'skipped') return [`Nothing was compared. ${startAgain(run, 'Compare it now:')}`];
  if (!isOver(run)) return [`It is not over. Follow it:\n  ${command(`reconcile show ${run.id} --follow`)}`];
  if (run.isClean) return [counts.agreed === 0 ? 'No dossier was stored in that time.' : `All ${counts.agreed} agree.`];
  return [differing(run), unreadable(run), notLookedAt(run), listFailed(run), again(run)].filter((text) => text !== '');
}

function differing({ id, counts }: Run): string {
  if (counts.differing === 0) return '';
  return `${dossiers(counts.differing)} ${counts.differing === 1 ? 'differs' : 'differ'}. Which, why, and who has to act:\n  ${command(`reconcile discrepancies --run ${id}`)}`;
}

function unreadable({ id, partner, counts }: Run): string {
  if (counts.unreadable === 0) return '';
  const what = counts.unreadable === 1 ? '1 answer or row' : `${counts.unreadable} answers or rows`;
  return `${what} of ${partner} could not be read; nobody knows how those dossiers stand. Those that are known by a code:\n  ${command(`reconcile discrepancies --run ${id} --class unreadable`)}`;
}

function notLookedAt(run: Run): string {
  const { counts, notLookedAtBecause } = run;
  if (counts.notLookedAt === 0) return '';
  const reasons = Object.entries(notLookedAtBecause).map(
    ([code, count]) => `  ${count} ${code}: ${NOT_LOOKED_AT[code] ?? ENDED_BECAUSE[code] ?? 'see the state above'}`,
  );
  return [
    `${dossiers(counts.notLookedAt)} ${counts.notLookedAt === 1 ? 'was' : 'were'} not looked at; nobody knows how they stand, because`,
    ...reasons,
  ].join('\n');
}

function listFailed({ listFailed: isFailed, partner, failureCode }: Run): string {
  if (!isFailed) return '';
  const why = failureCode === null ? '' : ` (${failureCode})`;
  return `The list of ${partner} could not be read to its end${why}: what only ${partner} has may not have been found.`;
}

/** The command that looks at what was not looked at, where that can help. */
function again(run: Run): string {
  const askable = Object.keys(run.notLookedAtBecause).filter((code) => !NOT_ASKABLE.includes(code));
  return askable.length > 0 || run.listFailed || run.state === 'stopped' ? startAgain(run, 'Compare again later:') : '';
}

/** @param usually what is said where nothing else comes first */
function startAgain(run: Run, usually: string): string {
  const { partner, from, to } = run;
  const start = command(`reconcile start --partner ${partner} --from ${from} --to ${to} --follow`);
  return `${FIRST[run.reasonCode ?? '']?.(partner) ?? usually}\n  ${start}`;
}

/** What comes before the next comparison. */
const FIRST: Readonly<Record<string, ((partner: string) => string) | undefined>> = {
  'budget-used-up': () => 'Compare again tomorrow:',
  'everything-missing': (partner) =>
    `Before you compare again: is the address right (PARTNER_${partner.toUpperCase()}_URL, else config/partners/${partner}.yaml), and do its unit and its data there belong to us? Then:`,
};

function dossiers(count: number): string {
  return count === 1 ? '1 dossier' : `${count} dossiers`;
}

function command(text: string): string {
  return `npx lienthong ${text}`;
}

/** Runs as a table. */
export function runsText(runs: readonly Run[]): string {
  return tableOf(runs, [
    { head: 'run', value: (row) => row.id },
    { head: 'partner', value: (row) => row.partner },
    { head: 'asked', value: (row) => localTime(askedAt(row)) },
    { head: 'by', value: (row) => row.requestedBy ?? 'schedule' },
    { head: 'state', value: stateOf },
    { head: 'agree', value: (row) => numberOf(row, 'agreed'), align: 'right' },
    { head: 'differ', value: (row) => numberOf(row, 'differing'), align: 'right' },
    { head: 'unreadable', value: (row) => numberOf(row, 'unreadable'), align: 'right' },
    { head: 'not looked at', value: (row) => numberOf(row, 'notLookedAt'), align: 'right' },
  ]);
}

/** `stopped: partner-away (http.5xx)`, `finished, list-failed`. */
function stateOf({ state, reasonCode, failureCode, listFailed: isFailed }: Run): string {
  const why = reasonCode === null ? '' : `: ${reasonCode}${failureCode === null ? '' : ` (${failureCode})`}`;
  return `${state}${why}${isFailed ? ', list-failed' : ''}`;
}

/** A run that was skipped has no numbers: 0 would read as "nothing differs". */
function numberOf({ state, counts }: Run, name: keyof Run['counts']): number | null {
  return state === 'skipped' ? null : counts[name];
}

/** A difference, as the API gives it. */
export interface Difference {
  id: string;
  partner: string;
  class: string;
  dossierId: string | null;
  codes: readonly string[];
  unit: string | null;
  ours: number | null;
  theirs: number | null;
  cause: string;
  responsible: string;
  state: string;
  ageSeconds: number;
  reconciliationId: string;
  canBeToldAgain: boolean;
}

/** What each class says. */
const CLASSES: Readonly<Record<string, string | undefined>> = {
  'missing-there': 'the partner does not have it',
  'missing-here': 'the partner has it, and we do not',
  'status-differs': 'the partner has another status than it should have',
  'result-missing': 'the partner says that it is registered, and gives no result: it has to complete it',
  duplicate: 'the partner has it more than once: it has to say which one counts',
  late: 'our own message to the partner waits too long',
  unreadable: 'the partner answers, and nobody understands the answer: show the partner what it sends',
};

/** What must have happened, and what to do about it. */
const CAUSES: Readonly<Record<string, string | undefined>> = {
  'partner-lost-it':
    'the partner was told and does not have it: it says why; then tell it again, where that can be done',
  'other-code': 'the partner has it under a code that we do not know: it has to say which one counts',
  'code-unusable': 'the partner names it by something that is no code: show the partner what it sends',
  'never-received': 'we have nothing of it: `quarantine groups`; else the partner says where it comes from',
  'not-told-back': 'the partner is further than we know: who must act sends, or fetches, what was decided',
  'not-taken': 'the partner took our message and is still behind: tell it again',
  'receipt-lost-there': 'we acknowledged it, and the partner asks for it again: tell it again',
  unacknowledged: 'we hold it and have not acknowledged it: `delivery list --partner dvclt`',
  'registered-after-end': 'it was registered after it had ended: the one-stop and the registry have to agree',
  'dead-letter': 'our message was given up: `dead-letter groups`',
  'unknown-outcome': 'nobody knows whether our message arrived: `delivery list --status unknown`',
  held: 'our message is held: `hold list`',
  'not-routed': 'what follows from an event of it was never planned: `dossier show`, `verify state`',
  waits: 'our message waits for the partner: `status`',
};

/** Differences as a table, what their classes mean, and the command that heals some of them. */
export function differencesText(found: readonly Difference[]): string {
  const table = tableOf(found, [
    { head: 'for', value: (row) => ageText(row.ageSeconds) },
    { head: 'partner', value: (row) => row.partner },
    { head: 'what', value: (row) => (row.state === 'closed' ? `${row.class} (over)` : row.class) },
    { head: 'dossier', value: (row) => row.codes[0] },
    { head: 'commune', value: (row) => row.unit },
    { head: 'ours', value: (row) => row.ours, align: 'right' },
    { head: 'theirs', value: (row) => row.theirs, align: 'right' },
    { head: 'why', value: (row) => row.cause },
    { head: 'must act', value: (row) => row.responsible },
    { head: 'tell again', value: (row) => row.canBeToldAgain },
  ]);
  return [table, pairsOf(legend(found)), ...toldAgain(found)].join('\n\n');
}

/** Each kind of difference once, in words. */
function legend(found: readonly Difference[]): (readonly [string, string | undefined])[] {
  const kinds = new Map(found.map((row) => [`${row.class}, ${row.cause}`, CAUSES[row.cause] ?? CLASSES[row.class]]));
  return [...kinds];
}

/** One command for each run that saw some of them last. */
function toldAgain(found: readonly Difference[]): string[] {
  const runs = [...new Set(found.filter((row) => row.canBeToldAgain).map((row) => row.reconciliationId))];
  if (runs.length === 0) return [];
  const commands = runs.map((id) => `  ${command(`reconcile replay ${id} --why partner-lost-data --reason "…"`)}`);
  return [
    [
      'What can be told again is healed by a plan; nothing is sent before it is looked at and approved:',
      ...commands,
    ].join('\n'),
  ];
}

/** Open differences of one dossier, a line for each. */
export function dossierDifferences(found: readonly Difference[]): string {
  const lines = found.map(
    ({ partner, class: name, cause, responsible, ours, theirs, ageSeconds }) =>
      `  ${partner} ${name} (${cause}), for ${ageText(ageSeconds)}: we expect ${ours ?? '–'}, it has ${theirs ?? '–'}; ${responsible} must act`,
  );
  return ['differs', ...lines].join('\n');
}
