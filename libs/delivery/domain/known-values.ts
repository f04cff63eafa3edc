import type { DeliveryTask, RenderedContent } from '../ports';
import { bodyText } from './body-parts';

/** Each run of base64 is looked at once, however long: a least length in the pattern would begin anew at every letter of a shorter run. */
const BASE64_RUN = /[A-Za-z0-9+/=]+/g;
/** Runs this long are files: not text that an answer would echo. */
const FILE_LENGTH = 1_000;
const MAX_VALUE_LENGTH = 200;
/** A value of several words (a name, an address) or with a long number. One short word could be a word of the partner's own sentence. */
const IS_TELLING = /\S\s+\S|\d{6}/u;

/** Texts of a message that must not find their way into a reply rule: what the partner may echo of it. */
export function knownValues(task: Pick<DeliveryTask, 'dossier'>, content: RenderedContent): string[] {
  const { dvclt, oneStop, registry } = task.dossier.codes;
  const codes = [dvclt, ...(oneStop === undefined ? [] : [oneStop]), ...registry];
  const found = new Set<string>(codes);
  collect(
    bodyText(content.body).replace(BASE64_RUN, (run) => (run.length < FILE_LENGTH ? run : '')),
    found,
  );
  return [...found];
}

/** Leaves of JSON, also of JSON that is carried as text inside JSON (`data`, `ketQuaXuLy`). */
function collect(value: unknown, found: Set<string>): void {
  if (typeof value === 'string') {
    const inner = /^\s*[[{]/.test(value) ? parsed(value) : undefined;
    if (inner !== undefined) collect(inner, found);
    else if (value.length <= MAX_VALUE_LENGTH && IS_TELLING.test(value.trim())) found.add(value.trim());
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) collect(member, found);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON after all: a plain text that begins like it.
    return undefined;
  }
}
