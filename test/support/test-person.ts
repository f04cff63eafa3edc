import { generateSync } from 'otplib';
import { hashSecret, newTotpSecret, secretSeal, type Role } from '#access';
import type { TestGateway } from './test-gateway';

/** A person's account with a password, and one-time codes where `totpSecret` is not null. */
export interface TestPerson {
  id: string;
  username: string;
  password: string;
  totpSecret: string | null;
}

export interface PersonToAdd {
  id: string;
  roles: Role[];
  units?: string[];
  withTotp?: boolean;
  mustChangePassword?: boolean;
}

/** Stores a person's account past the product's routes. The cheap hash is enough for a password that guards nothing. */
export async function addPerson(gateway: TestGateway, given: PersonToAdd): Promise<TestPerson> {
  const { id, withTotp = true, mustChangePassword = false } = given;
  const { db, masterKeys, clock } = gateway.parts;
  const totpSecret = withTotp ? newTotpSecret() : null;
  const person = { id, username: `name-of-${id}`, password: `gió mùa của ${id}`, totpSecret };
  await db.execute(
    `with person as (
       insert into client (id, kind, roles, units, created_at) values ($1, 'person', $2, $3, $4)
       on conflict (id) do update set roles = excluded.roles returning id
     )
     insert into account (client_id, username, password_hash, password_set_at, must_change_password, totp_sealed, active_at, reviewed_at, reviewed_by)
     select id, $5, $6, $4, $7, $8, $4, $4, 'test' from person`,
    [
      id,
      given.roles,
      given.units ?? null,
      clock.now(),
      person.username,
      await hashSecret(person.password.normalize('NFC')),
      mustChangePassword,
      totpSecret && secretSeal(masterKeys).seal(id, totpSecret),
    ],
  );
  return person;
}

/** The code that the person's app shows at this time. */
export function codeOf({ totpSecret }: Pick<TestPerson, 'totpSecret'>, at: Date): string | undefined {
  return totpSecret === null
    ? undefined
    : generateSync({ secret: totpSecret, epoch: Math.floor(at.getTime() / 1_000) });
}

type Answer = Awaited<ReturnType<TestGateway['app']['inject']>>;

interface Sent {
  body?: object;
  headers?: Record<string, string>;
  remoteAddress?: string;
}

/** Keeps cookies and the token against cross-site requests as a browser with our console would. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  csrf: string | undefined;
  private sent = 0;

  constructor(private readonly gateway: TestGateway) {}

  async send(method: 'GET' | 'POST' | 'DELETE', url: string, given: Sent = {}): Promise<Answer> {
    const { body, headers = {}, remoteAddress = '203.0.113.7' } = given;
    this.sent += 1;
    const answer = await this.gateway.app.inject({
      method,
      url,
      remoteAddress,
      headers: {
        ...(this.cookies.size > 0 ? { cookie: this.cookieHeader } : {}),
        ...(this.csrf === undefined ? {} : { 'x-csrf-token': this.csrf }),
        ...(method === 'POST' ? { 'idempotency-key': `${this.gateway.parts.ids.next()}-${this.sent}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    for (const { name, value } of answer.cookies as { name: string; value: string }[]) {
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** With the code of now, unless another one is given. */
  async logIn(person: TestPerson, given: Partial<{ password: string; totp: string }> & Sent = {}): Promise<Answer> {
    const { username, password } = person;
    const totp = given.totp ?? codeOf(person, this.gateway.parts.clock.now());
    const answer = await this.send('POST', '/api/v1/session', {
      ...given,
      body: { username, password: given.password ?? password, ...(totp === undefined ? {} : { totp }) },
    });
    if (answer.statusCode === 200) this.csrf = answer.json<{ csrfToken: string }>().csrfToken;
    return answer;
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}
