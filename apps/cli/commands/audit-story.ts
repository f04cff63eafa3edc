import type { LoggedEntry, SyncLogKind } from '#synclog';
import { localTime } from '../output/print';
import type { AuditItem } from './audit-item';

type Tell = (entry: LoggedEntry) => string;

const PARTNERS: Readonly<Record<string, string | undefined>> = {
  dvclt: 'DVCLT',
  onestop: 'the one-stop',
  hotich: 'hộ tịch',
  dvcqg: 'the national portal',
};

const OUTCOMES: Readonly<Record<string, string | undefined>> = {
  accepted: 'accepted',
  'already-applied': 'found applied already',
  applied: 'found applied',
  absent: 'found absent',
  refused: 'refused',
  retry: 'not taken, and may be tried again',
  unknown: 'left without a known outcome',
};

const VERDICTS: Readonly<Record<string, string | undefined>> = {
  'missing-there': 'it does not have the dossier',
  'missing-here': 'it has a dossier that we do not have',
  'result-missing': 'it is registered there, and the file is missing',
  duplicate: 'it has the dossier more than once',
  late: 'what we have to tell it waits too long',
  unreadable: 'its answer cannot be read',
};

/** Causes of which their class does not say the truth. */
const VERDICTS_BY_CAUSE: Readonly<Record<string, string | undefined>> = {
  'receipt-lost-there': 'it has lost our receipt',
  unacknowledged: 'it has no receipt of ours',
  'other-code': 'it has the dossier under a code that we do not know',
};

const CLOSINGS: Readonly<Record<string, Tell | undefined>> = {
  agrees: (entry) =>
    isUnreadable(entry)
      ? `The answer of ${to(entry)} can be read again, and agrees with what we have.`
      : `${capital(to(entry))} and we agree again.`,
  'became-another': (entry) =>
    isUnreadable(entry)
      ? `The answer of ${to(entry)} can be read again, and differs from what we have.`
      : `${difference(entry)} became another one.`,
  arrived: (entry) => `What only ${to(entry)} had has come to us.`,
  'seen-no-more': (entry) => `A comparison with ${to(entry)} saw the difference${ofClass(entry)} no more.`,
};

