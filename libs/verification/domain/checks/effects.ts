import type { Check, Subject } from '../check';
import { isDone, nameOf, wasTried } from '../deliveries';
import type { DeliveryRow } from '../dossier-record';
import { firstIllegal } from '../dvclt-path';
import { lineOf, type DossierEffects } from '../ledger';
import type { Finding } from '../violation';

/** Operations and the effect that each has at its system. `isOnce`: however often it is handed over, one effect is all there may be, and one more
 *  each time that the partner was seen to have lost it.
 *  `isPerCall`: each call may have one, since DVCLT may list again what it has taken off its list, and takes it off again. */
interface EffectOf {
  partner: string;
  operation: string;
  kind: string;
  isOnce?: boolean;
  isPerCall?: boolean;
}

const EFFECTS: readonly EffectOf[] = [
  { partner: 'dvclt', operation: 'acknowledge-receipt', kind: 'acknowledged', isPerCall: true },
  { partner: 'onestop', operation: 'hand-over-dossier', kind: 'dossier', isOnce: true },
  { partner: 'hotich', operation: 'submit-registration', kind: 'received' },
  { partner: 'dvcqg', operation: 'sync-dossier', kind: 'dossier', isOnce: true },
  { partner: 'dvcqg', operation: 'append-progress', kind: 'progress' },
];

const DECISION_EVENTS: Readonly<Record<string, string>> = {
  accept: 'dossier.accepted',
  'request-supplement': 'supplement.requested',
  refuse: 'dossier.refused',
  'hand-over': 'result.handed-over',
  withdraw: 'dossier.withdrawn',
  'require-fee': 'fee.required',
  stop: 'dossier.stopped',
};

/** What the outside systems really had of this dossier, against what we believe. Looked at only when a ledger is given. */
export const checkEffects: Check = (subject) => {
  const { effects } = subject;
  if (!effects) return [];
  return [
    ...EFFECTS.filter((effect) => !isOthersDuty(subject, effect)).flatMap((effect) =>
      countEffects(subject, effects, effect),
    ),
    ...dvcltStatuses(subject, effects),
    ...registrations(subject, effects),
    ...decisions(subject, effects),
  ];
};

/** A one-stop that polls DVCLT itself receives and acknowledges what it hands to us (CONTRACTS §2 `intake: onestop`). */
function isOthersDuty({ states }: Subject, { operation }: EffectOf): boolean {
  const isFiled = states[0]?.source === 'onestop';
  return isFiled && (operation === 'acknowledge-receipt' || operation === 'hand-over-dossier');
}

function countEffects(subject: Subject, effects: DossierEffects, effect: EffectOf): Finding[] {
  const { partner, operation, kind, isOnce } = effect;
  const own = subject.deliveries.filter((one) => one.partner === partner && one.operation === operation);
  const count = lineOf(effects, partner, kind)?.count ?? 0;
  const missing = own.find((one) => isDone(one) && isBefore(one, effects));
  const most = mostEffects(own, effect);
  const subjectOf = `${partner} ${kind}`;
  if (count === 0 && missing)
    return [
      {
        code: 'lost.effect-missing',
        subject: missing.id,
        sentence: `${nameOf(missing)} is done, and the ledger of ${partner} has no ${kind}`,
      },
    ];
  if (count > most && (isOnce || own.some(wasTried)))
    return [
      {
        code: 'doubled.effect',
        subject: subjectOf,
        sentence: `the ledger of ${partner} has ${count} ${kind}, at most ${most} can be ours`,
      },
    ];
  if (count > most)
    return [
      {
        code: 'lost.effect-unknown-to-us',
        subject: subjectOf,
        sentence: `the ledger of ${partner} has ${kind}, and we never tried that`,
      },
    ];
  return distinctMissing(own, count, effects, effect);
}

function mostEffects(own: readonly DeliveryRow[], { isOnce, isPerCall }: EffectOf): number {
  // A partner that lost the dossier had it once before.
  if (isOnce) return 1 + own.filter((one) => one.wasForgotten && wasTried(one)).length;
  return isPerCall ? own.reduce((sum, { attempts }) => sum + attempts, 0) : own.filter(wasTried).length;
}

