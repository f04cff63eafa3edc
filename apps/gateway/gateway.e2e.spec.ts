import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureMasterKey, hashSecret, insertClient } from '#access';
import { ensureLogKey, ensureSigningKey } from '#synclog';
import { certificateFolder, temporaryDir, testDatabase, until, type TestDatabase } from '#testing';

const MAIN = join(__dirname, '../../dist/apps/gateway/main.js');

interface Running {
  child: ChildProcess;
  lines: Record<string, unknown>[];
  stderr: string[];
}

describe('the gateway’s process', () => {
  let database: TestDatabase;
  let keyDir: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    keyDir = mkdtempSync(join(tmpdir(), 'lienthong-gateway-'));
    ensureMasterKey(keyDir);
    ensureSigningKey(keyDir);
    ensureLogKey(keyDir, 'http://gateway.test');
    const account = {
      kind: 'person' as const,
      units: null,
      addresses: null,
      operations: null,
      createdAt: new Date(),
      disabledAt: null,
    };
    await insertClient(database.db, {
      ...account,
      id: 'operator',
      roles: ['operator'],
      secretHash: await hashSecret('synthetic'),
    });
  }, 60_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await database.drop();
    rmSync(keyDir, { recursive: true, force: true });
  });

  function start(env: Record<string, string>): Running {
    const child = spawn(process.execPath, [MAIN], {
      cwd: join(__dirname, '../..'),
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const running: Running = { child, lines: [], stderr: [] };
    createInterface({ input: child.stdout }).on('line', (line) =>
      running.lines.push(JSON.parse(line) as Record<string, unknown>),
    );
    createInterface({ input: child.stderr }).on('line', (line) => running.stderr.push(line));
    return running;
  }
  const lineOf = (running: Running, event: string): Record<string, unknown> | undefined =>
    running.lines.find((line) => line.event === event);

  it('listens, gets ready, serves, and drains at SIGTERM: a long poll in flight is answered', async () => {
    const running = start({
      DATABASE_URL: database.url,
      KEY_DIR: keyDir,
      PUBLIC_URL: 'http://gateway.test',
      BUS: 'postgres',
      PORT: '0',
    });
    await until(
      () => lineOf(running, 'gateway.started') !== undefined,
      20_000,
      () => `the gateway to start: ${JSON.stringify([running.lines, running.stderr])}`,
    );
    const base = `http://127.0.0.1:${String(lineOf(running, 'gateway.listening')?.port)}`;
    await until(async () => (await fetch(`${base}/health/ready`)).status === 200, 10_000, 'the gateway to be ready');
    const logIn = await fetch(`${base}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'operator',
        client_secret: 'synthetic',
      }),
    });
    const { access_token } = (await logIn.json()) as { access_token: string };
    const poll = fetch(`${base}/api/v1/feed?waitSeconds=30`, { headers: { authorization: `Bearer ${access_token}` } });
    await until(async () => (await pollsIn(base)) > 0, 5_000, 'the poll to be in flight');
    running.child.kill('SIGTERM');
    const answer = await poll;
    expect([answer.status, await answer.json()]).toEqual([200, { items: [], next: 0 }]);
    await until(
      () => running.child.exitCode !== null,
      8_000,
      () => `the gateway to end: ${JSON.stringify(running.lines.slice(-5))}`,
    );
    expect(running.child.exitCode).toBe(0);
    expect(running.lines.map((line) => line.event)).toEqual(
      expect.arrayContaining(['gateway.listening', 'gateway.started', 'gateway.stopping', 'gateway.stopped']),
    );
    await expect(fetch(base)).rejects.toThrow();
  }, 60_000);

  it('does not start with a certificate that is not its key’s, and names the files', async () => {
    const folder = certificateFolder();
    const { certificateFile } = folder.write('one', folder.issue('one'));
    const { keyFile } = folder.write('two', folder.issue('two'));
    const running = start({
      DATABASE_URL: database.url,
      KEY_DIR: keyDir,
      PUBLIC_URL: 'https://gateway.test',
      BUS: 'postgres',
      PORT: '0',
      TLS_CERTIFICATE_PATH: certificateFile,
      TLS_KEY_PATH: keyFile,
    });
    await until(() => running.child.exitCode !== null, 20_000, 'the gateway to end');
    folder.remove();
    expect(running.child.exitCode).toBe(1);
    expect(lineOf(running, 'gateway.start-failed')).toMatchObject({
      code: 'tls-files-invalid',
      message: expect.stringContaining(
        `the private key ${keyFile} does not belong to the certificate ${certificateFile}`,
      ),
    });
    expect(lineOf(running, 'gateway.listening')).toBeUndefined();
  }, 30_000);

  it('does not start with a folder of large objects that belongs to another installation', async () => {
    const objectDir = temporaryDir('gateway-objects-');
    writeFileSync(join(objectDir, 'installation'), '00000000-0000-4000-8000-000000000000\n');
    const running = start({
      DATABASE_URL: database.url,
      KEY_DIR: keyDir,
      PUBLIC_URL: 'http://gateway.test',
      BUS: 'postgres',
      PORT: '0',
      OBJECT_DIR: objectDir,
    });
    await until(() => running.child.exitCode !== null, 20_000, 'the gateway to end');
    expect(running.child.exitCode).toBe(1);
    expect(lineOf(running, 'gateway.start-failed')).toMatchObject({ code: 'object-store-foreign' });
    expect(lineOf(running, 'gateway.listening')).toBeUndefined();
  }, 30_000);

  it('says everything that is wrong with its configuration, and ends with 2', async () => {
    const running = start({ DATABASE_URL: 'mysql://x', PORT: 'x' });
    await until(() => running.child.exitCode !== null, 20_000, 'the gateway to end');
    expect(running.child.exitCode).toBe(2);
    expect(lineOf(running, 'gateway.settings-invalid')?.problems).toEqual([
      'DATABASE_URL must be a URL beginning postgres:// or postgresql://',
      'KEY_DIR must be set: it has no default',
      'PUBLIC_URL must be set: it has no default',
      'PORT must be a whole number from 0 to 65535',
    ]);
  }, 30_000);
});

/** Requests that are at the feed. */
async function pollsIn(base: string): Promise<number> {
  const metrics = await (await fetch(`${base}/metrics`)).text();
  return Number(/^lienthong_feed_waiting (\d+)$/m.exec(metrics)?.[1] ?? 0);
}
