import type { AdapterDeps } from '../config/adapter-deps';
import { urlOf, type PartnerConfig } from '../config/partner-config';
import type { JsonObject } from '../http/answer-json';
import { logIn } from '../http/log-in';
import { PartnerCalls, type PartnerReply } from '../http/partner-call';
import { TokenSource, type TokenGrant } from '../http/token-source';
import { comparableText, occurrences } from '#platform';
import { filledText } from '../wire/fields';
import { jsonBody } from '../wire/json-body';
import { isSuccessCode } from './portal-reply';

/** The national portal's integration end-point: every service is one POST with the session in its body (dvcqg.md §1). */
export class PortalClient {
  private readonly calls: PartnerCalls;
  private readonly sessions: TokenSource;

  constructor(private readonly deps: AdapterDeps) {
    const { config, clock, log } = deps;
    this.calls = new PartnerCalls(deps);
    // No end is given: a session is kept until a call finds it dead (Q03).
    this.sessions = new TokenSource({
      name: 'dvcqg',
      obtain: (signal) => logIn(deps, logInRequest(config), sessionOf, signal),
      deadlineMs: config.deadlines.callMs,
      clock,
      log,
    });
  }

  /** @param body a rendered message without its session, sent as it is but for that */
  write(body: Buffer, signal: AbortSignal, mayWrite: () => boolean): Promise<PartnerReply> {
    return this.post(body, { isWrite: true, signal, mayWrite });
  }

  /** `TraCuuHoSo` of one dossier (CONTRACTS §1.1). */
  lookUp(oneStopCode: string, signal: AbortSignal): Promise<PartnerReply> {
    const message = { madonvi: this.deps.config.constants['madonvi'], service: 'TraCuuHoSo', mahoso: oneStopCode };
    return this.post(jsonBody(message), { isWrite: false, signal });
  }

  private post(
    body: Buffer,
    call: { isWrite: boolean; signal: AbortSignal; mayWrite?: () => boolean },
  ): Promise<PartnerReply> {
    const url = urlOf(this.deps.config, 'integration');
    return this.calls.call(
      {
        isWrite: call.isWrite,
        tokens: this.sessions,
        build: (session) => ({ method: 'POST', url, body: withSession(session, body) }),
        isDeadToken: (json) => this.isDeadSession(json),
      },
      call.signal,
      call.mayWrite,
    );
  }

  private isDeadSession(json: JsonObject): boolean {
    const { deadToken } = this.deps.config.texts;
    if (deadToken === undefined || filledText(json['error_code']) !== '-1') return false;
    return occurrences(comparableText(filledText(json['message']) ?? ''), comparableText(deadToken)).length > 0;
  }
}

/** The message with its session as first member; the kept bytes stay as they are. */
function withSession(session: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`{"session":${JSON.stringify(session)},`, 'utf8'), body.subarray(1)]);
}

function logInRequest(config: PartnerConfig): {
  method: 'POST';
  url: string;
  headers: Record<string, string>;
  body: Buffer;
} {
  const { username, password, dstcode } = config.auth;
  return {
    method: 'POST',
    url: urlOf(config, 'login'),
    headers: dstcode === undefined ? {} : { dstcode },
    body: jsonBody({ username, password }),
  };
}

function sessionOf(json: JsonObject): TokenGrant | undefined {
  const session = filledText(json['session']);
  return session !== undefined && isSuccessCode(json['error_code']) ? { value: session } : undefined;
}
