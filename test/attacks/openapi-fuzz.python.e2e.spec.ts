import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAW_SEED } from '../support/law';
import type { Installation } from '../support/installation';
import { installationUnderAttack } from './support/installation-under-attack';
import { knownValues, type Dictionaries } from './support/known-values';
import { runFuzzer } from './support/run-fuzzer';

const IS_SOAK = process.env.SOAK === '1';
/** At least that many requests in all. */
const REQUESTS = IS_SOAK ? 20_000 : 500;
const ACCOUNTS = ['oneStop', 'operator', 'approver', 'auditor', 'manager', 'administrator', 'nobody'];

describe(`every route of the OpenAPI document, as every role (seed ${LAW_SEED})`, () => {
  let installation: Installation;
  let dictionaries: Dictionaries;
  let requests = 0;

  beforeAll(async () => {
    installation = await installationUnderAttack(LAW_SEED % 1_000_000);
    const credentials = JSON.parse(readFileSync(join(installation.dataDir, 'credentials.json'), 'utf8')) as object;
    const accounts = Object.values(credentials).map((account: { clientId?: string }) => account.clientId ?? '');
    dictionaries = await knownValues(installation, accounts);
  }, 240_000);
  afterAll(() => installation?.remove(), 120_000);

  it.each(ACCOUNTS)(
    'answers %s without a server error and within the document',
    async (account) => {
      const dir = join(installation.dataDir, `fuzz-${account}`);
      mkdirSync(dir);
      const report = await runFuzzer({
        dir,
        baseUrl: installation.stack.baseUrl,
        token: account === 'nobody' ? null : await installation.token(account),
        seed: LAW_SEED,
        maxExamples: IS_SOAK ? 40 : 1,
        phases: IS_SOAK ? ['examples', 'coverage', 'fuzzing'] : ['fuzzing'],
        dictionaries,
      });
      requests += report.cases;
      expect(report.failures).toEqual([]);
      expect(report.operations.tested).toBe(report.operations.total);
    },
    1_260_000,
  );

  it('has asked often enough to mean something, and nothing has failed or died behind the answers', () => {
    expect(requests).toBeGreaterThanOrEqual(REQUESTS);
    const logs = installation.logs(['gateway']);
    expect(logs.split('\n').filter((line) => line.includes('"request.failed"'))).toEqual([]);
    expect(logs.match(/"gateway\.started"/g)).toHaveLength(1);
    process.stdout.write(`fuzz: ${requests} requests, seed ${LAW_SEED}\n`);
  });
});
