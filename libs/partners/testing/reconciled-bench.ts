import type { PartnerId } from '#dossier';
import type { AskedDossier } from '#reconciliation';
import { fixedClock, type FixedClock } from '#testing';
import type { AdapterDeps } from '../config/adapter-deps';
import type { PartnerConfig } from '../config/partner-config';
import type { HttpRequest, HttpResult } from '../http/http-port';
import { depsOf, type KeptLog } from './deps-of';
import { answer, scriptedHttp, type ScriptedHttp } from './scripted-http';

/** A log-in that every partner takes for its own. */
export const LOG_IN: HttpResult = answer(200, {
  token: 't',
  access_token: 't',
  expires_in: 3600,
  error_code: 0,
  session: 's',
});

export const SIGNAL = new AbortController().signal;

/** A dossier by its number: births are even, deaths odd. */
export function asked(number: number, change: Partial<AskedDossier['codes']> = {}): AskedDossier {
  const tail = String(number).padStart(4, '0');
  return {
    dossierId: `01950000-0000-7000-8000-00000000${tail}`,
    module: number % 2 === 0 ? 'KS' : 'KT',
    codes: { dvclt: `G22.99.08-260302-00${tail}`, oneStop: `H99.101-260302-${tail}`, ...change },
  };
}

/** Dependencies whose partner gives the log-in and then these answers in turn. */
export function scriptedDeps(
  id: PartnerId,
  results: readonly HttpResult[],
  change?: (config: PartnerConfig) => PartnerConfig,
): AdapterDeps & { http: ScriptedHttp; log: KeptLog; clock: FixedClock } {
  const clock = fixedClock();
  const deps = depsOf(id, clock, change);
  deps.http.close();
  return { ...deps, clock, http: scriptedHttp([LOG_IN, ...results]) };
}

/** Bodies of the calls that are no log-ins. */
export function questionsTo(http: ScriptedHttp): Record<string, unknown>[] {
  return http.requests.filter(({ url }) => !/token|login/.test(url)).map(bodyOf);
}

export function bodyOf({ body }: HttpRequest): Record<string, unknown> {
  if (!Buffer.isBuffer(body)) throw new Error('the request has no short body');
  return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
}

/** An answer that is none, with the code that a read fails with. */
export type NoAnswer = readonly [name: string, result: HttpResult, code: string];

/** Each partner has these (Q30, Q32). */
export const NO_ANSWERS: readonly NoAnswer[] = [
  ['HTML', answer(200, '<html><body>Bad Gateway</body></html>'), 'answer.not-json'],
  ['a SOAP fault', answer(500, '<soap:Envelope/>'), 'http.5xx'],
  ['HTTP 503', answer(503, {}), 'http.5xx'],
  ['HTTP 429', answer(429, {}, { 'retry-after': '7' }), 'http.429'],
  ['a redirect', answer(302, ''), 'http.redirect'],
  ['a list instead of an object', answer(200, '[]'), 'answer.not-json'],
  ['a cut connection', { kind: 'written', code: 'cut' }, 'wire.cut'],
  ['no connection', { kind: 'not-written', code: 'econnrefused' }, 'wire.econnrefused'],
];
