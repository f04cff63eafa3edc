import { SYSTEMS } from '../server/systems';
import { EXPIRY_FORMS } from '../variants/expiry-variant';
import { readNoise } from './noise';
import { readSizeLimit } from './size-limit';
import { readSlowness } from './slowness';
import { either, isCount, isText, isTrueOrFalse, oneOf, type Switch } from './switch';

/** What happens between caller and system, whatever the call is about. */
export const PLATFORM_SWITCHES: Readonly<Record<string, Switch>> = {
  errorInOkBody: {
    systems: SYSTEMS,
    defaultValue: true,
    accepts: either(isTrueOrFalse, isText),
    meaning: 'HTTP 200 with a failure in the body, in its usual or in the given words, nothing applied (Q01)',
  },
  noise: {
    systems: SYSTEMS,
    defaultValue: 'html',
    accepts: (value) => readNoise(value) !== null,
    meaning: 'html | soap | text, with a status as html:500, or {form,status}: no JSON, nothing applied (Q30)',
  },
  hiddenCommit: {
    systems: SYSTEMS,
    defaultValue: 'drop',
    accepts: (value) => oneOf('drop', '502', 'html', 'late')(value) || /^(502|late:\d+)$/.test(String(value)),
    meaning: 'drop | 502 | html | late | late:ms: applied, then the answer is lost (Q13)',
  },
  slowMs: {
    systems: SYSTEMS,
    defaultValue: 30_000,
    accepts: (value) => readSlowness(value) !== null,
    meaning: 'ms or wait:ms before the work, drip:ms: the finished answer trickles (Q40)',
  },
  quota: {
    systems: SYSTEMS,
    defaultValue: 1,
    accepts: isCount,
    meaning: 'HTTP 429; the value is Retry-After in seconds (Q32)',
  },
  maxBytes: {
    systems: SYSTEMS,
    defaultValue: 1024 * 1024,
    accepts: (value) => readSizeLimit(value) !== null,
    meaning: 'bytes: a larger request is refused in HTTP 200; 413:bytes: by HTTP 413 and a page (Q21)',
  },
  ipBlocked: {
    systems: SYSTEMS,
    defaultValue: 'code',
    accepts: oneOf('code', 'silent'),
    meaning: 'code (101 IP_DISALLOWED) | silent (no answer) (Q31)',
  },
  tokenEarlyDeath: {
    systems: SYSTEMS,
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'the token dies before its time (Q04)',
  },
  tokenDeadIn200: {
    systems: ['hotich', 'dvcqg'],
    defaultValue: true,
    accepts: isTrueOrFalse,
    meaning: 'the token dies and HTTP 200 says so (Q03)',
  },
  expiresVariant: {
    systems: ['dvclt', 'hotich', 'onestop'],
    operations: ['token', 'statusToken'],
    defaultValue: 'text',
    accepts: oneOf(...EXPIRY_FORMS),
    meaning: 'end of a token as seconds | digits (seconds as text) | epoch | text (dd/MM/yyyy HH:mm:ss) (Q41)',
  },
  requireSecondHeader: {
    systems: ['hotich'],
    operations: ['nhanHoSoDKHT', 'layKetQuaDKHT'],
    defaultValue: true,
    accepts: (value) => isTrueOrFalse(value) || value === 'revoked',
    meaning: 'true: lgspaccesstoken is checked, as always; false: not looked at; revoked: refused though right (Q05)',
  },
  textVariant: {
    systems: SYSTEMS,
    defaultValue: 'case',
    accepts: isText,
    meaning: 'case | nfd | spaces, or the text that replaces the message (Q44)',
  },
  badCert: {
    systems: SYSTEMS,
    operations: ['connection'],
    defaultValue: 'self-signed',
    accepts: oneOf('self-signed', 'expired', 'wrong-host'),
    meaning: 'self-signed | expired | wrong-host: certificate of new connections to the TLS address (Q40)',
  },
};
