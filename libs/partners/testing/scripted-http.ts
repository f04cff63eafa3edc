import type { HttpPort, HttpRequest, HttpResult } from '../http/http-port';

/** An `HttpPort` that gives prepared results in turn and keeps the requests; for rules that do not depend on the wire. */
export interface ScriptedHttp extends HttpPort {
  requests: HttpRequest[];
}

export function scriptedHttp(results: readonly HttpResult[]): ScriptedHttp {
  const requests: HttpRequest[] = [];
  const call = async (request: HttpRequest): Promise<HttpResult> => {
    requests.push(request);
    const result = results[requests.length - 1];
    if (result === undefined) throw new Error(`no result prepared for call ${requests.length}`);
    if (result.kind === 'answer' && request.mayWrite !== undefined && !request.mayWrite())
      return { kind: 'not-written', code: 'lease-lost' };
    return result;
  };
  return { requests, call, open: call };
}

/** An answer; an object becomes JSON. */
export function answer(
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): HttpResult {
  return {
    kind: 'answer',
    status,
    headers,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8'),
  };
}
