import { isUtf8 } from 'node:buffer';
import { isCanonical } from './canonical';
import { scanEntry } from './scan-entry';

/** Why bytes are no entry of a sync log. */
type FormProblem =
  'too-large' | 'no-json' | 'not-canonical' | 'version-unknown' | 'id-malformed' | 'time-malformed' | 'kind-malformed';

/** What the check of an entry's form gives: what is wrong, or what it is known by. */
export type EntryForm = { problem: FormProblem } | { problem?: undefined; id: string; at: string };

const MAX_ENTRY_BYTES = 16_384;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RFC_3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const KIND = /^[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/;

/** Looks at the form of an entry (version 1): RFC 8785 bytes with an id, a time and a kind. Kinds that we do not know are those of another version
 *  of the product. */
export function formOf(entry: Buffer): EntryForm {
  if (entry.length > MAX_ENTRY_BYTES) return { problem: 'too-large' };
  try {
    if (!isUtf8(entry)) return { problem: 'no-json' };
    const scanned = scanEntry(entry);
    return scanned === undefined
      ? formOfText(entry.toString('utf8'))
      : formOfMembers({ ...scanned, v: Number(scanned.v) });
  } catch (error) {
    // JSON that nests too deep for the stack is no entry either.
    if (error instanceof SyntaxError || error instanceof RangeError) return { problem: 'no-json' };
    throw error;
  }
}

function formOfText(text: string): EntryForm {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'no-json' };
  const form = formOfMembers(value as Record<string, unknown>);
  if (form.problem !== undefined) return form;
  return isCanonical(text, value) ? form : { problem: 'not-canonical' };
}

function formOfMembers({ v, id, at, kind }: Record<string, unknown>): EntryForm {
  if (v !== 1) return { problem: 'version-unknown' };
  if (!isText(id, UUID_V7)) return { problem: 'id-malformed' };
  if (!isText(at, RFC_3339)) return { problem: 'time-malformed' };
  if (!isText(kind, KIND)) return { problem: 'kind-malformed' };
  return { id, at };
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}
