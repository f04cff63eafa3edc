import { SettingsError } from './setting';
import { gatewaySettings } from './settings';

const LEAST = {
  DATABASE_URL: 'postgres://u:p@h/db',
  KEY_DIR: '/keys',
  PUBLIC_URL: 'https://gateway.test',
};
const PROVIDER = { OIDC_ISSUER: 'https://id.test', OIDC_CLIENT_ID: 'lienthong', OIDC_CLIENT_SECRET: 'secret' };

describe('settings of people’s log-in', () => {
  it('ask everybody but machines for one-time codes, and know no provider, when nothing is said', () => {
    const settings = gatewaySettings(LEAST);
    expect(settings.totpRequiredRoles).toEqual(['operator', 'approver', 'auditor', 'manager', 'administrator']);
    expect(settings.oidc).toBeNull();
    expect(settings).toMatchObject({
      sessionIdleMinutes: 30,
      sessionHours: 10,
      maxFailedPasswords: 5,
      lockOutMinutes: 15,
    });
  });

  it('gather what belongs to the provider', () => {
    expect(gatewaySettings({ ...LEAST, ...PROVIDER }).oidc).toEqual({
      issuer: 'https://id.test',
      clientId: 'lienthong',
      clientSecret: 'secret',
      claim: 'sub',
    });
    expect(gatewaySettings({ ...LEAST, ...PROVIDER, OIDC_ISSUER: 'http://127.0.0.1:9/oidc' }).oidc?.issuer).toBe(
      'http://127.0.0.1:9/oidc',
    );
  });

  it('name what is missing, and refuse a provider whose answers anybody on the way could change', () => {
    const problems = (env: Record<string, string>): readonly string[] => {
      try {
        gatewaySettings({ ...LEAST, ...env });
      } catch (error) {
        if (error instanceof SettingsError) return error.problems;
        throw error;
      }
      return [];
    };
    expect(problems({ OIDC_ISSUER: 'http://id.test' })).toEqual([
      'OIDC_CLIENT_ID must be set: there is an OIDC_ISSUER',
      'OIDC_CLIENT_SECRET must be set: there is an OIDC_ISSUER',
      'OIDC_ISSUER must begin https://, unless the provider runs on this machine',
    ]);
  });
});