/** Each accepted progress row and each accepted push is an effect of its own; acknowledgements may be repeated for nothing. */
function distinctMissing(
  own: readonly DeliveryRow[],
  count: number,
  effects: DossierEffects,
  { partner, kind, isOnce, isPerCall }: EffectOf,
): Finding[] {
  const accepted = acceptedFacts(own, effects);
  if (isOnce || isPerCall || count >= accepted) return [];
  const sentence = `${accepted} are accepted, and the ledger of ${partner} has ${count} ${kind}`;
  return [{ code: 'lost.effect-missing', subject: `${partner} ${kind}`, sentence }];
}

function dvcltStatuses({ deliveries }: Subject, effects: DossierEffects): Finding[] {
  const order = (lineOf(effects, 'dvclt', 'status')?.order ?? []).map(Number);
  const pushes = deliveries.filter((one) => one.operation === 'push-status' && one.told !== null);
  const standing = new Set(deliveries.filter((one) => one.partner === 'dvclt').filter(isTheStatusOfNow));
  const findings: Finding[] = [];
  const illegal = firstIllegal(order);
  if (illegal) {
    const sentence = `the ledger of DVCLT has ${illegal.status} after ${illegal.after || 'nothing'}`;
    findings.push({ code: 'out-of-order.dvclt-status', subject: 'dvclt status', sentence });
  }
  for (const status of new Set([...order, ...pushes.map((one) => one.told as number)])) {
    const own = pushes.filter((one) => one.told === status);
    const count = order.filter((one) => one === status).length;
    const tried = own.filter(wasTried).length;
    const accepted = acceptedFacts(
      own.filter((one) => !standing.has(one)),
      effects,
    );
    const what = `the ledger of DVCLT has status ${status} ${count} times`;
    const subject = `dvclt status ${status}`;
    if (count > tried && tried === 0)
      findings.push({ code: 'lost.effect-unknown-to-us', subject, sentence: `${what}, and we never tried that` });
    else if (count > tried)
      findings.push({ code: 'doubled.effect', subject, sentence: `${what}, we told it ${tried} times` });
    if (count < accepted)
      findings.push({ code: 'lost.effect-missing', subject, sentence: `${what}, it was accepted ${accepted} times` });
  }
  return findings;
}

/** A repeat of the status at which DVCLT stands has no second effect (CONTRACTS §1.3 *DVCLT order*): hộ tịch asked again before the
 *  supplement that it awaits was there. */
function isTheStatusOfNow(one: DeliveryRow, at: number, lane: readonly DeliveryRow[]): boolean {
  const before = lane[at - 1];
  return one.told !== null && one.operation === 'push-status' && before?.told === one.told && isDone(before);
}

function registrations({ journal }: Subject, effects: DossierEffects): Finding[] {
  const count = lineOf(effects, 'hotich', 'registration')?.count ?? 0;
  const isDuplicate = lineOf(effects, 'hotich', 'duplicate-registration') !== undefined;
  if (count > 1 || isDuplicate) {
    const sentence = `the ledger of hộ tịch has ${isDuplicate ? 'a second registration under another code' : `${count} registrations`}`;
    return [{ code: 'doubled.effect', subject: 'hotich registration', sentence }];
  }
  if (count === 1 || !journal.some(({ event }) => event.type === 'registration.completed')) return [];
  const sentence = 'the journal says registered, and the ledger of hộ tịch has no registration';
  return [{ code: 'lost.effect-missing', subject: 'hotich registration', sentence }];
}

/** A decision that we answered with 202 is in the journal. */
function decisions({ journal }: Subject, effects: DossierEffects): Finding[] {
  const taken = (lineOf(effects, 'onestop', 'decision')?.order ?? []).map(String);
  return [...new Set(taken)].flatMap((decision): Finding[] => {
    const type = DECISION_EVENTS[decision];
    const told = journal.filter(({ event }) => event.type === type).length;
    const count = taken.filter((one) => one === decision).length;
    if (count <= told) return [];
    const sentence = `the one-stop handed over ${count} ${decision}, and the journal holds ${told} ${type ?? 'of them'}`;
    return [{ code: 'lost.decision', subject: decision, sentence }];
  });
}

/** Facts that the partner took; one that was supplied again is one fact. */
function acceptedFacts(deliveries: readonly DeliveryRow[], effects: DossierEffects): number {
  const taken = deliveries.filter((one) => isDone(one) && one.outcome === 'accepted' && isBefore(one, effects));
  return new Set(taken.map((one) => `${one.causedSeq} ${one.step}`)).size;
}

/** What was settled after the ledger was asked for may not be in it. */
function isBefore({ settledAt }: DeliveryRow, { askedAt }: DossierEffects): boolean {
  return settledAt !== null && settledAt < askedAt;
}
