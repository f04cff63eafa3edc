import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { ensureMasterKey, fileMasterKeys, secretSeal, verifySecret } from '#access';
import { testDatabase, until } from '#testing';
import { clusterLocation } from './cluster-location';
import { ensureCredentials, registerClients } from './credentials';
import { prepareDataDir } from './data-dir';
import { ensureKeys } from './keys';
import { endStalePostmaster } from './postgres-server';
import { isProcess } from './process-identity';
import { endLeftovers, statePath, writeState } from './stack-state';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('files of an installation', () => {
  let dir: string;
  const children: ChildProcess[] = [];
  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'lienthong-files-'))));
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });

  /** A process whose command line carries the words, as ours do. */
  async function sleeper(...words: string[]): Promise<number> {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e6)', ...words], { stdio: 'ignore' });
    children.push(child);
    await until(() => isProcess(child.pid!, words), 5_000, 'the process');
    return child.pid!;
  }

  it('are for the owner only', () => {
    prepareDataDir(dir);
    ensureKeys(join(dir, 'keys'), 'http://127.0.0.1:1');
    ensureCredentials(dir, { baseUrl: 'http://127.0.0.1:1', simulatorsUrl: null });
    expect(['', 'keys', 'logs'].map((name) => modeOf(join(dir, name)))).toEqual([0o700, 0o700, 0o700]);
    expect(
      ['credentials.json', 'keys/master.key', 'keys/signing.json', 'keys/synclog.json'].map((name) =>
        modeOf(join(dir, name)),
      ),
    ).toEqual([0o600, 0o600, 0o600, 0o600]);
  });

  it('keep keys and secrets from start to start and take the addresses of now', () => {
    prepareDataDir(dir);
    ensureKeys(join(dir, 'keys'), 'http://127.0.0.1:1');
    const key = readFileSync(join(dir, 'keys', 'signing.json'), 'utf8');
    const before = ensureCredentials(dir, { baseUrl: 'http://127.0.0.1:1', simulatorsUrl: null });
    ensureKeys(join(dir, 'keys'), 'http://127.0.0.1:1');
    const after = ensureCredentials(dir, { baseUrl: 'http://127.0.0.1:2', simulatorsUrl: 'http://127.0.0.1:3' });
    expect(readFileSync(join(dir, 'keys', 'signing.json'), 'utf8')).toBe(key);
    expect(after).toEqual({ ...before, baseUrl: 'http://127.0.0.1:2', simulatorsUrl: 'http://127.0.0.1:3' });
    expect(JSON.parse(key)).toMatchObject({
      kty: 'OKP',
      crv: 'Ed25519',
      kid: expect.stringMatching(/^[\w-]{43}$/),
      d: expect.any(String),
    });
    expect(Buffer.from(readFileSync(join(dir, 'keys', 'master.key'), 'utf8'), 'base64')).toHaveLength(32);
  });

  it('have the shape of CONTRACTS §5', () => {
    const credentials = ensureCredentials(dir, { baseUrl: 'http://127.0.0.1:1', simulatorsUrl: null });
    const people = [
      'oneStop',
      'operator',
      'operator2',
      'approver',
      'approver2',
      'auditor',
      'manager',
      'administrator',
      'administrator2',
    ];
    expect(Object.keys(credentials)).toEqual(['baseUrl', 'simulatorsUrl', ...people]);
    expect(credentials.oneStop).toEqual({
      clientId: expect.any(String),
      clientSecret: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('are refused, not replaced, when a secret file is damaged', () => {
    writeFileSync(join(dir, 'credentials.json'), '{"baseUrl"');
    expect(() => ensureCredentials(dir, { baseUrl: 'x', simulatorsUrl: null })).toThrow(/credentials\.json is damaged/);
  });

  it('say what to do when the data folder is a file', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => prepareDataDir(join(dir, 'file'))).toThrow(/is not a folder.*--data DIR/);
  });

  it('make every client known to the database, and a new secret replaces the old one', async () => {
    const database = await testDatabase();
    const credentials = ensureCredentials(dir, { baseUrl: 'http://127.0.0.1:1', simulatorsUrl: null });
    ensureMasterKey(join(dir, 'keys'));
    const keys = fileMasterKeys(join(dir, 'keys'));
    await registerClients(database.ownerUrl, credentials, keys);
    const first = credentials.oneStop.clientSecret;
    // However many there were since: one is known again.
    await database.db.execute(
      `insert into client_secret (client_id, secret_hash, created_at, ended_at)
       select 'one-stop', secret_hash, now(), now() from client_secret, generate_series(1, 9) where client_id = 'auditor'`,
    );
    for (const clientSecret of ['changed', 'changed', first]) {
      credentials.oneStop.clientSecret = clientSecret;
      await registerClients(database.ownerUrl, credentials, keys);
    }
    const rows = await database.db.query<{ roles: string[] }>('select roles from client order by id');
    const secrets = await database.db.query<{ secret_hash: string }>(
      'select secret_hash from client_secret where client_id = $1 and ended_at is null',
      [credentials.oneStop.clientId],
    );
    expect(rows.map((row) => row.roles.join())).toEqual([
      'administrator',
      'administrator',
      'approver',
      'approver',
      'auditor',
      'manager',
      'integrator',
      'operator',
      'operator',
    ]);
    const issued = await database.db.query(`select 1 from synclog_entry where kind = 'client-secret.issued'`);
    expect(issued).toHaveLength(10);
    // The second start with it, and one with the secret before, change nothing: what was ended does not come back.
    expect(await Promise.all(secrets.map((one) => verifySecret('changed', one.secret_hash)))).toEqual([true]);
    await database.drop();
  });

  it('give people accounts to log in by, and leave what was changed since', async () => {
    const database = await testDatabase();
    const credentials = ensureCredentials(dir, { baseUrl: 'http://127.0.0.1:1', simulatorsUrl: null });
    expect(credentials.oneStop).toEqual({ clientId: 'one-stop', clientSecret: expect.any(String) });
    ensureMasterKey(join(dir, 'keys'));
    const keys = fileMasterKeys(join(dir, 'keys'));
    await registerClients(database.ownerUrl, credentials, keys);
    const rows = await database.db.query<{ username: string; password_hash: string; totp_sealed: Buffer }>(
      `select username, password_hash, totp_sealed from account order by client_id`,
    );
    expect(rows).toHaveLength(8);
    const auditor = rows.find(({ username }) => username === credentials.auditor.username)!;
    expect(await verifySecret(credentials.auditor.password, auditor.password_hash)).toBe(true);
    // As dear as a password that somebody chose, so that the time of a log-in tells no names.
    expect(auditor.password_hash).toMatch(/^scrypt\$16384\$8\$5\$/);
    expect(await database.db.query(`select 1 from synclog_entry where kind = 'client.created'`)).toHaveLength(8);
    expect(secretSeal(keys).open('auditor', auditor.totp_sealed)).toBe(credentials.auditor.totpSecret);
    await database.db.execute(`update account set password_hash = 'changed' where client_id = 'auditor'`);
    await registerClients(database.ownerUrl, credentials, keys);
    expect(await database.db.query(`select 1 from account where password_hash = 'changed'`)).toHaveLength(1);
    await database.drop();
  });

  it('give an installation two administrators again when time has left it none, with an entry, and nobody else', async () => {
    const database = await testDatabase();
    const credentials = ensureCredentials(dir, { baseUrl: 'http://127.0.0.1:1', simulatorsUrl: null });
    ensureMasterKey(join(dir, 'keys'));
    const keys = fileMasterKeys(join(dir, 'keys'));
    await registerClients(database.ownerUrl, credentials, keys);
    const disabledAfter = async (sql: string): Promise<string[]> => {
      await database.db.execute(sql);
      await registerClients(database.ownerUrl, credentials, keys);
      const rows = await database.db.query<{ id: string }>(
        'select id from client where disabled_at is not null order by id',
      );
      return rows.map(({ id }) => id);
    };
    expect(await disabledAfter(`update client set disabled_at = now() where id in ('operator', 'auditor')`)).toEqual([
      'auditor',
      'operator',
    ]);
    expect(await disabledAfter('update client set disabled_at = now()')).not.toContain('administrator');
    expect(await disabledAfter('select 1')).toHaveLength(7);
    const entries = await database.db.query(`select 1 from synclog_entry where kind = 'client.changed'`);
    expect(entries).toHaveLength(2);
    await database.drop();
  });

  it('end what a killed start left, and spare a stranger that has its number now', async () => {
    const ours = await sleeper('apps/worker/main.js', `--stack=${dir}`);
    const neighbour = await sleeper('apps/gateway/main.js', `--stack=${dir}x`);
    writeState(dir, {
      baseUrl: 'http://127.0.0.1:1',
      simulatorsUrl: null,
      kafkaBrokers: null,
      databaseUrl: null,
      pids: { worker: ours, gateway: neighbour, kafka: 999_999_999 },
    });
    expect(await endLeftovers(dir, join(dir, 'postgres'))).toEqual(['worker']);
    expect(isProcess(neighbour, ['apps/gateway/main.js'])).toBe(true);
    expect(existsSync(statePath(dir))).toBe(false);
  });

  it('refuse a second start while the first runs', async () => {
    const stack = await sleeper('stack/start.js', '--data', dir);
    writeState(dir, {
      baseUrl: 'http://127.0.0.1:1',
      simulatorsUrl: null,
      kafkaBrokers: null,
      databaseUrl: null,
      pids: { stack },
    });
    await expect(endLeftovers(dir, join(dir, 'postgres'))).rejects.toThrow(/already runs from/);
    expect(existsSync(statePath(dir))).toBe(true);
  });

  it('lose a postmaster.pid whose number belongs to a stranger, and the stranger lives', async () => {
    const stranger = await sleeper('something-else');
    const pidFile = join(dir, 'postmaster.pid');
    writeFileSync(pidFile, `${stranger}\n${dir}\n`);
    await endStalePostmaster(dir);
    expect(existsSync(pidFile)).toBe(false);
    expect(isProcess(stranger, ['something-else'])).toBe(true);
  });

  it('put the cluster of root where another user can go, for this data folder only', () => {
    const [first, copy, root] = ['first', 'copy', 'root'].map((name) => join(dir, name));
    for (const one of [first, copy, root]) mkdirSync(one);
    const cluster = clusterLocation(first, true, () => root);
    expect(cluster.startsWith(join(root, 'clusters'))).toBe(true);
    expect(clusterLocation(first, true, () => root)).toBe(cluster);
    writeFileSync(join(copy, 'postgres.location'), cluster);
    expect(() => clusterLocation(copy, true, () => root)).toThrow(/is a copy of/);
    rmSync(first, { recursive: true });
    expect(clusterLocation(copy, true, () => root)).toBe(cluster);
    expect(clusterLocation(first, false)).toBe(join(first, 'postgres'));
  });

  it('let the application log in without the right to migrate', async () => {
    const database = await testDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await expect(client.query('create table intruder (id integer)')).rejects.toMatchObject({ code: '42501' });
    await client.end();
    await database.drop();
  });
});
