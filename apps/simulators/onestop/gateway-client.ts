import { HttpClient, type ExchangeAnswer } from '../server/http-exchange';

/** Where our gateway listens and with what the one-stop logs in there. */
export interface Gateway {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const TIMEOUT_MS = 15_000;

/** The one-stop as a client of our API (CONTRACTS §2): one token for all calls, renewed before its end or on 401. */
export class GatewayClient {
  private token: Promise<string> | null = null;
  private tokenEndsAtMs = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly http: HttpClient,
    private readonly now: () => number,
  ) {}

  /** Posts one decision; rejects on transport failure or a refused log-in. */
  async decide(code: string, idempotencyKey: string, body: string): Promise<ExchangeAnswer> {
    const url = new URL(`/api/v1/dossiers/${encodeURIComponent(code)}/decisions`, this.gateway.url);
    const send = async () =>
      this.http.send({ url, method: 'POST', headers: await this.headers(idempotencyKey), body, timeoutMs: TIMEOUT_MS });
    const answer = await send();
    if (answer.status !== 401) return answer;
    this.token = null;
    return send();
  }

  private async headers(idempotencyKey: string): Promise<Record<string, string>> {
    const authorization = `Bearer ${await this.currentToken()}`;
    return { authorization, 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
  }

  private currentToken(): Promise<string> {
    if (this.token !== null && this.now() < this.tokenEndsAtMs) return this.token;
    this.tokenEndsAtMs = Number.MAX_SAFE_INTEGER;
    const asked = this.logIn();
    asked.catch(() => {
      if (this.token === asked) this.token = null;
    });
    this.token = asked;
    return asked;
  }

  private async logIn(): Promise<string> {
    const { url, clientId, clientSecret } = this.gateway;
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
    const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'grant_type=client_credentials';
    const answer = await this.http.send({
      url: new URL('/oauth/token', url),
      method: 'POST',
      headers,
      body,
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.status !== 200) throw new Error(`gateway refused the log-in of the one-stop: HTTP ${answer.status}`);
    const { access_token: token, expires_in: seconds } = JSON.parse(answer.bytes.toString('utf8')) as {
      access_token: string;
      expires_in: number;
    };
    this.tokenEndsAtMs = this.now() + seconds * 900;
    return token;
  }
}
