import { join } from 'node:path';
import type { CallResult, DeliveryFacts, DeliveryTask } from '#delivery';
import { PARTNER_IDS, PortalStatus, type DossierState, type PartnerId } from '#dossier';
import { AppError, silentLog, systemClock } from '#platform';
import { loadPartnerConfigs } from '../config/load-partners';
import { createAdapter } from '../create-adapter';
import type { HttpPort, HttpResult } from '../http/http-port';
import { loadReplies } from './load-replies';

/** One answer of a partner as somebody noted it down: from a log of theirs, a mail, a test. */
export interface RecordedAnswer {
  partner: PartnerId;
  operation: string;
  /** @default 200 */
  httpStatus?: number;
  headers?: Readonly<Record<string, string>>;
  /** JSON, or the text as it came. */
  body: unknown;
  /** What was sent, as far as it matters: `status` of a status push, `isCreate` of a synchronisation, `repush` of a changed registration. */
  status?: number;
  isCreate?: boolean;
  repush?: boolean;
}

export type RecordedJudge = (answer: RecordedAnswer) => Promise<CallResult>;

/** Judges recorded answers as the couriers do, with the configuration and reply rules of a folder; nothing is sent anywhere. Texts that people
 *  have classified stand in the database and are not asked.
 *  @throws AppError `config.invalid` */
export function recordedJudge(configDir: string): RecordedJudge {
  const configs = loadPartnerConfigs(join(configDir, 'partners'), NO_ACCOUNTS);
  return async (answer) => {
    const { partner } = answer;
    const config = configs[partner];
    const adapter = createAdapter(partner, {
      config,
      replies: loadReplies(join(configDir, 'replies'), config.texts.replies),
      http: replaying(answer),
      clock: systemClock,
      log: silentLog,
    });
    return adapter.send(taskOf(answer), { body: bodyOf(answer) }, new AbortController().signal, () => true);
  };
}

/** @throws AppError `recorded-answer-invalid` with the field */
export function recordedAnswerOf(value: unknown): RecordedAnswer {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const partner = PARTNER_IDS.find((id) => id === given['partner']);
  if (partner === undefined) throw invalid('partner', `one of ${PARTNER_IDS.join(', ')}`);
  const { operation, body } = given;
  if (typeof operation !== 'string' || operation === '') throw invalid('operation', 'the name of an operation');
  if (!('body' in given)) throw invalid('body', 'the answer, JSON or text');
  const httpStatus = given['httpStatus'] ?? 200;
  if (!Number.isInteger(httpStatus)) throw invalid('httpStatus', 'an HTTP status');
  const more = Object.entries(OPTIONAL)
    .filter(([name, type]) => typeof given[name] === type && given[name] !== null)
    .map(([name]) => [name, given[name]]);
  const optional = Object.fromEntries(more) as Partial<RecordedAnswer>;
  return { ...optional, partner, operation, body, httpStatus: Number(httpStatus) };
}

/** What may be left out, by its type. */
const OPTIONAL: Readonly<Record<string, string>> = {
  headers: 'object',
  status: 'number',
  isCreate: 'boolean',
  repush: 'boolean',
};

function invalid(field: string, expected: string): AppError {
  return new AppError({
    code: 'recorded-answer-invalid',
    disposition: 'refuse',
    field,
    detail: `${field} must be ${expected}`,
  });
}

/** Nobody logs in: the log-in is answered here. */
const NO_ACCOUNTS = Object.fromEntries(
  PARTNER_IDS.flatMap((id) => ['USERNAME', 'PASSWORD'].map((name) => [`PARTNER_${id.toUpperCase()}_${name}`, 'none'])),
);
const LOGGED_IN = { token: 'none', access_token: 'none', expires_in: 3_600, error_code: 0, session: 'none' };

/** The first call is the log-in; every further one gets the recorded answer. */
function replaying({ httpStatus = 200, headers = {}, body }: RecordedAnswer): HttpPort {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8');
  let calls = 0;
  const call = async (): Promise<HttpResult> =>
    (calls += 1) === 1
      ? { kind: 'answer', status: 200, headers: {}, body: Buffer.from(JSON.stringify(LOGGED_IN)) }
      : { kind: 'answer', status: httpStatus, headers, body: bytes };
  return { call, open: call };
}

/** What the judges look at in a message of ours. */
function bodyOf({ status, isCreate = false }: RecordedAnswer): Buffer {
  const item = status === undefined ? {} : { TrangThaiHoSo: status };
  return Buffer.from(JSON.stringify({ isUpdating: isCreate ? 'False' : 'True', data: [item] }), 'utf8');
}

function taskOf({ partner, operation, status, isCreate = false, repush = false }: RecordedAnswer): DeliveryTask {
  const factAt = new Date(0).toISOString();
  const facts: DeliveryFacts = { factAt, ...(status === undefined ? {} : { status }), ...(repush ? { repush } : {}) };
  return {
    deliveryId: 'recorded',
    partner,
    operation,
    facts,
    dossier: { ...NO_DOSSIER, portalKnown: !isCreate },
    attempts: 1,
    wasUnknown: false,
  };
}

const NO_DOSSIER: DossierState = {
  id: 'recorded',
  procedure: '',
  module: 'KS',
  procedureCode: '',
  localProcedureCode: '',
  unit: '',
  state: 'with-registry',
  attention: false,
  version: 1,
  source: 'dvclt',
  codes: { dvclt: '', registry: [] },
  receivedAt: '',
  dueAt: '',
  updatedAt: '',
  contentRef: '',
  contentDigests: [],
  round: 0,
  statuses: {},
  portalKnown: true,
  portalStatus: PortalStatus.Processing,
  registry: { submitted: true, resubmitAwaited: false },
  legs: [],
};
