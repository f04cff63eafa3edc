import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PARTNER_ENV } from '../testing/partner-config';
import { loadPartnerConfigs } from './load-partners';
import { policyFor } from '#delivery';
import { budgetOf, policyOf, urlOf } from './partner-config';

const SHIPPED = join(__dirname, '../../../config/partners');

describe('partner configuration', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'partners-'));
    cpSync(SHIPPED, dir, { recursive: true });
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const edit = (id: string, from: string | RegExp, to: string): void => {
    const file = join(dir, `${id}.yaml`);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(from);
    writeFileSync(file, text.replace(from, to));
  };

  it('the shipped files are the simulator profile of CONTRACTS §1.1', () => {
    const configs = loadPartnerConfigs(SHIPPED, PARTNER_ENV);
    for (const config of Object.values(configs)) {
      expect(config).toMatchObject({
        validFrom: null,
        validTo: null,
        deadlines: { callMs: 10_000 },
        retry: { firstMs: 500, maxMs: 30_000 },
        absentAfterMs: 2_000,
        resultSignature: 'off',
        precheck: 'warn',
      });
    }
    expect(configs.dvclt).toMatchObject({
      poll: { listMs: 1_000 },
      intake: 'gateway',
      auth: { statusToken: 'shared' },
    });
    expect(configs.hotich.poll).toEqual({ resultFirstMs: 500, resultMaxMs: 10_000 });
    expect(configs.onestop.decisions).toBe('push');
    expect(policyOf(configs.dvclt)).toEqual({
      deadlineMs: 10_000,
      maxConcurrency: 16,
      firstRetryMs: 500,
      maxRetryMs: 30_000,
      maxAttempts: 100,
      maxAgeMs: 86_400_000,
      absentAfterMs: 2_000,
      breaker: { lanes: 5, openMs: 2_000, maxOpenMs: 30_000 },
      perDay: null,
      retryOf: {},
    });
  });

  it('the examples are valid, slower, and point at no real host', () => {
    const examples = loadPartnerConfigs(join(SHIPPED, 'examples'), {
      ...PARTNER_ENV,
      PARTNER_DVCLT_URL: '',
      PARTNER_HOTICH_URL: '',
      PARTNER_DVCQG_URL: '',
      PARTNER_ONESTOP_URL: '',
    });
    const shipped = loadPartnerConfigs(SHIPPED, PARTNER_ENV);
    for (const [id, config] of Object.entries(examples)) {
      expect(new URL(config.baseUrl).hostname).toMatch(/\.test$/);
      expect(config.retry.firstMs).toBeGreaterThan(shipped[id as keyof typeof shipped].retry.firstMs);
    }
    expect(readdirSync(join(SHIPPED, 'examples')).sort()).toEqual([
      'dvclt.yaml',
      'dvcqg.yaml',
      'hotich.yaml',
      'onestop.yaml',
    ]);
  });

  it('the environment wins over the file, values may come from files', () => {
    edit('dvclt', 'auth:', 'auth:\n  username: in-file\n  password: in-file');
    writeFileSync(join(dir, 'secret'), 'from-file\n');
    const { dvclt } = loadPartnerConfigs(dir, {
      ...PARTNER_ENV,
      PARTNER_DVCLT_URL: 'https://other.test/x/',
      PARTNER_DVCLT_PASSWORD: undefined,
      PARTNER_DVCLT_PASSWORD_FILE: join(dir, 'secret'),
    });
    expect(dvclt).toMatchObject({
      baseUrl: 'https://other.test/x/',
      auth: { username: 'user-sample', password: 'from-file' },
    });
  });

  it('takes a retry policy of its own for an operation, and the partner’s for the rest of it', () => {
    edit('hotich', 'retry:', 'retry:\n  operations:\n    submit-registration: { maxAttempts: 7, firstMs: 2000 }');
    const policy = policyOf(loadPartnerConfigs(dir, PARTNER_ENV).hotich);
    expect(policy.retryOf).toEqual({ 'submit-registration': { maxAttempts: 7, firstRetryMs: 2_000 } });
    expect(policyFor(policy, 'submit-registration')).toMatchObject({
      maxAttempts: 7,
      firstRetryMs: 2_000,
      maxRetryMs: 30_000,
    });
    expect(policyFor(policy, 'another')).toMatchObject({ maxAttempts: 100, firstRetryMs: 500 });
    edit('hotich', 'maxAttempts: 7', 'maxTries: 7');
    expect(String(failure(() => loadPartnerConfigs(dir, PARTNER_ENV)).message)).toContain(
      'retry.operations.submit-registration.maxTries',
    );
  });

  it('the limits that a partner agreed to bound its slots, so that nobody waits for leave past his deadline', () => {
    const config = loadPartnerConfigs(SHIPPED, PARTNER_ENV).hotich;
    const limited = (limits: object) => ({ ...config, limits: { ...config.limits, ...limits } });
    expect(budgetOf(config)).toBeUndefined();
    expect(budgetOf(limited({ perSecond: 2.5 }))).toEqual({ perSecond: 2.5, burst: 3, perDay: null });
    expect(budgetOf(limited({ perDay: 100 }))).toEqual({ perSecond: null, burst: 1, perDay: 100 });
    expect(policyOf(limited({ perSecond: 2 })).maxConcurrency).toBe(5);
    expect(policyOf(limited({ perSecond: 0.1 })).maxConcurrency).toBe(1);
    expect(policyOf(limited({ perSecond: 100 })).maxConcurrency).toBe(16);
  });

  it('keeps the path of baseUrl and escapes what is appended', () => {
    const { dvclt } = loadPartnerConfigs(dir, { ...PARTNER_ENV, PARTNER_DVCLT_URL: 'https://other.test/a/b/' });
    expect(urlOf(dvclt, 'detail', 'a/b?c')).toBe('https://other.test/a/b/api/lienthongdvclt/hosolienthong/a%2Fb%3Fc');
    expect(() => urlOf(dvclt, 'nowhere')).toThrow(TypeError);
  });

  it('names every mistake of every file at once, with file and place and without values', () => {
    edit('dvclt', 'callMs: 10000', 'callMs: soon');
    edit('dvclt', /^ {2}list: .*$/m, '');
    edit('onestop', 'decisions: push', 'decisions: pull');
    edit('dvcqg', /^ {2}dstcode: .*$/m, '  dstkode: s3cret');
    rmSync(join(dir, 'hotich.yaml'));
    const error = failure(() => loadPartnerConfigs(dir, { ...PARTNER_ENV, PARTNER_DVCLT_PASSWORD: '' }));
    expect(error).toMatchObject({ code: 'config.invalid' });
    const lines = String(error.message).split('\n');
    for (const part of [
      /dvclt\.yaml: deadlines\.callMs must be integer/,
      /dvclt\.yaml: paths\.list must have required property/,
      /auth\.password of dvclt is missing: set PARTNER_DVCLT_PASSWORD/,
      /hotich\.yaml: cannot be read \(ENOENT\)/,
      /dvcqg\.yaml: auth\.dstkode must NOT have additional properties/,
      /dvcqg\.yaml: auth\.dstcode must have required property/,
      /onestop\.yaml: decisions must be equal to one of the allowed values/,
    ]) {
      expect(lines).toContainEqual(expect.stringMatching(part));
    }
    expect(error.message).not.toContain('s3cret');
  });

  it('refuses an address that is none, a file under the wrong name and a secret file that cannot be read', () => {
    cpSync(join(dir, 'onestop.yaml'), join(dir, 'dvclt.yaml'));
    const error = failure(() =>
      loadPartnerConfigs(dir, {
        ...PARTNER_ENV,
        PARTNER_ONESTOP_URL: 'ftp://x.test',
        PARTNER_DVCQG_USERNAME: '',
        PARTNER_DVCQG_USERNAME_FILE: join(dir, 'none'),
      }),
    );
    expect(error.message).toMatch(/dvclt\.yaml: id must be dvclt/);
    expect(error.message).toMatch(/onestop\.yaml: baseUrl must match pattern/);
    expect(error.message).toMatch(/PARTNER_DVCQG_USERNAME_FILE: cannot be read \(ENOENT\)/);
  });

  it('takes certificate files by their place beside the file, for https only, and a key with its certificate', () => {
    const withTls = (url: string, tls: string): void => {
      edit('onestop', /baseUrl: .*/, `baseUrl: ${url}\ntls: ${tls}`);
    };
    const env = Object.fromEntries(Object.entries(PARTNER_ENV).filter(([name]) => name !== 'PARTNER_ONESTOP_URL'));
    withTls('https://one-stop.example', '{caFile: tls/ca.pem, certificateFile: /etc/c.pem, keyFile: /etc/k.pem}');
    expect(loadPartnerConfigs(dir, env).onestop.tls).toEqual({
      caFile: join(dir, 'tls/ca.pem'),
      certificateFile: '/etc/c.pem',
      keyFile: '/etc/k.pem',
    });
    edit('onestop', 'https://one-stop', 'http://one-stop');
    expect(() => loadPartnerConfigs(dir, env)).toThrow('tls needs a baseUrl that begins https://');
    edit('onestop', /baseUrl: .*\ntls: .*/, 'baseUrl: https://one-stop.example\ntls: {keyFile: k.pem}');
    expect(() => loadPartnerConfigs(dir, env)).toThrow('certificateFile');
  });
});

function failure(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
