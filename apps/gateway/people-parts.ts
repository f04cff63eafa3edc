import type { Provider } from '@nestjs/common';
import {
  CheckSession,
  LogInPerson,
  OidcLogIn,
  openIdProvider,
  PasswordCheck,
  peopleJournal,
  secretSeal,
  type PeopleOptions,
} from '#access';
import { OIDC_CALLBACK, sessionCookies } from './http/session-cookies';
import type { GatewayParts } from './parts';
import { PEOPLE, PUBLIC_URL, SESSION_COOKIES } from './tokens';

const MINUTE_MS = 60_000;

/** Log-in and administration of people's accounts. */
export function peopleOf(parts: GatewayParts): Provider[] {
  const { settings, clock } = parts;
  const options = peopleOptions(parts);
  const provider =
    settings.oidc &&
    openIdProvider({ ...settings.oidc, redirectUri: `${settings.publicUrl}${OIDC_CALLBACK}` }, () => clock.now());
  return [
    { provide: PUBLIC_URL, useValue: settings.publicUrl },
    { provide: PEOPLE, useValue: options },
    { provide: SESSION_COOKIES, useValue: sessionCookies(settings.publicUrl) },
    { provide: LogInPerson, useValue: new LogInPerson(options) },
    { provide: CheckSession, useValue: new CheckSession(options) },
    { provide: OidcLogIn, useValue: new OidcLogIn(provider, { ...options, strayCallback: strayCallbacks(parts) }) },
  ];
}

function strayCallbacks({ metrics }: Pick<GatewayParts, 'metrics'>): () => void {
  const count = metrics.counter({
    name: 'lienthong_oidc_stray_callbacks_total',
    help: 'Answers of an identity provider that belong to no log-in that began here: late, twice, or made up.',
    labels: [],
  });
  return () => count({});
}

function peopleOptions({ db, clock, ids, settings, masterKeys, syncLog }: GatewayParts): PeopleOptions {
  return {
    db,
    clock,
    ids,
    journal: peopleJournal(syncLog),
    passwords: new PasswordCheck(),
    seal: secretSeal(masterKeys),
    secretSeed: masterKeys.derive('lienthong/client-secrets/1'),
    limits: { idleMs: settings.sessionIdleMinutes * MINUTE_MS, absoluteMs: settings.sessionHours * 60 * MINUTE_MS },
    lock: { maxFailures: settings.maxFailedPasswords, lockMs: settings.lockOutMinutes * MINUTE_MS },
    rolesWithTotp: settings.totpRequiredRoles,
    maxFailures: settings.maxFailedLogIns,
  };
}
