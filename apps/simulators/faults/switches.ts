import { SYSTEMS, type SystemId } from '../server/systems';

export interface Switch {
  readonly systems: readonly SystemId[];
  /** The value that a rule without one means. */
  readonly defaultValue: unknown;
  accepts(value: unknown): boolean;
  /** One line for the refusal, the panel and the README. */
  readonly meaning: string;
}

const isTrueOrFalse = (value: unknown): boolean => typeof value === 'boolean';
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const oneOf =
  (...allowed: readonly string[]) =>
  (value: unknown) =>
    allowed.includes(String(value));
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

function isNoise(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) {
    const { form, status } = value as { form?: unknown; status?: unknown };
    return isNoise(form) && isCount(status);
  }
  return oneOf('html', 'soap', 'text')(value);
}

const all = SYSTEMS;

/** Every switch that is implemented, by its name in quirks.md §2 (`stateValidation` is dvcqg.md §10). */
export const SWITCHES: Readonly<Record<string, Switch>> = {
  errorInOkBody: {
    systems: all,
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'HTTP 200 with a failure in the body, nothing applied',
  },
  noise: {
    systems: all,
    defaultValue: 'html',
    accepts: isNoise,
    meaning: 'html | soap | text, or {form,status}: no JSON, nothing applied',
  },
  hiddenCommit: {
    systems: all,
    defaultValue: 'drop',
    accepts: (value) => oneOf('drop', '502', 'html', 'late')(value) || /^late:\d+$/.test(String(value)),
    meaning: 'drop | 502 | html | late | late:<ms>: applied, then the answer is lost',
  },
  slowMs: {
    systems: all,
    defaultValue: 30_000,
    accepts: isCount,
    meaning: 'milliseconds before the call is worked on',
  },
  quota: { systems: all, defaultValue: 1, accepts: isCount, meaning: 'HTTP 429; the value is Retry-After in seconds' },
  ipBlocked: {
    systems: all,
    defaultValue: 'code',
    accepts: oneOf('code', 'silent'),
    meaning: 'code (101 IP_DISALLOWED) | silent (no answer)',
  },
  tokenEarlyDeath: {
    systems: all,
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'the token dies before its time',
  },
  tokenDeadIn200: {
    systems: ['hotich', 'dvcqg'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'the token dies and HTTP 200 says so',
  },
  textVariant: {
    systems: all,
    defaultValue: 'case',
    accepts: isText,
    meaning: 'case | nfd | spaces, or the text that replaces the message',
  },
  repeatIsError: {
    systems: ['dvclt', 'hotich', 'dvcqg'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'true: also a first write is answered as a repeat; false: a repeat is answered as a success',
  },
  ackLost: {
    systems: ['dvclt'],
    defaultValue: 'after',
    accepts: oneOf('before', 'after'),
    meaning: 'the acknowledgement is cut before | after it was applied',
  },
  relistSame: {
    systems: ['dvclt'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'listed again, unchanged, after the acknowledgement',
  },
  relistChanged: {
    systems: ['dvclt'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'listed again, changed, after the acknowledgement',
  },
  listSize: { systems: ['dvclt'], defaultValue: 1, accepts: isCount, meaning: 'at most so many dossiers in the list' },
  poisonFirst: {
    systems: ['dvclt'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'the list begins with an item of an unknown unit and procedure',
  },
  orderStrict: {
    systems: ['dvclt'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'a right next status is answered as if the step before were missing',
  },
  terminalConflict: {
    systems: ['dvclt'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: '4, 5 and 6 are applied and answered with the text of the state they led to',
  },
  unknownRow: {
    systems: ['hotich'],
    defaultValue: 'garbage',
    accepts: oneOf('absent', 'garbage'),
    meaning: 'an unknown code is absent | a row with a meaningless status',
  },
  batchLimit: {
    systems: ['hotich', 'dvcqg'],
    defaultValue: 1,
    accepts: isCount,
    meaning: 'most codes or rows in one call',
  },
  codeAsString: {
    systems: ['hotich', 'dvcqg'],
    defaultValue: true,
    accepts: (value) => isTrueOrFalse(value) || oneOf('0', '00')(value),
    meaning: 'numbers as strings; portal also "00"',
  },
  resultAsString: {
    systems: ['hotich'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'ketQuaXuLy as JSON text',
  },
  completedNoFile: {
    systems: ['hotich'],
    defaultValue: 'file',
    accepts: oneOf('file', 'result', 'number'),
    meaning: 'completed with an empty file | null result | no personal number',
  },
  fileLateAfter: {
    systems: ['hotich'],
    defaultValue: 3,
    accepts: isCount,
    meaning: 'the file is missing in the first n completed rows of a dossier',
  },
  gluedErrors: {
    systems: ['hotich'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'validation answered the iGate way: one string, request echoed',
  },
  catalogueDrift: {
    systems: ['hotich'],
    defaultValue: '99001',
    accepts: isText,
    meaning: 'this catalogue value is no longer known',
  },
  fileUrlDead: {
    systems: ['dvcqg'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'the portal cannot reach the files of this call',
  },
  stateValidation: {
    systems: ['dvcqg'],
    defaultValue: [5, 6, 8],
    accepts: (value) => Array.isArray(value) && value.every(isCount),
    meaning: 'these states are refused',
  },
};
