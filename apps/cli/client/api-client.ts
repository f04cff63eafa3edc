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
    const params = new URLSearchParams(
      Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined),
    );
    const suffix = params.size > 0 ? `?${params.toString()}` : '';
    const response = await request(`${this.connection.baseUrl}/api/v1${path}${suffix}`, {
      headers: { authorization: `Bearer ${await this.bearer()}` },
    });
    return read<T>(response);
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
    return read<T>(response);
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
    this.token = (await read<{ access_token: string }>(response)).access_token;
    return this.token;
  }
}

/** A JSON call without an account (health, simulators). */
export async function callJson<T>(url: string, init: RequestInit = {}): Promise<Answer<T>> {
  const response = await request(url, init);
  return { status: response.status, value: (await response.json().catch(() => null)) as T };
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch {
    throw new CliError(
      `${new URL(url).origin} cannot be reached. Is it running? Start it with npm start.`,
      EXIT.unreachable,
    );
  }
}

async function read<T>(response: Response): Promise<T> {
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
