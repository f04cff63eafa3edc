import type { LargeBody } from '#delivery';
import type { AdapterDeps } from '../config/adapter-deps';
import { urlOf } from '../config/partner-config';
import type { JsonObject } from '../http/answer-json';
import { logIn } from '../http/log-in';
import { PartnerCalls, type PartnerReply } from '../http/partner-call';
import { TokenSource } from '../http/token-source';
import { filledText, textOf } from '../wire/fields';
import { jsonBody } from '../wire/json-body';

/** Which call, and whether it changes anything at the one-stop. */
export interface OneStopCall {
  method: 'GET' | 'POST';
  url: string;
  body?: Buffer | LargeBody;
  isWrite: boolean;
}

/** A 401 in the body of another HTTP status (Q03): every one-stop call is harmless to repeat. */
function isDeadToken(json: JsonObject): boolean {
  return textOf(json['status']) === '401' || textOf(json['errorCode']) === '401';
}

/** The authenticated calls of the one-stop (onestop.md §4). */
export class OneStopCalls {
  private readonly calls: PartnerCalls;
  private readonly tokens: TokenSource;

  constructor(deps: AdapterDeps) {
    const { username, password } = deps.config.auth;
    const request = {
      method: 'POST' as const,
      url: urlOf(deps.config, 'token'),
      body: jsonBody({ userName: username, password }),
    };
    this.calls = new PartnerCalls(deps);
    this.tokens = new TokenSource({
      name: 'onestop',
      clock: deps.clock,
      log: deps.log,
      deadlineMs: deps.config.deadlines.callMs,
      obtain: (signal) =>
        logIn(
          deps,
          request,
          (json) => {
            const value = filledText(json['token']);
            return value === undefined ? undefined : { value };
          },
          signal,
        ),
    });
  }

  /** As `PartnerCalls.call`, with the one-stop's token. */
  async call(call: OneStopCall, signal: AbortSignal, mayWrite?: () => boolean): Promise<PartnerReply> {
    const { method, url, body, isWrite } = call;
    const build = (
      token: string,
    ): { method: 'GET' | 'POST'; url: string; headers: Record<string, string>; body?: Buffer | LargeBody } => ({
      method,
      url,
      headers: { Authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    });
    return this.calls.call({ isWrite, tokens: this.tokens, isDeadToken, build }, signal, mayWrite);
  }
}
