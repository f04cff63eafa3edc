import { CliError, EXIT } from './cli-error';
import { readAnswer, request } from './api-client';

interface Opened {
  csrfToken: string;
}

/** Calls the gateway's HTTP API by a session, as a person with user name and password. */
export class SessionClient {
  private cookie = '';
  private csrf = '';

  constructor(private readonly baseUrl: string) {}

  /** Throws CliError with exit code 4 when the log-in is not accepted. */
  async open(username: string, password: string, totp: string): Promise<void> {
    await this.send<Opened>('POST', '', { username, password, ...(totp === '' ? {} : { totp }) });
    if (this.cookie === '') throw new CliError('The gateway gave no session.', EXIT.unreachable);
  }

  /** What the account has to do before anything else. */
  async pending(): Promise<readonly string[]> {
    return (await this.send<{ pending: string[] }>('GET', '')).pending;
  }

  /** POST below `/api/v1/session`. */
  post<T>(path: string, body: object = {}): Promise<T> {
    return this.send<T>('POST', path, body);
  }

  async end(): Promise<void> {
    await this.send('DELETE', '');
  }

  private async send<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await request(`${this.baseUrl}/api/v1/session${path}`, {
      method,
      headers: {
        ...(this.cookie === '' ? {} : { cookie: this.cookie, 'x-csrf-token': this.csrf }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const [fresh] = response.headers.getSetCookie();
    if (fresh !== undefined) this.cookie = fresh.split(';')[0];
    const value = await readAnswer<T>(response);
    if (isOpened(value)) this.csrf = value.csrfToken;
    return value;
  }
}

function isOpened(value: unknown): value is Opened {
  return typeof value === 'object' && value !== null && 'csrfToken' in value && typeof value.csrfToken === 'string';
}
