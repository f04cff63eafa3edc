import type { LargeBody } from '#delivery';
import { AnswersLately } from '../answers-lately';
import type { AdapterDeps } from '../config/adapter-deps';
import { urlOf, type PartnerConfig } from '../config/partner-config';
import type { JsonObject } from '../http/answer-json';
import { logIn } from '../http/log-in';
import { PartnerCalls, type PartnerReply, type PartnerRequest } from '../http/partner-call';
import { tokenEnd } from '../http/token-end';
import { TokenSource, type TokenGrant } from '../http/token-source';

/** Error code of an ended token inside HTTP 200 (hotich.md §1: AUTHEN_ERROR, CONTRACTS §1.1). */
const AUTHEN_ERROR = '100';

/** hộ tịch behind its integration platform: one WSO2 token for pushes and polls, and the second header on every call (lgsp.md §1, Q05). */
export class RegistryClient {
  /** Whether its polls are answered. */
  readonly lately: AnswersLately;
  private readonly calls: PartnerCalls;
  private readonly tokens: TokenSource;
  private readonly secondHeader: string;

  constructor(private readonly deps: AdapterDeps) {
    const { config, clock, log } = deps;
    this.lately = new AnswersLately(clock);
    this.calls = new PartnerCalls(deps);
    this.secondHeader = secondHeaderOf(config);
    this.tokens = new TokenSource({
      name: 'hotich',
      obtain: (signal) => logIn(deps, tokenRequest(config), (json) => this.grantOf(json), signal),
      deadlineMs: config.deadlines.callMs,
      clock,
      log,
    });
  }

  /** `nhanHoSoDKHT` (hotich.md §3): a write. @param body the kept content, sent as it is */
  submit(body: Buffer | LargeBody, signal: AbortSignal, mayWrite: () => boolean): Promise<PartnerReply> {
    return this.post('submit', { body, isWrite: true, signal, mayWrite });
  }

  /** `layKetQuaDKHT` (hotich.md §4): a read. @param codes one-stop codes, at most `limits.batch` */
  results(module: 'KS' | 'KT', codes: readonly string[], signal: AbortSignal): Promise<PartnerReply> {
    const request = {
      maDinhDanhHoSo: codes,
      maTinh: String(this.deps.config.constants['maTinh']),
      module: registryModule(module),
    };
    return this.post('results', { body: Buffer.from(JSON.stringify(request), 'utf8'), isWrite: false, signal });
  }

  private post(
    path: 'submit' | 'results',
    call: { body: Buffer | LargeBody; isWrite: boolean; signal: AbortSignal; mayWrite?: () => boolean },
  ): Promise<PartnerReply> {
    const url = urlOf(this.deps.config, path);
    const build = (token: string): PartnerRequest => ({
      method: 'POST',
      url,
      headers: { Authorization: `Bearer ${token}`, lgspaccesstoken: this.secondHeader },
      body: call.body,
    });
    return this.calls.call(
      { isWrite: call.isWrite, tokens: this.tokens, build, isDeadToken },
      call.signal,
      call.mayWrite,
    );
  }

  /** WSO2 gives `expires_in` in seconds and no refresh token (Q04); other platforms write other ends (Q41). */
  private grantOf(json: JsonObject): TokenGrant | undefined {
    const { access_token: token, expires_in: expiresIn } = json;
    if (typeof token !== 'string' || token === '') return undefined;
    const goodUntil = tokenEnd(expiresIn, this.deps.clock.now());
    return { value: token, ...(goodUntil === undefined ? {} : { goodUntil }) };
  }
}

/** `KS` and `KT` of DVCLT are `LTKS` and `LTKT` onward (codes-and-statuses.md §2). */
export function registryModule(module: 'KS' | 'KT'): 'LTKS' | 'LTKT' {
  return module === 'KS' ? 'LTKS' : 'LTKT';
}

function isDeadToken(json: JsonObject): boolean {
  return json['errorCode'] === AUTHEN_ERROR || json['errorCode'] === Number(AUTHEN_ERROR);
}

function tokenRequest(config: PartnerConfig): PartnerRequest {
  const { username, password } = config.auth;
  return {
    method: 'POST',
    url: urlOf(config, 'token'),
    headers: {
      Authorization: `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    body: Buffer.from('grant_type=client_credentials', 'utf8'),
  };
}

function secondHeaderOf({ auth }: PartnerConfig): string {
  const { AppName, PartnerCode, PartnerCodeCus, ...others } = auth.second ?? {};
  const parts = { AccessKey: auth.username, SecretKey: auth.password, AppName, PartnerCode, PartnerCodeCus, ...others };
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64');
}
