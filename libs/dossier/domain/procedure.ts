import type { DossierEvent } from './events';
import type { PartnerId } from './partners';
import type { PortalStatus } from './statuses';
import { localDay } from '#platform';

/** One message that a fact causes (codes-and-statuses.md §8). */
export interface MessageRule {
  to: PartnerId;
  do: string;
  /** Status number in the receiving system's own enumeration. */
  status?: number;
}

/** A dated value: valid from and to these local days, both included; open when absent. */
export interface Dated {
  from?: string;
  to?: string;
}

/** A procedure as data (law 7), from `config/procedures/<id>.yaml`. */
export interface Procedure {
  id: string;
  module: 'KS' | 'KT';
  title: { vi: string; en: string };
  /** Codes under which a dossier of this group reaches us, on any date (CONTRACTS §1.2). `legs` narrows the legs. */
  codes: readonly { code: string; legs?: readonly string[]; basis: string }[];
  /** Codes of the one-stop and the portal, by date of receipt. */
  localCodes: readonly (Dated & { code: string; basis: string })[];
  /** Legs by date of receipt. `limitWorkingDays` 0: same working day by the 15:00 rule. */
  legs: readonly (Dated & { leg: string; authority: string; limitWorkingDays?: number; basis: string })[];
  /** Which messages each fact causes, in order. Keys: `<event type>` or `<event type>/<variant>`. */
  messages: Readonly<Record<string, readonly MessageRule[]>>;
  /** Result paper code by date (codes-and-statuses.md §5). */
  resultPapers: readonly (Dated & { code: string; title: string })[];
}

/** True when the local day of `at` lies in the dates. */
export function isValidOn(dated: Dated, at: Date): boolean {
  const day = localDay(at);
  return (dated.from === undefined || dated.from <= day) && (dated.to === undefined || day <= dated.to);
}

/** Bare prefix of a written procedure code: `2.002621.H56` and `2.000815.000.00.00.H55.02` → `2.002621`, `2.000815`. */
export function bareProcedureCode(written: string): string {
  return /^\d\.\d{6}(?!\d)/.exec(written.trim())?.[0] ?? written.trim();
}

/** Finds the procedure of a source's code; the module must agree (a birth code on a death dossier is a trap). */
export function procedureOf(procedures: readonly Procedure[], code: string, module: string): Procedure | undefined {
  const bare = bareProcedureCode(code);
  return procedures.find(
    (procedure) => procedure.module === module && procedure.codes.some((known) => known.code === bare),
  );
}

/** Local code by date of receipt; the loader guarantees that one is valid on every date. */
export function localCodeOn(procedure: Procedure, receivedAt: Date): string {
  const found = procedure.localCodes.find((code) => isValidOn(code, receivedAt));
  if (!found) throw new RangeError(`no local code of ${procedure.id} on ${localDay(receivedAt)}`);
  return found.code;
}

/** Legs of a dossier by date of receipt and source code. */
export function legsOn(procedure: Procedure, code: string, receivedAt: Date): Procedure['legs'] {
  const narrowed = procedure.codes.find((known) => known.code === bareProcedureCode(code))?.legs;
  return procedure.legs.filter(
    (leg) => isValidOn(leg, receivedAt) && (narrowed === undefined || narrowed.includes(leg.leg)),
  );
}

/** Key of the message table for an event: the source or the deciding authority makes a variant. */
export function messageKey(event: DossierEvent, source: 'dvclt' | 'onestop'): string {
  switch (event.type) {
    case 'dossier.received':
    case 'supplement.received':
    case 'listing.repeated':
      return `${event.type}/${source}`;
    case 'conflict.recorded':
      // Only content is acknowledged; a decision that was not allowed must not take a listed supplement off the list.
      return event.data.contentDigest === undefined ? event.type : `${event.type}/${source}`;
    case 'supplement.requested':
    case 'dossier.refused':
      return `${event.type}/${event.data.by}`;
    default:
      return event.type;
  }
}

/** The number the portal and the one-stop give to the state after an event; undefined when it does not change it. */
export function portalStatusOf(event: DossierEvent): PortalStatus | undefined {
  return PORTAL_STATUS[event.type];
}

const PORTAL_STATUS: Partial<Record<DossierEvent['type'], PortalStatus>> = {
  'dossier.received': 1,
  'supplement.received': 1,
  'dossier.accepted': 2,
  'dossier.refused': 3,
  'registration.submitted': 4,
  'supplement.requested': 5,
  'fee.required': 6,
  'dossier.withdrawn': 7,
  'dossier.stopped': 8,
  'registration.completed': 9,
  'result.handed-over': 10,
};