/** Each kind as a person would tell it. A new kind needs its sentence here. */
export const SENTENCES: Readonly<Record<SyncLogKind, Tell>> = {
  'dossier.received': (entry) => `The dossier came in from ${from(entry)} and was stored.`,
  'supplement.received': (entry) => `The supplement came in from ${from(entry)} and was stored.`,
  'duplicate.received': (entry) => `The same dossier came in once more from ${from(entry)}; nothing changed.`,
  'conflict.recorded': (entry) =>
    `${capital(from(entry))} sent something that contradicts the dossier${because(entry)}.`,
  'item.quarantined': (entry) =>
    `What came from ${from(entry)} was not understood and went to quarantine${because(entry)}.`,
  'item.rerun': (entry) => `${who(entry)} had the quarantined item run again.`,
  'item.resolved': () => 'The quarantined item was understood and left quarantine.',
  'item.given-up': (entry) => `${who(entry)} approved giving up the quarantined item${because(entry)}.`,
  'give-up.requested': (entry) => `${who(entry)} asked to give up ${count(entry, 'quarantined item')}.`,
  'give-up.approved': (entry) => `${who(entry)} approved giving up ${count(entry, 'quarantined item')}.`,
  'give-up.withdrawn': (entry) =>
    `${who(entry)} took back the own request to give up ${count(entry, 'quarantined item')}.`,
  'registry-result.received': (entry) => `hộ tịch reported status ${detail(entry, 'status')}.`,
  'decision.received': (entry) => `The one-stop decided: ${detail(entry, 'decision')}.`,
  'decision.refused': (entry) =>
    `The one-stop's decision ${detail(entry, 'decision')} was not allowed in the state ${detail(entry, 'state')}.`,
  'attempt.settled': (entry) => `${call(entry)} was ${outcome(entry)}${tried(entry)}${because(entry)}.`,
  'attempt.refused-late': (entry) =>
    `${call(entry)} was answered after its time was over; the answer (${outcome(entry)}) is kept as evidence.`,
  'probe.settled': (entry) => `We asked ${to(entry)} about ${operation(entry)}: ${outcome(entry)}${because(entry)}.`,
  'delivery.settled': (entry) => `${message(entry)} is done${as(entry)}${because(entry)}.`,
  'delivery.dead-lettered': (entry) =>
    `${message(entry)} was given up by the gateway${because(entry)}; a person has to look.`,
  'delivery.unresolved': (entry) =>
    `Nobody can tell whether ${lower(message(entry))} arrived${because(entry)}; a person has to look.`,
  'delivery.cancelled': (entry) => `${message(entry)} was cancelled${because(entry)}.`,
  'delivery.classified': (entry) => `${who(entry)} said of ${lower(message(entry))}: ${outcome(entry)}.`,
  'delivery.supplied': (entry) => `${capital(to(entry))} missed an earlier step, which was sent once more.`,
  'delivery.replayed': (entry) => `${message(entry)} was queued again by a replay plan${because(entry)}.`,
  'discrepancy.found': newDifference,
  'discrepancy.closed': (entry) =>
    CLOSINGS[detail(entry, 'reasonCode')]?.(entry) ?? `${difference(entry)} is over${because(entry)}.`,
  'reconciliation.requested': (entry) => `${who(entry)} had our dossiers compared with what ${to(entry)} has.`,
  'reconciliation.judged': (entry) =>
    `Compared with ${to(entry)}: ${verdict(entry)}${causeOf(entry)}${hasToAct(entry)}.`,
  'reconciliation.finished': (entry) =>
    `The comparison with ${to(entry)} ${ended(entry)}: ${detail(entry, 'agreed')} agree, ${detail(entry, 'differing')} differ, ${detail(entry, 'unreadable')} unreadable, ${detail(entry, 'notLookedAt')} not looked at.`,
  'reconciliation.skipped': (entry) => `The comparison with ${to(entry)} was due and was not made${because(entry)}.`,
  'dossier.routing-blocked': (entry) => `What follows from the dossier's events could not be told${because(entry)}.`,
  'hold.placed': (entry) => `${who(entry)} held what goes to ${to(entry)}.`,
  'hold.released': (entry) => `${who(entry)} released the hold on what goes to ${to(entry)}.`,
  'hold.reinstated': (entry) => `The hold on what goes to ${to(entry)} came back into force.`,
  'hold.ended': (entry) => `The hold on what goes to ${to(entry)} ended.`,
  'replay.requested': (entry) => `${who(entry)} made a replay plan for ${count(entry, 'delivery')}${because(entry)}.`,
  'replay.dry-run-requested': (entry) => `${who(entry)} asked for the dry run of a replay plan.`,
  'replay.examined': () => 'The dry run of a replay plan ended.',
  'replay.approved': (entry) => `${who(entry)} approved a replay plan.`,
  'replay.started': (entry) => `${who(entry)} started a replay plan.`,
  'replay.paused': (entry) => `${who(entry)} paused a replay plan.`,
  'replay.resumed': (entry) => `${who(entry)} resumed a replay plan.`,
  'replay.stopped': (entry) => `A replay plan stopped itself (${detail(entry, 'code')}).`,
  'replay.cancelled': (entry) => `${who(entry)} cancelled a replay plan.`,
  'replay.finished': () => 'A replay plan came to its end.',
  'watch.placed': (entry) => `${who(entry)} set a watch on dead letters${because(entry)}.`,
  'watch.met': () => 'A watch saw that its cause is gone.',
  'watch.ended': (entry) => `${who(entry)} ended a watch.`,
  'payload.edited': (entry) => `${who(entry)} had the content of a message corrected (${detail(entry, 'field')}).`,
  'payload.viewed': (entry) => `${who(entry)} looked at content of the dossier${purpose(entry)}.`,
  'personal-data.viewed': (entry) =>
    `${who(entry)} was shown personal data of the dossier (${list(entry, 'fields')})${purpose(entry)}.`,
  'personal-data.exported': (entry) => `${who(entry)} took the personal data of the dossier, as the person had asked.`,
  'personal-data.erased': (entry) =>
    `The content of the dossier was erased for good: ${detail(entry, 'clientId')} asked, ${entry.actor.id} approved.`,
  'person.searched': (entry) => `${who(entry)} searched for the dossiers of a person${purpose(entry)}.`,
  'person-request.made': (entry) =>
    `${who(entry)} wrote down a person's request (${operation(entry)}) about ${count(entry, 'dossier')}.`,
  'person-request.approved': (entry) => `${who(entry)} approved a person's request (${operation(entry)}).`,
  'person-request.withdrawn': (entry) =>
    `${who(entry)} took back a person's request (${operation(entry)}) before anybody approved it.`,
  'legal-hold.placed': (entry) => `${who(entry)} placed a legal hold: the content cannot be erased.`,
  'legal-hold.lift-requested': (entry) => `${who(entry)} asked for the legal hold to be lifted.`,
  'legal-hold.lifted': (entry) => `${who(entry)} approved that the legal hold is lifted.`,
  'file.issued': (entry) => `A link to a file was given to ${to(entry)}.`,
  'file.fetched': (entry) => `${capital(to(entry))} fetched a file (${detail(entry, 'sizeBytes')} bytes).`,
  'file.refused': (entry) => `${capital(to(entry))} was refused a file (${entry.outcome ?? 'no reason given'}).`,
  'log-in.succeeded': (entry) => `${who(entry)} logged in.`,
  'log-in.failed': (entry) => `A log-in as ${entry.actor.id} failed${because(entry)}.`,
  'session.ended': (entry) => `${who(entry)} logged out.`,
  'password.changed': (entry) => `${who(entry)} set another password.`,
  'totp.enrolled': (entry) => `${who(entry)} set up one-time codes.`,
  'account.locked': (entry) =>
    `The account ${entry.actor.id} was locked after failed log-ins until ${detail(entry, 'until')}.`,
  'account.reviewed': (entry) => `${who(entry)} reviewed the account ${detail(entry, 'clientId')}.`,
  'account.proposed': (entry) =>
    `${who(entry)} proposed a change of the account ${detail(entry, 'clientId')} (${detail(entry, 'operation')}).`,
  'account.confirmed': (entry) =>
    `${who(entry)} confirmed a change of the account ${detail(entry, 'clientId')} (${detail(entry, 'operation')}).`,
  'account.declined': (entry) =>
    `${who(entry)} declined a change of the account ${detail(entry, 'clientId')} (${detail(entry, 'operation')}).`,
  'account.expired': (entry) =>
    `Nobody confirmed the change of the account ${detail(entry, 'clientId')} (${detail(entry, 'operation')}) in time.`,
  'client.created': (entry) => `${who(entry)} created the account ${detail(entry, 'clientId')}.`,
  'client.changed': (entry) => `${who(entry)} changed the account ${detail(entry, 'clientId')}.`,
  'client.disabled': (entry) => `${who(entry)} disabled the account ${detail(entry, 'clientId')}.`,
  'client-secret.issued': (entry) =>
    `${who(entry)} gave the client ${detail(entry, 'clientId')} its next secret; the one before ends ${detail(entry, 'until')}.`,
  'client-secret.ended': (entry) => `${who(entry)} ended a secret of the client ${detail(entry, 'clientId')}.`,
  'client-certificate.added': (entry) =>
    `${who(entry)} made a certificate stand for the machine ${detail(entry, 'clientId')}.`,
  'client-certificate.ended': (entry) =>
    `${who(entry)} ended a certificate of the machine ${detail(entry, 'clientId')}.`,
  'webhook.stopped': (entry) => `The webhook ${detail(entry, 'webhookId')} stopped${because(entry)}.`,
  'webhook.resumed': (entry) => `${who(entry)} let the webhook ${detail(entry, 'webhookId')} go on.`,
  'webhook.skipped': (entry) =>
    `${who(entry)} let the webhook ${detail(entry, 'webhookId')} go past event ${detail(entry, 'position')}${because(entry)}.`,
  'webhook-key.changed': (entry) => `The webhook ${detail(entry, 'webhookId')} signs with another key.`,
  'configuration.loaded': (entry) => `${who(entry)} loaded its configuration.`,
  'reply-rules.changed': (entry) =>
    `${who(entry)} made a rule for an answer of ${to(entry)}: ${outcome(entry)}${rule(entry)}.`,
  'key.rotated': (entry) =>
    `The vault's master key was changed: ${detail(entry, 'keyId')} wraps what is stored from then on.`,
  'key.retired': (entry) => `The vault's master key ${detail(entry, 'keyId')} was taken out of use.`,
  'sync-log.exported': (entry) =>
    `${who(entry)} took entries of this log away (${detail(entry, 'format')})${purpose(entry)}.`,
  'sync-log.archived': (entry) =>
    `${who(entry)} archived the entries of ${detail(entry, 'month')}: they left the database, the log goes on to prove them.`,
  'log-key.rotated': (entry) => `${who(entry)} gave this log a new key: ${detail(entry, 'newKey')}.`,
};

