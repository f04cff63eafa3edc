import { list, optionalText, SettingsError, text, url, whole, type ValuesOf } from './setting';

/** The roles of accounts, as libs/access has them. */
const ROLE_NAMES = ['integrator', 'operator', 'approver', 'auditor', 'manager', 'administrator'] as const;
const ROLES_OF_PEOPLE = ROLE_NAMES.filter((role) => role !== 'integrator');

/** How people log in. */
export const PEOPLE = {
  sessionIdleMinutes: whole('SESSION_IDLE_MINUTES', 1, 1_440, {
    about: 'A session of a person ends when it was not used for so long, minutes.',
    fallback: 30,
  }),
  sessionHours: whole('SESSION_HOURS', 1, 168, {
    about: 'A session of a person ends so long after the log-in, used or not, hours.',
    fallback: 10,
  }),
  maxFailedPasswords: whole('MAX_FAILED_PASSWORDS', 2, 100, {
    about: 'Failed log-ins in a row, of password or one-time code, that lock a person’s account for a while.',
    fallback: 5,
  }),
  lockOutMinutes: whole('LOCK_OUT_MINUTES', 1, 1_440, {
    about: 'How long it is locked then, minutes.',
    fallback: 15,
  }),
  totpRequiredRoles: list('TOTP_REQUIRED_ROLES', ROLE_NAMES, {
    about: 'Roles whose people need a one-time code (TOTP) besides the password, comma-separated.',
    fallback: ROLES_OF_PEOPLE,
    fallbackText: `all of people: ${ROLES_OF_PEOPLE.join(', ')}`,
  }),
  oidcIssuer: url('OIDC_ISSUER', ['http:', 'https:'], {
    about:
      'Identity provider (OpenID Connect) at which people may log in; `http://` on this machine only. None when absent.',
    fallback: '',
    fallbackText: 'none',
  }),
  oidcClientId: optionalText('OIDC_CLIENT_ID', { about: 'Our client id at the provider.' }),
  oidcClientSecret: text('OIDC_CLIENT_SECRET', {
    about: 'Our secret at the provider.',
    fallback: '',
    fallbackText: 'none',
    isSecret: true,
  }),
  oidcClaim: text('OIDC_CLAIM', {
    about: 'Claim of the ID token that names the account: with the issuer it must be what the account was linked to.',
    fallback: 'sub',
  }),
};

type PeopleValues = ValuesOf<typeof PEOPLE>;

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  claim: string;
}

export type WithOidc<T extends PeopleValues> = Omit<T, keyof PeopleValues & `oidc${string}`> & {
  /** Null: no provider. */
  readonly oidc: OidcSettings | null;
};

/** Gathers what belongs to the provider. Throws a SettingsError when some of it is missing, or secrets would travel in the clear. */
export function withOidc<T extends PeopleValues>(values: T): WithOidc<T> {
  const { oidcIssuer: issuer, oidcClientId, oidcClientSecret: clientSecret, oidcClaim: claim, ...rest } = values;
  if (issuer === '') return { ...rest, oidc: null };
  const problems = [
    ...(oidcClientId === null ? ['OIDC_CLIENT_ID must be set: there is an OIDC_ISSUER'] : []),
    ...(clientSecret === '' ? ['OIDC_CLIENT_SECRET must be set: there is an OIDC_ISSUER'] : []),
    ...(isSafe(new URL(issuer)) ? [] : ['OIDC_ISSUER must begin https://, unless the provider runs on this machine']),
  ];
  if (problems.length > 0) throw new SettingsError(problems);
  return { ...rest, oidc: { issuer, clientId: oidcClientId ?? '', clientSecret, claim } };
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
