import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';
import { CallSlots } from './call-slots';
import { partnerAgents, type AgentOptions } from './connecting-agent';
import { answerStream } from './answer-stream';
import type { HttpPort, HttpRequest, HttpResult, HttpStream } from './http-port';

/** The driver of `HttpPort`; one instance, and so one pool of sockets, for each partner. */
export interface ClosableHttp extends HttpPort {
  /** Destroys the pool; calls in flight end as `written` or `not-written`. */
  close(): void;
}

class LeaseLost extends Error {
  readonly code = 'lease-lost';
}

/** Progress of one exchange, kept outside axios: an AxiosError says what it saw, not how far the bytes got. */
interface Progress {
  isWritten: boolean;
  hasHeaders: boolean;
}

/** Node flushes a request in the same tick in which it announces its (already connected) socket: that is where the lease is asked. */
function transportOf(request: HttpRequest, progress: Progress): { request: typeof http.request } {
  const start = (
    options: http.RequestOptions,
    onResponse: (response: http.IncomingMessage) => void,
  ): http.ClientRequest => {
    const client =
      options.protocol === 'https:' ? https.request(options, onResponse) : http.request(options, onResponse);
    client.once('socket', () => {
      if (request.mayWrite !== undefined && !request.mayWrite()) client.destroy(new LeaseLost('lease-lost'));
      else progress.isWritten = true;
    });
    client.once('response', () => {
      progress.hasHeaders = true;
    });
    return client;
  };
  return { request: start as typeof http.request };
}

/** Kebab-case code of a failure; nothing of the AxiosError but its code is read (it holds headers, tokens and bodies). */
function codeOfFailure(error: unknown, request: HttpRequest, progress: Progress): string {
  if (request.signal.aborted) return 'deadline';
  const failure = error as { code?: unknown; message?: unknown };
  const message = typeof failure.message === 'string' ? failure.message : '';
  if (message.startsWith('maxContentLength')) return 'answer-too-large';
  if (failure.code === 'answer-too-large') return 'answer-too-large';
  const code = typeof failure.code === 'string' ? failure.code.toLowerCase().replaceAll('_', '-') : 'failed';
  if (progress.hasHeaders && (code === 'econnreset' || code === 'err-bad-response')) return 'cut';
  return code;
}

function headersOf(response: AxiosResponse): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined && value !== null)
      headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return headers;
}

/** What axios is asked for in both ways of taking an answer. */
function axiosRequest(request: HttpRequest, progress: Progress): AxiosRequestConfig {
  const { body } = request;
  const isLarge = body !== undefined && !Buffer.isBuffer(body);
  return {
    method: request.method,
    url: request.url,
    headers: { ...request.headers, ...(isLarge ? { 'Content-Length': String(body.sizeBytes) } : {}) },
    data: isLarge ? Readable.from(body.open(), { objectMode: false }) : body,
    signal: request.signal,
    transport: transportOf(request, progress),
  };
}

/** Runs an exchange; what it fails of becomes a result that says how far the bytes got. */
async function outcomeOf<T>(
  request: HttpRequest,
  run: (progress: Progress) => Promise<T>,
): Promise<T | Exclude<HttpResult, { kind: 'answer' }>> {
  const progress: Progress = { isWritten: false, hasHeaders: false };
  try {
    return await run(progress);
  } catch (error) {
    return { kind: progress.isWritten ? 'written' : 'not-written', code: codeOfFailure(error, request, progress) };
  }
}

function exchange(client: AxiosInstance, request: HttpRequest): Promise<HttpResult> {
  return outcomeOf(request, async (progress) => {
    const response = await client.request<Buffer>({
      ...axiosRequest(request, progress),
      maxContentLength: request.maxAnswerBytes,
    });
    return { kind: 'answer', status: response.status, headers: headersOf(response), body: response.data };
  });
}

function exchangeOpen(
  client: AxiosInstance,
  request: HttpRequest,
  take: { aboveBytes: number; onEnd: () => void },
): Promise<HttpResult | HttpStream> {
  return outcomeOf(request, async (progress) => {
    const response = await client.request<Readable>({ ...axiosRequest(request, progress), responseType: 'stream' });
    const { status, data } = response;
    const codeOf = (error: unknown): string => codeOfFailure(error, request, progress);
    const body = await answerStream(data, { ...take, request, codeOf });
    return 'whole' in body
      ? { kind: 'answer', status, headers: headersOf(response), body: body.whole }
      : { kind: 'stream', status, headers: headersOf(response), ...body };
  });
}

/** axios behind `HttpPort` (the only file that imports it): no redirects, no proxy from the environment, no status is an error,
 *  no time-out of its own (the signal is the one total deadline, axios/axios#4327). */
export function createAxiosHttp(options: AgentOptions): ClosableHttp {
  const agents = partnerAgents(options);
  const client = axios.create({
    adapter: 'http',
    httpAgent: agents.http,
    httpsAgent: agents.https,
    maxRedirects: 0,
    maxBodyLength: Infinity,
    proxy: false,
    responseType: 'arraybuffer',
    decompress: true,
    validateStatus: () => true,
    transformRequest: [(body: unknown) => body],
    transformResponse: [(body: unknown) => body],
    headers: { common: { Accept: 'application/json' } },
  });
  const slots = new CallSlots(options.maxSockets);
  const call = async (request: HttpRequest): Promise<HttpResult> => {
    if (!(await slots.take(request.signal))) return { kind: 'not-written', code: 'deadline' };
    try {
      return await exchange(client, request);
    } finally {
      slots.release();
    }
  };
  /** The slot is held until the last byte of a stream. */
  const open = async (request: HttpRequest, aboveBytes: number): Promise<HttpResult | HttpStream> => {
    if (!(await slots.take(request.signal))) return { kind: 'not-written', code: 'deadline' };
    const result = await exchangeOpen(client, request, { aboveBytes, onEnd: () => slots.release() });
    if (result.kind !== 'stream') slots.release();
    return result;
  };
  return { call, open, close: () => agents.close() };
}