/** The story of a dossier, a line for each entry: when, its index in the log, what. */
export function storyText(items: readonly AuditItem[]): string {
  const width = Math.max(...items.map(({ index }) => String(index).length));
  return items
    .map(({ index, entry }) => {
      const at = localTime(entry?.at) ?? '-'.repeat(19);
      return `${at}  #${String(index).padEnd(width)}  ${entry === null ? UNREADABLE : sentenceOf(entry)}`;
    })
    .join('\n');
}

const UNREADABLE = 'The bytes of this entry are no entry any more: verify the log.';

/** @returns of a kind that this version does not know, the kind */
export function sentenceOf(entry: LoggedEntry): string {
  const tell = (SENTENCES as Readonly<Record<string, Tell | undefined>>)[entry.kind];
  return tell === undefined ? `${entry.kind} by ${entry.actor.id}.` : tell(entry);
}

function who({ actor }: LoggedEntry): string {
  return actor.type === 'system' ? `The gateway (${actor.id})` : capital(actor.id);
}

/** Who handed it over: the outside system, or the client of our API. */
function from({ partner, actor }: LoggedEntry): string {
  return partner === undefined || partner === 'api' ? actor.id : nameOf(partner);
}

function to({ partner }: LoggedEntry): string {
  return partner === undefined ? 'all partners' : nameOf(partner);
}

