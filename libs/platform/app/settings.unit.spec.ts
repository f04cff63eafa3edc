import { SettingsError } from './setting';
import { gatewaySettings, settingsReference, workerSettings } from './settings';

const LEAST = {
  DATABASE_URL: 'postgres://u:secret@127.0.0.1/db',
  KEY_DIR: '/keys',
  PUBLIC_URL: 'https://gateway.test/',
};
const noFile = (): string => {
  throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
};

describe('settings', () => {
  it('fills in every default from the least that must be said', () => {
    expect(gatewaySettings(LEAST)).toEqual({
      databaseUrl: LEAST.DATABASE_URL,
      databasePoolSize: 10,
      bus: { kind: 'postgres', brokers: [] },
      keyDir: '/keys',
      objectDir: null,
      archiveDir: null,
      objectMinBytes: 1_048_576,
      configDir: 'config',
      publicUrl: 'https://gateway.test',
      fileLinkDays: 30,
      logLevel: 'info',
      host: '127.0.0.1',
      port: 3000,
      trustedProxies: [],
      maxBodyBytes: 262_144,
      maxDossierBytes: 67_108_864,
      maxFailedLogIns: 10,
      sessionIdleMinutes: 30,
      sessionHours: 10,
      maxFailedPasswords: 5,
      lockOutMinutes: 15,
      totpRequiredRoles: ['operator', 'approver', 'auditor', 'manager', 'administrator'],
      oidc: null,
      secretOverlapHours: 168,
      secretOverlapMaxHours: 720,
      tls: null,
      drainMs: 10_000,
    });
    expect(workerSettings(LEAST)).toMatchObject({
      roles: expect.arrayContaining(['relay', 'router', 'couriers']),
      workerId: null,
      metricsPort: 0,
    });
  });

  it('takes what belongs to TLS together, and nothing by halves', () => {
    const read = (more: Record<string, string>) => gatewaySettings({ ...LEAST, ...more });
    const pair = { TLS_CERTIFICATE_PATH: '/c.pem', TLS_KEY_PATH: '/k.pem' };
    expect(read({ ...pair, TLS_CLIENT_CA_PATH: '/ca.pem', TLS_CLIENT_CERTIFICATES: 'required' }).tls).toEqual({
      certificatePath: '/c.pem',
      keyPath: '/k.pem',
      clientCaPath: '/ca.pem',
      isClientCertificateRequired: true,
      lookMs: 10_000,
    });
    expect(() => read({ TLS_KEY_PATH: '/k.pem' })).toThrow('must be set together');
    expect(() => read({ ...pair, TLS_CLIENT_CERTIFICATES: 'required' })).toThrow('TLS_CLIENT_CA_PATH must be set');
    expect(() => read({ TLS_CLIENT_CA_PATH: '/ca.pem' })).toThrow('TLS_CERTIFICATE_PATH must be set');
  });

  it('names every problem at once and repeats no value', () => {
    const wrong = {
      DATABASE_URL: 'mysql://u:hunter2@x',
      PORT: '70000',
      MAX_BODY_BYTES: '1e6',
      LOG_LEVEL: 'loud',
      WORKER_ROLES: 'router,chef',
    };
    const problems = (read: () => unknown): readonly string[] => {
      try {
        read();
      } catch (error) {
        expect(error).toBeInstanceOf(SettingsError);
        expect((error as Error).message).not.toMatch(/hunter2|loud|chef/);
        return (error as SettingsError).problems;
      }
      return [];
    };
    expect(problems(() => gatewaySettings(wrong))).toEqual([
      'DATABASE_URL must be a URL beginning postgres:// or postgresql://',
      'KEY_DIR must be set: it has no default',
      'PUBLIC_URL must be set: it has no default',
      'LOG_LEVEL must be one of debug, info, warn, error, silent',
      'PORT must be a whole number from 0 to 65535',
      'MAX_BODY_BYTES must be a whole number from 1024 to 16777216',
    ]);
    expect(problems(() => workerSettings({ ...LEAST, ...wrong, DATABASE_URL: LEAST.DATABASE_URL }))).toContainEqual(
      expect.stringContaining('WORKER_ROLES must be a comma-separated list out of'),
    );
  });

  it('reads a value from the file that NAME_FILE names, trimmed', () => {
    const { DATABASE_URL, ...rest } = LEAST;
    const read = (path: string): string => (path === '/run/secrets/db' ? `${DATABASE_URL}\n` : noFile());
    expect(gatewaySettings({ ...rest, DATABASE_URL_FILE: '/run/secrets/db' }, read).databaseUrl).toBe(DATABASE_URL);
    expect(() => gatewaySettings({ ...rest, DATABASE_URL_FILE: '/gone' }, noFile)).toThrow(
      'DATABASE_URL_FILE names (ENOENT)',
    );
    expect(() => gatewaySettings({ ...LEAST, DATABASE_URL_FILE: '/run/secrets/db' }, read)).toThrow(
      'both DATABASE_URL and DATABASE_URL_FILE are set',
    );
  });

  it('counts an empty variable as absent', () => {
    expect(gatewaySettings({ ...LEAST, PORT: '', KAFKA_BROKERS: '' }).port).toBe(3000);
  });

  it('takes Kafka when brokers are named, unless told otherwise, and refuses Kafka without brokers', () => {
    expect(gatewaySettings({ ...LEAST, KAFKA_BROKERS: 'a:9092, b:9092' }).bus).toEqual({
      kind: 'kafka',
      brokers: ['a:9092', 'b:9092'],
    });
    expect(gatewaySettings({ ...LEAST, KAFKA_BROKERS: 'a:9092', BUS: 'postgres' }).bus.kind).toBe('postgres');
    expect(() => gatewaySettings({ ...LEAST, BUS: 'kafka' })).toThrow('KAFKA_BROKERS must be set: BUS is kafka');
  });

  it('describes every variable that it reads, and the partners’ overrides', () => {
    const reference = settingsReference();
    for (const name of [
      'DATABASE_URL',
      'KAFKA_BROKERS',
      'KEY_DIR',
      'PORT',
      'WORKER_ROLES',
      'PARTNER_DVCLT_URL',
      'PARTNER_DVCLT_SECRET_ID',
      'PARTNER_DVCLT_SECRET_PASS',
      'PARTNER_HOTICH_USERNAME',
      'PARTNER_ONESTOP_PASSWORD',
    ]) {
      expect(reference).toContain(`| \`${name}\` |`);
    }
  });
});
