import { randomUUID } from 'node:crypto';
import { CliError, EXIT } from './cli-error';
import type { Connection } from './connection';

interface Problem {
  code?: string;
  title?: string;
  detail?: string;
}

/** One answer: its JSON value and status. */
export interface Answer<T> {
  status: number;
  value: T;
}

const DEADLINE_MS = 30_000;

/** Calls the gateway's HTTP API as one account. Fetches its token at the first call. */
export class ApiClient {
  private token: string | undefined;

  constructor(private readonly connection: Connection) {}

  /** GET below `/api/v1`. Throws CliError for everything but 2xx. */
  async get<T>(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<T> {
    const response = await request(`${this.connection.baseUrl}/api/v1${path}${suffixOf(query)}`, {
      headers: { authorization: `Bearer ${await this.bearer()}` },
    });
    return readAnswer<T>(response);
  }

  /** GET below `/api/v1` of what may be long: its body is read as it comes, and only its begin has a deadline. Throws CliError for everything but 2xx. */
  async open(path: string, query: Readonly<Record<string, string | undefined>>): Promise<Response> {
    const begin = new AbortController();
    const timer = setTimeout(() => begin.abort(), DEADLINE_MS);
    const response = await request(`${this.connection.baseUrl}/api/v1${path}${suffixOf(query)}`, {
      headers: { authorization: `Bearer ${await this.bearer()}` },
      signal: begin.signal,
    }).finally(() => clearTimeout(timer));
    return response.ok ? response : readAnswer(response);
  }

  /** GET of bytes below the gateway's own address, with a new token where the old one has ended in between.
   *  @returns undefined for 404. Throws CliError for everything else but 2xx. */
  async bytes(path: string): Promise<Buffer | undefined> {
    const ask = async (): Promise<Response> =>
      request(`${this.connection.baseUrl}${path}`, { headers: { authorization: `Bearer ${await this.bearer()}` } });
    let response = await ask();
    if (response.status === 401) {
      this.token = undefined;
      response = await ask();
    }
    if (response.status === 404) return undefined;
    return response.ok ? bodyOf(response) : readAnswer(response);
  }

  /** POST below `/api/v1` with an `Idempotency-Key`, a new one when none is given. Throws CliError for everything but 2xx. */
  async post<T>(path: string, body: object, idempotencyKey: string = randomUUID()): Promise<T> {
    const response = await request(`${this.connection.baseUrl}/api/v1${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await this.bearer()}`,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
      },
      body: JSON.stringify(body),
    });
    return readAnswer<T>(response);
  }

  /** POST below `/api/v1` whose answer is bytes; they are read as they come. Throws CliError for everything but 2xx. */
  async openPost(path: string, body: object): Promise<Response> {
    const begin = new AbortController();
    const timer = setTimeout(() => begin.abort(), DEADLINE_MS);
    const response = await request(`${this.connection.baseUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await this.bearer()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: begin.signal,
    }).finally(() => clearTimeout(timer));
    return response.ok ? response : readAnswer(response);
  }

  /** All pages of a list, up to `limit` items. */
  async list<T>(path: string, query: Readonly<Record<string, string | undefined>>, limit: number): Promise<T[]> {
    const items: T[] = [];
    let after: string | undefined;
    do {
      const page = await this.get<{ items: T[]; next: string | null }>(path, {
        ...query,
        limit: String(Math.min(limit - items.length, 200)),
        after,
      });
      items.push(...page.items);
      after = page.next ?? undefined;
    } while (after !== undefined && items.length < limit);
    return items;
  }

  private async bearer(): Promise<string> {
    if (this.token) return this.token;
    const { clientId, clientSecret, baseUrl } = this.connection;
    const response = await request(`${baseUrl}/oauth/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
    this.token = (await readAnswer<{ access_token: string }>(response)).access_token;
    return this.token;
  }
}

/** A JSON call without an account (health, simulators). */
export async function callJson<T>(url: string, init: RequestInit = {}): Promise<Answer<T>> {
  const response = await request(url, init);
  return { status: response.status, value: (await response.json().catch(() => null)) as T };
}

function suffixOf(query: Readonly<Record<string, string | undefined>>): string {
  const params = new URLSearchParams(
    Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  return params.size > 0 ? `?${params.toString()}` : '';
}

/** A request that reaches the gateway or says that it does not. */
export async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS), ...init });
  } catch {
    throw new CliError(
      `${new URL(url).origin} cannot be reached. Is it running? Start it with npm start.`,
      EXIT.unreachable,
    );
  }
}

async function bodyOf(response: Response): Promise<Buffer> {
  try {
    return Buffer.from(await response.arrayBuffer());
  } catch {
    throw new CliError('The gateway’s answer broke off. Run the command again.', EXIT.unreachable);
  }
}

/** The JSON value of an answer. Throws CliError for everything but 2xx. */
export async function readAnswer<T>(response: Response): Promise<T> {
  const value: unknown = await response.json().catch(() => null);
  if (response.ok) return value as T;
  const { code, title, detail } = (value ?? {}) as Problem;
  const said = [detail ?? title, code ? `(${code})` : undefined].filter((part) => part !== undefined).join(' ');
  throw new CliError(said || `The gateway answered ${response.status}.`, exitCodeOf(response.status));
}

function exitCodeOf(status: number): number {
  if (status === 401 || status === 403) return EXIT.notAllowed;
  if (status === 404 || status === 409) return EXIT.no;
  if (status >= 500) return EXIT.unreachable;
  return EXIT.usage;
}