function nameOf(partner: string): string {
  return PARTNERS[partner] ?? partner;
}

function operation(entry: LoggedEntry): string {
  return entry.operation ?? 'a message';
}

function call(entry: LoggedEntry): string {
  return `The call ${operation(entry)} to ${to(entry)}`;
}

function message(entry: LoggedEntry): string {
  return `The message ${operation(entry)} to ${to(entry)}`;
}

function outcome({ outcome: code }: LoggedEntry): string {
  return code === undefined ? 'left without a known outcome' : (OUTCOMES[code] ?? code);
}

function as(entry: LoggedEntry): string {
  return entry.outcome === undefined ? '' : `: ${outcome(entry)}`;
}

function tried({ detail: { attempt, httpStatus } = {} }: LoggedEntry): string {
  const parts = [
    ...(attempt === undefined ? [] : [`attempt ${String(attempt)}`]),
    ...(httpStatus === undefined ? [] : [`HTTP ${String(httpStatus)}`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function because({ detail: { reasonCode, reasonCodes } = {} }: LoggedEntry): string {
  const codes = [reasonCode, reasonCodes].flat().filter((code) => typeof code === 'string');
  return codes.length === 0 ? '' : `, cause ${codes.join(' ')}`;
}

function rule({ rule: known }: LoggedEntry): string {
  return known === undefined ? '' : ` (${known.id}, version ${known.version})`;
}

/** One that finished tells a failure only where it left the partner's list for it. */
function ended(entry: LoggedEntry): string {
  const code = entry.detail?.code;
  const failure = typeof code === 'string' ? code : undefined;
  if (entry.outcome === 'finished')
    return failure === undefined ? 'ended' : `ended without its whole list (${failure})`;
  return `was stopped${because(entry)}${failure === undefined ? '' : `, last failure ${failure}`}`;
}

/** Other parts than the comparison see differences, too: of theirs no class is known. */
function newDifference(entry: LoggedEntry): string {
  if (isUnreadable(entry))
    return `The answer of ${to(entry)} about the dossier cannot be read${causeOf(entry)}; nobody knows how it stands there${hasToAct(entry)}.`;
  if (entry.detail?.class === undefined) return `${capital(to(entry))} and we do not agree${because(entry)}.`;
  return `A new difference with ${to(entry)}: ${verdict(entry)}${causeOf(entry)}${hasToAct(entry)}.`;
}

function difference(entry: LoggedEntry): string {
  return `The difference with ${to(entry)}${ofClass(entry)}`;
}

function ofClass({ detail: { class: code } = {} }: LoggedEntry): string {
  return typeof code === 'string' ? ` (${code})` : '';
}

function isUnreadable({ detail: { class: code } = {} }: LoggedEntry): boolean {
  return code === 'unreadable';
}

function verdict(entry: LoggedEntry): string {
  const code = detail(entry, 'class');
  if (code === 'status-differs') return statuses(entry);
  return VERDICTS_BY_CAUSE[detail(entry, 'cause')] ?? VERDICTS[code] ?? code;
}

/** Either number may be missing: the partner never told us one, or gives none that is known. */
function statuses({ detail: { ours, theirs } = {} }: LoggedEntry): string {
  const we = typeof ours === 'number' ? `where we say ${ours}` : undefined;
  const they = typeof theirs === 'number' ? `it says ${theirs}` : undefined;
  if (they === undefined) return we === undefined ? 'its status is another than ours' : `it says no status ${we}`;
  return we === undefined ? `${they}, and we know of no status there` : `${they} ${we}`;
}

function causeOf({ detail: { cause } = {} }: LoggedEntry): string {
  return typeof cause === 'string' ? ` (${cause})` : '';
}

function hasToAct({ detail: { responsible: id } = {} }: LoggedEntry): string {
  if (typeof id !== 'string') return '';
  return `; ${id === 'gateway' ? 'an operator' : nameOf(id)} has to act`;
}

function purpose({ purpose: code }: LoggedEntry): string {
  return code === undefined ? '' : `, for ${code}`;
}

function count(entry: LoggedEntry, thing: string): string {
  const found = entry.detail?.count;
  if (found === 1) return `1 ${thing}`;
  return `${typeof found === 'number' ? found : 'some'} ${thing.replace(/y$/, 'ie')}s`;
}

function list({ detail: facts = {} }: LoggedEntry, name: keyof NonNullable<LoggedEntry['detail']>): string {
  const values = facts[name];
  return Array.isArray(values) && values.length > 0 ? values.join(', ') : 'not said';
}

function detail(entry: LoggedEntry, name: keyof NonNullable<LoggedEntry['detail']>): string {
  const value = entry.detail?.[name];
  return value === undefined || value === null ? 'not said' : String(value);
}

function capital(text: string): string {
  return text === 'hộ tịch' ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function lower(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
