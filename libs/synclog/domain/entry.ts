import { AppError, canonicalBytes, sha256 } from '#platform';
import { checkDetail, isLoggableCode, type SyncLogDetail } from './detail';
import { SYNC_LOG_KINDS, type SyncLogKind } from './kinds';

/** Who acted: an opaque account or part of the product, never a name. */
export interface SyncLogActor {
  id: string;
  type: 'person' | 'machine' | 'system';
  /** Salted digest of the network address. */
  addressDigest?: string;
}

/** What happened, before it has an id (CONTRACTS §6). */
export interface SyncLogEntryInput {
  kind: SyncLogKind;
  actor: SyncLogActor;
  dossierId?: string;
  /** Foreign codes of the dossier. One that could be a person's number, or is no code at all, is written as `unreadable`. */
  codes?: readonly string[];
  partner?: string;
  operation?: string;
  unit?: string;
  procedure?: string;
  purpose?: string;
  outcome?: string;
  rule?: { id: string; version: number };
  /** Salted digest of the content, base64. */
  contentDigest?: string;
  detail?: SyncLogDetail;
}

export const MAX_ENTRY_BYTES = 16_384;

const KINDS: ReadonlySet<string> = new Set(SYNC_LOG_KINDS);
const TEXT_FIELDS = [
  'dossierId',
  'partner',
  'operation',
  'unit',
  'procedure',
  'purpose',
  'outcome',
  'contentDigest',
] as const;

/** The leaf's bytes: the RFC 8785 form of the entry.
 *  @param at RFC 3339
 *  @throws AppError `synclog-kind-unknown`, `synclog-field-refused`, `synclog-detail-refused`, `synclog-entry-too-large` (all bugs) */
export function entryBytes(id: string, at: string, input: SyncLogEntryInput): Buffer {
  checkInput(input);
  const bytes = canonicalBytes(withoutUndefined({ v: 1, id, at, ...fieldsOf(input) }));
  if (bytes.length > MAX_ENTRY_BYTES) {
    throw new AppError({
      code: 'synclog-entry-too-large',
      disposition: 'bug',
      detail: `an entry of kind ${input.kind} has ${bytes.length} bytes, at most ${MAX_ENTRY_BYTES} are allowed`,
    });
  }
  return bytes;
}

/** RFC 6962 leaf hash: SHA-256(0x00 ‖ bytes). */
export function leafHash(bytes: Uint8Array): Buffer {
  return sha256(Buffer.of(0), bytes);
}

function checkInput(input: SyncLogEntryInput): void {
  if (!KINDS.has(input.kind)) throw new AppError({ code: 'synclog-kind-unknown', disposition: 'bug', field: 'kind' });
  const texts: [string, string | undefined][] = [
    ...TEXT_FIELDS.map((field): [string, string | undefined] => [field, input[field]]),
    ['actor.id', input.actor.id],
    ['actor.addressDigest', input.actor.addressDigest],
    ['rule.id', input.rule?.id],
  ];
  for (const [field, text] of texts) if (text !== undefined && !isLoggableCode(text)) throw refused(field);
  if (input.detail) checkDetail(input.detail);
}

function refused(field: string): AppError {
  return new AppError({
    code: 'synclog-field-refused',
    disposition: 'bug',
    field,
    detail: `${field} of a sync log entry must be a code`,
  });
}

/** Only the members of the contract, whatever else the object carries. */
function fieldsOf(input: SyncLogEntryInput): Record<string, unknown> {
  const {
    kind,
    actor,
    dossierId,
    codes,
    partner,
    operation,
    unit,
    procedure,
    purpose,
    outcome,
    rule,
    contentDigest,
    detail,
  } = input;
  return {
    kind,
    actor: withoutUndefined({ id: actor.id, type: actor.type, addressDigest: actor.addressDigest }),
    dossierId,
    codes: codes?.map((code) => (isLoggableCode(code) ? code : 'unreadable')),
    partner,
    operation,
    unit,
    procedure,
    purpose,
    outcome,
    rule: rule && { id: rule.id, version: rule.version },
    contentDigest,
    detail: detail && withoutUndefined(detail),
  };
}

function withoutUndefined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
