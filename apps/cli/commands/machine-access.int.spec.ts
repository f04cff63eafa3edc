import { Command } from 'commander';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendToOutbox, sequenceBatch } from '#bus';
import { uuidIds } from '#platform';
import { certificateFolder, temporaryDir } from '#testing';
import { copyConfig, type ConfigCopy } from '../../../test/support/config-copy';
import { secretOf, testGateway, type TestGateway } from '../../../test/support/test-gateway';
import { addClientCommands } from './client';
import { addWebhookCommands } from './webhook';

describe('lienthong client and webhook', () => {
  const written: string[] = [];
  let gateway: TestGateway;
  let config: ConfigCopy;
  let url: string;
  let dir: string;
  beforeAll(async () => {
    config = copyConfig({
      'webhooks.yaml': {
        'webhooks: []': [
          'webhooks:',
          '  - {id: one-stop, url: "https://one-stop.example/hook"}',
          '  - {id: of-commune, client: commune, url: "https://commune.example/hook"}',
        ].join('\n'),
      },
    });
    gateway = await testGateway({ env: { CONFIG_DIR: config.dir } });
    await gateway.addClient({ id: 'one-stop', kind: 'machine', roles: ['integrator'] });
    await gateway.app.listen(0, '127.0.0.1');
    url = await gateway.app.getUrl();
    dir = temporaryDir('machine-access-');
    mkdirSync(join(dir, 'keys'));
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  }, 60_000);
  afterAll(async () => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
    for (const name of ['LIENTHONG_CLIENT_ID', 'LIENTHONG_CLIENT_SECRET']) delete process.env[name];
    await gateway.stop();
    config.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  const run = async (by: string, args: readonly string[], given: { url?: string } = {}): Promise<string> => {
    written.length = 0;
    process.env.LIENTHONG_CLIENT_ID = by;
    process.env.LIENTHONG_CLIENT_SECRET = secretOf(by);
    const program = new Command('lienthong')
      .option('--data <dir>', '', dir)
      .option('--url <url>')
      .option('--json', '', false)
      .exitOverride();
    addClientCommands(program);
    addWebhookCommands(program);
    await program.parseAsync(['--url', given.url ?? url, ...args], { from: 'user' });
    return written.join('');
  };
  const admin = (...args: string[]) => run('administrator', ['client', ...args]);

  it('rotates the secret of a machine, and keeps it in the credentials of its own installation only', async () => {
    const file = join(dir, 'credentials.json');
    const credentials = { baseUrl: 'http://elsewhere', oneStop: { clientId: 'one-stop', clientSecret: 'old' } };
    const keptSecret = () => (JSON.parse(readFileSync(file, 'utf8')) as typeof credentials).oneStop.clientSecret;
    writeFileSync(file, JSON.stringify(credentials));
    const first = await admin('rotate-secret', 'one-stop', '--overlap', '0s');
    expect([first, keptSecret()]).toEqual([expect.stringContaining('is not shown again.\n'), 'old']);
    writeFileSync(file, JSON.stringify({ ...credentials, baseUrl: url }));
    const second = await admin('rotate-secret', 'one-stop', '--overlap', '24h');
    expect(second).toContain(keptSecret());
    expect(second).toContain('It was written to credentials.json.');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const secrets = await admin('secrets', 'one-stop');
    expect(secrets).not.toContain(keptSecret());
    const [, fresh, before] = secrets.split('\n').map((line) => line.split(/\s+/)[0]);
    expect(await admin('end-secret', 'one-stop', before)).toMatch(/^The secret ended \d\d\//);
    await expect(admin('end-secret', 'one-stop', fresh)).rejects.toMatchObject({ exitCode: 1 });
    await expect(admin('rotate-secret', 'one-stop', '--overlap', 'soon')).rejects.toMatchObject({ exitCode: 2 });
  });

  it('adds, lists and ends certificates, and sets quotas', async () => {
    const folder = certificateFolder();
    const { certificateFile } = folder.write('one-stop', folder.issue('one-stop'));
    const added = await admin('add-certificate', 'one-stop', certificateFile, '--by-subject');
    const [, id] = /certificate (\S+) stands/.exec(added)!;
    expect(await admin('certificates', 'one-stop')).toMatch(new RegExp(`${id} +yes +CN=one-stop`));
    expect(await admin('end-certificate', 'one-stop', id)).toMatch(/^The certificate ended/);
    expect(await admin('quota', 'one-stop', '--per-minute', '600')).toBe(
      'one-stop: 600 requests a minute, no limit in a day.\n',
    );
    folder.remove();
  });

  it('makes and rotates the key of a webhook without a gateway, readable by its owner only', async () => {
    const nowhere = { url: 'http://127.0.0.1:9' };
    const first = await run('nobody', ['webhook', 'rotate', 'one-stop'], nowhere);
    expect(first).toMatch(/^whsec_\S{44}\n\nThis is what the receiver needs\. It is a secret/);
    const file = join(dir, 'keys', 'webhook-one-stop.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const second = await run('nobody', ['webhook', 'rotate', 'one-stop', '--type', 'ed25519'], nowhere);
    expect(second).toMatch(/^whpk_\S{44}\n/);
    expect((JSON.parse(readFileSync(file, 'utf8')) as { keys: object[] }).keys).toMatchObject([
      { secret: expect.stringMatching(/^whsk_/), signsUntil: null },
      { secret: first.split('\n')[0], signsUntil: expect.any(String) },
    ]);
    await expect(run('nobody', ['webhook', 'rotate', '../x'], nowhere)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('shows webhooks, stops one and lets it go on', async () => {
    expect(await run('operator', ['webhook', 'status'])).toBe('There are no webhooks.\n');
    await gateway.parts.db.execute(
      `insert into webhook (id, position, state, post_after) values ('one-stop', 0, 'running', now())`,
    );
    expect(await run('operator', ['webhook', 'status'])).toMatch(/one-stop +none: all communes +running +0 +0/);
    expect(await run('operator', ['webhook', 'stop', 'one-stop'])).toBe('The webhook one-stop is stopped.\n');
    expect(await run('operator', ['webhook', 'status'])).toContain('stopped: by-person');
    expect(process.exitCode).toBe(1);
    expect((await gateway.app.inject('/metrics')).body).toContain('lienthong_webhook_stopped{webhook="one-stop"} 1');
    await expect(run('operator', ['webhook', 'stop', 'one-stop'])).rejects.toMatchObject({ exitCode: 1 });
    const skip = (...args: string[]) => run('operator', ['webhook', 'skip', 'one-stop', ...args]);
    const reason = ['--reason', 'refused-for-ever'];
    await expect(skip('x', ...reason)).rejects.toMatchObject({ exitCode: 2 });
    await expect(skip('1', ...reason)).rejects.toMatchObject({ exitCode: 1 });
    const type = 'vn.lienthong.dossier.accepted.v1';
    const event = { eventId: uuidIds.next(), type, at: new Date(), dossierId: null, seq: null, unit: null };
    await gateway.parts.db.run((tx) => appendToOutbox(tx, [{ ...event, codes: {}, data: {} }]));
    await sequenceBatch(gateway.parts.db, 10);
    await expect(skip('1', '--reason', 'no such code')).rejects.toMatchObject({ exitCode: 2 });
    expect(await skip('1', ...reason)).toBe(
      'The webhook one-stop is past event 1, and still stopped: `webhook resume one-stop`.\n',
    );
    expect(await run('operator', ['webhook', 'resume', 'one-stop'])).toBe('The webhook one-stop goes on.\n');
    await expect(run('operator', ['webhook', 'resume', 'other'])).rejects.toMatchObject({ exitCode: 1 });
    await expect(run('auditor', ['webhook', 'stop', 'one-stop'])).rejects.toMatchObject({ exitCode: 4 });
  });

  it('shows in whose name a webhook posts, and what waits of the communes of that account, also while it is disabled', async () => {
    const { db } = gateway.parts;
    const lag = async () =>
      /^lienthong_webhook_lag_positions\{webhook="of-commune"\} (\d+)$/m.exec(
        (await gateway.app.inject('/metrics')).body,
      )?.[1];
    const line = async (): Promise<string> =>
      (await run('operator', ['webhook', 'status'])).split('\n').find((one) => one.startsWith('of-commune'))!;
    await db.execute(
      `insert into webhook (id, position, state, post_after) select 'of-commune', next_position - 1, 'running', now() from sequencer`,
    );
    const type = 'vn.lienthong.dossier.accepted.v1';
    const events = ['99001', '99002', '99001'].map((unit) => ({
      ...{ eventId: uuidIds.next(), type, at: new Date(), dossierId: uuidIds.next(), seq: 1, unit },
      ...{ codes: {}, data: {} },
    }));
    await db.run((tx) => appendToOutbox(tx, events));
    await sequenceBatch(db, 10);
    expect([await line(), await lag()]).toEqual([
      expect.stringMatching(/^of-commune +commune +running +\d+ +\? /),
      undefined,
    ]);
    await gateway.addClient({ id: 'commune', kind: 'machine', roles: ['integrator'], units: ['99001'] });
    expect([await line(), await lag()]).toEqual([expect.stringMatching(/^of-commune +commune +running +\d+ +2 /), '2']);
    await db.execute(`update client set disabled_at = now() where id = 'commune'`);
    expect(await lag()).toBe('2');
    await db.execute(`update client set units = null where id = 'commune'`);
    expect(await lag()).toBe('3');
    await db.execute(`update client set units = '{99001}' where id = 'commune'`);
    const behind = async () =>
      /^lienthong_webhook_behind_positions\{webhook="of-commune"\} (\d+)$/m.exec(
        (await gateway.app.inject('/metrics')).body,
      )?.[1];
    expect(await behind()).toBe('3');
    await db.execute('update sequencer set next_position = next_position + 10000');
    expect(await line()).toMatch(/ 2\+ +10003 /);
    expect(await behind()).toBe('10003');
    await db.execute(`update client set units = '{99003}' where id = 'commune'`);
    expect([await lag(), await behind()]).toEqual(['0', '10003']);
    await db.execute(`update client set units = '{99001}' where id = 'commune'`);
    expect(await run('operator', ['--json', 'webhook', 'status'])).toContain('"isLagLowerBound": true');
  });
});
