import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from '../../support/installation';
import { codeOf } from '../../support/test-person';

interface PersonCredentials {
  clientId: string;
  username: string;
  password: string;
  totpSecret: string;
}

interface SessionAnswer {
  clientId: string;
  how: string;
}

/** A session of a person, as a browser with our console keeps it. */
export interface PersonSession {
  clientId: string;
  /** `name=value` of its cookie, and its token against cross-site requests: both are secrets. */
  headers: { Cookie: string; 'X-CSRF-Token': string };
}

/** Logs a person of credentials.json in, by password and one-time code.
 *  @throws Error when the log-in is not accepted, or comes without a cookie */
export async function openSession(installation: Installation, account: string): Promise<PersonSession> {
  const file = readFileSync(join(installation.dataDir, 'credentials.json'), 'utf8');
  const { [account]: person } = JSON.parse(file) as Record<string, PersonCredentials>;
  const { username, password } = person;
  const answer = await fetch(sessionUrl(installation), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password, totp: codeOf(person, new Date()) }),
  });
  const [cookie] = answer.headers.getSetCookie();
  if (answer.status !== 200 || cookie === undefined) throw new Error(`no session for ${account}: ${answer.status}`);
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  return { clientId: person.clientId, headers: { Cookie: cookie.split(';')[0], 'X-CSRF-Token': csrfToken } };
}

/** Whose session it still is and how it was opened. */
export async function shownSession(installation: Installation, { headers }: PersonSession): Promise<SessionAnswer> {
  return (await (await fetch(sessionUrl(installation), { headers })).json()) as SessionAnswer;
}

function sessionUrl({ stack }: Installation): string {
  return `${stack.baseUrl}/api/v1/session`;
}
