import type { CallResult, LargeBody } from '#delivery';
import { AppError, codeOf, localDay, type Clock } from '#platform';
import type { PartnerConfig } from '../config/partner-config';
import { hasTooManyValues, jsonObjectOf, type JsonObject } from './answer-json';
import { deadlineSignal, type RunningDeadline } from './deadline';
import type { HttpAnswer, HttpPort, HttpRequest, HttpResult, HttpStream } from './http-port';
import { retryAfterMs } from './retry-after';
import type { TokenGrant, TokenSource } from './token-source';

/** One request of a partner, made anew for each token. */
export interface PartnerRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** UTF-8 JSON. */
  body?: Buffer | LargeBody;
}

/** One call: token, request and, when the token turns out dead, one renewal and one repetition. */
export interface CallPlan {
  /** A write without a usable answer is `unknown`, a read is repeated. */
  isWrite: boolean;
  tokens: TokenSource;
  build: (token: string) => PartnerRequest;
  /** Recognises a dead token inside an answer (Q03); HTTP 401 is known here. Nothing was applied then. */
  isDeadToken?: (json: JsonObject) => boolean;
}

/** `json`: an answer with a JSON object and HTTP status 2xx or 4xx (not 401, not 429), to be judged by the adapter.
 *  `failed`: everything else, judged already. */
export type PartnerReply =
  | { kind: 'json'; httpStatus: number; json: JsonObject; answer: Buffer; tookMs: number; isRenewed: boolean }
  | { kind: 'failed'; result: CallResult; tookMs: number; isRenewed: boolean };

/** A long answer with HTTP status 2xx, not judged further: whether it is JSON shows when it is read. */
export interface PartnerStream extends Pick<HttpStream, 'head' | 'body' | 'cancel'> {
  kind: 'stream';
}

/** Calls of one partner under its limits, deadline and dates of validity. */
export class PartnerCalls {
  constructor(private readonly deps: { config: PartnerConfig; http: HttpPort; clock: Clock }) {}

  /** Never throws for what the partner or the wire does. `signal` and the configured deadline both end the call. */
  async call(plan: CallPlan, signal: AbortSignal, mayWrite?: () => boolean): Promise<PartnerReply> {
    const startedMs = performance.now();
    const deadline = deadlineSignal(signal, this.deps.config.deadlines.callMs);
    try {
      const send: Send = (request) => this.deps.http.call(this.requestOf(request, deadline.signal, mayWrite));
      return replyOf(await this.judged(plan, deadline.signal, send), startedMs) as PartnerReply;
    } finally {
      deadline.done();
    }
  }

  /** As `call`, for a read whose answer may be long: above `aboveBytes` it comes as a stream. The deadline then grows with what has come:
   *  a partner that keeps the pace may take its time, one that drips may not. */
  async read(plan: CallPlan, aboveBytes: number, signal: AbortSignal): Promise<PartnerReply | PartnerStream> {
    const startedMs = performance.now();
    const deadline = deadlineSignal(signal, this.deps.config.deadlines.callMs);
    const send: Send = (request) => this.deps.http.open(this.requestOf(request, deadline.signal), aboveBytes);
    const judged = await this.judged(plan, deadline.signal, send);
    const reply = replyOf(judged, startedMs);
    if (reply.kind !== 'stream') {
      deadline.done();
      return reply;
    }
    const cancel = (): void => {
      reply.cancel();
      deadline.done();
    };
    return { kind: 'stream', head: reply.head, body: paced(reply.body, deadline), cancel };
  }

  private judged(plan: CallPlan, signal: AbortSignal, send: Send): Promise<Judged> {
    if (!isValidAt(this.deps.config, this.deps.clock.now()))
      return Promise.resolve({ result: notWritten('retry', 'partner.out-of-validity'), isRenewed: false });
    return this.run(plan, signal, send);
  }

  private async run(plan: CallPlan, signal: AbortSignal, send: Send): Promise<Judged> {
    let token: TokenGrant;
    try {
      token = await plan.tokens.current(signal);
    } catch (error) {
      return { result: authFailure(error), isRenewed: false };
    }
    const request = plan.build(token.value);
    if (this.isTooLarge(request)) return { result: notWritten('refused', 'request.too-large'), isRenewed: false };
    const first = shortOrGood(await send(request));
    if (!isDead(plan, first)) return this.judge(plan, first, false);
    try {
      token = await plan.tokens.renew(token, signal);
    } catch (error) {
      return { result: { ...authFailure(error), wire: 'answered' }, isRenewed: true };
    }
    const second = shortOrGood(await send(plan.build(token.value)));
    return isDead(plan, second)
      ? { result: answered('retry', 'auth.refused', second), isRenewed: true }
      : this.judge(plan, second, true);
  }

  private isTooLarge(request: PartnerRequest): boolean {
    const { body } = request;
    const bytes = body === undefined ? 0 : Buffer.isBuffer(body) ? body.length : body.sizeBytes;
    return bytes > this.deps.config.limits.maxRequestBytes;
  }

