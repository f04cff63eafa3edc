import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAW_SEED } from '../support/law';
import type { Installation } from '../support/installation';
import { installationUnderAttack } from './support/installation-under-attack';
import { knownValues, type Dictionaries } from './support/known-values';
import { openSession, shownSession } from './support/person-session';
import { runFuzzer, type FuzzReport, type FuzzRun } from './support/run-fuzzer';

const IS_SOAK = process.env.SOAK === '1';
/** At least that many requests in all. */
const REQUESTS = IS_SOAK ? 20_000 : 500;
const ACCOUNTS = ['oneStop', 'operator', 'approver', 'auditor', 'manager', 'administrator', 'nobody'];
/** A person who asks by a session alone, never by a token: what the log says of this account came by the cookie. */
const BY_SESSION = 'operator2';
/** What ends the session, so that everything behind it would be refused: the log-out at once, and the change of the password because wrong
 *  current ones lock the account and end its sessions after the fifth (`MAX_FAILED_PASSWORDS`). */
const ENDS_SESSION = ['session.end', 'session.change-password'];
/** At least that many POSTs of the run by session came past the gate. */
const POSTS_ADMITTED = IS_SOAK ? 2_000 : 20;

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

  const fuzz = async (name: string, by: Pick<FuzzRun, 'headers' | 'leftOut'>): Promise<FuzzReport> => {
    const dir = join(installation.dataDir, `fuzz-${name}`);
    mkdirSync(dir);
    const report = await runFuzzer({
      dir,
      baseUrl: installation.stack.baseUrl,
      seed: LAW_SEED,
      maxExamples: IS_SOAK ? 40 : 1,
      phases: IS_SOAK ? ['examples', 'coverage', 'fuzzing'] : ['fuzzing'],
      dictionaries,
      ...by,
    });
    requests += report.cases;
    return report;
  };

  // The first: what the others send as names and passwords of accounts may lock them.
  it('answers an operator who asks by a session in the same way, and the session lasts', async () => {
    const session = await openSession(installation, BY_SESSION);
    const report = await fuzz('session', { headers: session.headers, leftOut: ENDS_SESSION });
    expect(report.failures).toEqual([]);
    expect(report.operations.tested).toBe(report.operations.total - ENDS_SESSION.length);
    expect(await shownSession(installation, session)).toMatchObject({ clientId: session.clientId, how: 'password' });
    // Past the gate with the cookie and its token against cross-site requests: the line of a refused request names nobody.
    const admitted = installation
      .logs(['gateway'])
      .split('\n')
      .filter((line) => line.includes('"request.handled"') && line.includes(`"clientId":"${session.clientId}"`));
    expect(admitted.filter((line) => line.includes('"method":"POST"')).length).toBeGreaterThan(POSTS_ADMITTED);
  }, 1_260_000);

  it.each(ACCOUNTS)(
    'answers %s without a server error and within the document',
    async (account) => {
      const headers: Record<string, string> =
        account === 'nobody' ? {} : { Authorization: `Bearer ${await installation.token(account)}` };
      const report = await fuzz(account, { headers });
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
