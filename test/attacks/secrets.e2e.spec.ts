import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation';
import { lienthong } from '../support/installed-cli';
import { until } from '../support/until';
import { filesBelow, foundIn, secretsOf, type Secret } from './support/secrets-of';

const TYPED = 'typed-by-mistake-Xy7Qw2';

describe('the secrets of a running installation', () => {
  let installation: Installation;
  let secrets: Secret[];
  let token: string;

  beforeAll(async () => {
    installation = await Installation.start(['--bus', 'postgres']);
    secrets = secretsOf(installation.dataDir);
    token = await installation.token('operator');
    const [code] = await installation.fileCases('birth', 1, 771);
    await until(async () => (await installation.dossier(code))?.state === 'finished', 60_000, 'a finished dossier');
    await failedLogIn();
  }, 240_000);
  afterAll(() => installation?.remove(), 120_000);

  /** A right account with the secret of a typing error, and the secret in the place of the account. */
  async function failedLogIn(): Promise<void> {
    for (const [id, secret] of [
      ['operator', TYPED],
      [TYPED, 'operator'],
    ]) {
      const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
      const answer = await fetch(`${installation.stack.baseUrl}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams(form),
      });
      expect(answer.status).toBe(401);
      await answer.body?.cancel();
    }
  }
  const processText = (pid: string | number, file: 'cmdline' | 'environ'): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      // It has ended meanwhile, or is another user's.
      return '';
    }
  };

  it('are there to be looked for', () => {
    const places = secrets.map(({ where }) => where);
    for (const part of [
      'credentials.json.oneStop.clientSecret',
      'database.json',
      'keys/master',
      'keys/signing',
      'keys/synclog',
    ])
      expect(places).toContainEqual(expect.stringContaining(part));
  });

  it('stand in files that nobody else may read', () => {
    expect(statSync(installation.dataDir).mode & 0o077).toBe(0);
    for (const file of ['credentials.json', 'database.json', 'stack.json', ...filesBelow(installation.dataDir, 'keys')])
      expect([file, statSync(join(installation.dataDir, file)).mode & 0o077]).toEqual([file, 0]);
  });

  it('stand in no log, not on the terminal, and in no answer of the command line', async () => {
    const looked = [...secrets, { where: 'an access token', value: token }, { where: 'what was typed', value: TYPED }];
    for (const file of filesBelow(installation.dataDir, 'logs'))
      expect([file, foundIn(readFileSync(join(installation.dataDir, file), 'utf8'), looked)]).toEqual([file, []]);
    expect(foundIn(installation.terminal, looked)).toEqual([]);
    for (const command of [['status'], ['stack', 'status'], ['dossier', 'list']])
      expect([command, foundIn(JSON.stringify(await lienthong(installation, command)), looked)]).toEqual([command, []]);
    const metrics = (await installation.read('/metrics', 'operator')).toString('utf8');
    expect(foundIn(metrics, looked)).toEqual([]);
  });

  // Where there is no /proc a list of processes shows what `ps` shows: the same command lines.
  if (existsSync('/proc/self/cmdline')) {
    it('stand in no command line, which everybody on the machine can list', () => {
      const looked = [...secrets, { where: 'an access token', value: token }];
      const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      expect(pids.flatMap((pid) => foundIn(processText(pid, 'cmdline'), looked))).toEqual([]);
    });

    it('stand in the environment, which the same user can read, only where a process needs them', () => {
      const { pids } = installation.stack;
      const of = (name: string): string[] => foundIn(processText(pids[name], 'environ'), secrets);
      // The login of the database; never a key, never what a client or a person logs in by.
      for (const name of ['gateway', 'worker'])
        expect(of(name).filter((place) => !place.startsWith('database.json'))).toEqual([]);
      expect(of('simulators')).toEqual(['credentials.json.oneStop.clientSecret']);
      expect(of('postgres')).toEqual([]);
    });
  }
});