  private requestOf(request: PartnerRequest, signal: AbortSignal, mayWrite?: () => boolean): HttpRequest {
    return {
      method: request.method,
      url: request.url,
      headers: { 'Content-Type': 'application/json; charset=utf-8', ...request.headers },
      signal,
      maxAnswerBytes: this.deps.config.limits.maxAnswerBytes,
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(mayWrite === undefined ? {} : { mayWrite }),
    };
  }

  private judge(plan: CallPlan, result: HttpResult | HttpStream, isRenewed: boolean): Judged {
    return result.kind === 'stream' ? { stream: result, isRenewed } : this.judgeResult(plan, result, isRenewed);
  }

  private judgeResult(plan: CallPlan, result: HttpResult, isRenewed: boolean): Judged {
    const lost = plan.isWrite ? 'unknown' : 'retry';
    if (result.kind === 'not-written') return { result: notWritten('retry', `wire.${result.code}`), isRenewed };
    if (result.kind === 'written')
      return { result: { outcome: lost, wire: 'written', reasonCode: `wire.${result.code}` }, isRenewed };
    const waitMs = retryAfterMs(result.headers['retry-after'], this.deps.clock.now());
    const wait = waitMs === undefined ? {} : { retryAfterMs: waitMs };
    if (result.status === 429) return { result: { ...answered('retry', 'http.429', result), ...wait }, isRenewed };
    if (result.status >= 500) return { result: { ...answered(lost, 'http.5xx', result), ...wait }, isRenewed };
    if (result.status >= 300 && result.status < 400)
      return { result: answered(lost, 'http.redirect', result), isRenewed };
    const json = jsonObjectOf(result.body);
    if (json === undefined) return { result: answered(lost, whyNoJson(result.body), result), isRenewed };
    return { httpStatus: result.status, json, answer: result.body, isRenewed };
  }
}

type Send = (request: PartnerRequest) => Promise<HttpResult | HttpStream>;

type Judged =
  | { stream: HttpStream; isRenewed: boolean }
  | { httpStatus: number; json: JsonObject; answer: Buffer; isRenewed: boolean }
  | { result: CallResult; isRenewed: boolean };

function replyOf(judged: Judged, startedMs: number): PartnerReply | HttpStream {
  if ('stream' in judged) return judged.stream;
  const tookMs = Math.round(performance.now() - startedMs);
  return 'json' in judged ? { kind: 'json', ...judged, tookMs } : { kind: 'failed', ...judged, tookMs };
}

/** Only a good answer is worth a stream; of a long page of errors the beginning is enough. */
function shortOrGood(result: HttpResult | HttpStream): HttpResult | HttpStream {
  if (result.kind !== 'stream' || (result.status >= 200 && result.status < 300)) return result;
  result.cancel();
  return { kind: 'answer', status: result.status, headers: result.headers, body: result.head };
}

/** Slowest pace of a long answer. Bytes per millisecond. */
const MIN_PACE = 262;

async function* paced(body: AsyncIterable<Buffer>, deadline: RunningDeadline): AsyncGenerator<Buffer> {
  try {
    for await (const piece of body) {
      deadline.extend(piece.length / MIN_PACE);
      yield piece;
    }
  } finally {
    deadline.done();
  }
}

function isDead(plan: CallPlan, result: HttpResult | HttpStream): result is HttpAnswer {
  if (result.kind !== 'answer') return false;
  if (result.status === 401) return true;
  if (plan.isDeadToken === undefined || result.status >= 500) return false;
  const json = jsonObjectOf(result.body);
  return json !== undefined && plan.isDeadToken(json);
}

function whyNoJson(body: Buffer): string {
  return hasTooManyValues(body) ? 'answer.too-many-values' : 'answer.not-json';
}

function notWritten(outcome: 'retry' | 'refused', reasonCode: string): CallResult {
  return { outcome, wire: 'not-written', reasonCode };
}

function answered(outcome: 'retry' | 'unknown', reasonCode: string, answer: HttpAnswer): CallResult {
  return { outcome, wire: 'answered', reasonCode, httpStatus: answer.status, answer: answer.body };
}

/** A failed log-in: the request itself was not written. */
function authFailure(error: unknown): CallResult {
  if (!(error instanceof AppError)) throw error;
  const waitMs = error.extra['retryAfterMs'];
  return { ...notWritten('retry', codeOf(error)), ...(typeof waitMs === 'number' ? { retryAfterMs: waitMs } : {}) };
}

function isValidAt(config: PartnerConfig, at: Date): boolean {
  const day = localDay(at);
  return (config.validFrom === null || day >= config.validFrom) && (config.validTo === null || day <= config.validTo);
}

/** Answers that are more than we take. */
const TOO_MUCH: ReadonlySet<string> = new Set(['wire.answer-too-large', 'answer.too-many-values']);

/** One row may be what is too much: who asked for several asks for the others without it. */
export function isTooMuch({ reasonCode }: Pick<CallResult, 'reasonCode'>): boolean {
  return TOO_MUCH.has(reasonCode);
}

/** A failed read as the error that a source throws. */
export function readFailure(result: CallResult): AppError {
  const extra = result.retryAfterMs === undefined ? {} : { retryAfterMs: result.retryAfterMs };
  return new AppError({ code: result.reasonCode, disposition: 'retry', extra });
}
