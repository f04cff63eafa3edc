import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVault, ensureMasterKey, fileMasterKeys, OwnerKeyRewrap, type VaultStatus } from '#access';
import { silentLog, systemClock, uuidIds } from '#platform';
import { temporaryDir, testDatabase, type TestDatabase } from '#testing';
import { CliError, EXIT } from '../client/cli-error';
import { addVaultCommands } from './vault';

/** The commands as an administrator runs them, on a database and a folder of keys. */
describe('lienthong vault', () => {
  const keyDir = temporaryDir('vault-keys-');
  const written: string[] = [];
  let test: TestDatabase;

  beforeAll(async () => {
    ensureMasterKey(keyDir);
    test = await testDatabase();
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await test.drop();
  });

  async function run(...args: string[]): Promise<{ code: unknown; text: string }> {
    written.length = 0;
    process.exitCode = undefined;
    const program = new Command('lienthong').option('--data <dir>', '', '.lienthong').option('--json', '', false);
    addVaultCommands(program.exitOverride());
    try {
      await program.parseAsync(['vault', ...args, '--keys', keyDir], { from: 'user' });
      return { code: process.exitCode ?? EXIT.done, text: written.join('') };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return { code: error.exitCode, text: error.message };
    } finally {
      process.exitCode = undefined;
    }
  }
  const onDatabase = (...args: string[]): ReturnType<typeof run> => run(...args, '--database', test.url);
  const status = async (): Promise<VaultStatus> =>
    JSON.parse((await onDatabase('status', '--json')).text) as VaultStatus;

  async function seal(text: string): Promise<string> {
    const vault = createVault({ db: test.db, keys: fileMasterKeys(keyDir), ids: uuidIds, clock: systemClock });
    const owner = { ownerKind: 'dossier' as const, ownerId: uuidIds.next() };
    const object = { kind: 'content' as const, contentType: 'text/plain', bytes: Buffer.from(text) };
    return (await test.db.run((tx) => vault.seal(tx, owner, [object])))[0].ref;
  }

  it('leads through a change of the master key: made, followed by the owner keys, retired', async () => {
    await seal('tell-tale content');
    const [{ id: first }] = (await status()).masterKeys;
    expect((await run('rotate-master-key')).text).toContain('is the current master key');
    expect((await status()).masterKeys).toMatchObject([
      { id: first, state: 'old', ownerKeys: 1 },
      { state: 'current', ownerKeys: 0 },
    ]);
    expect(await onDatabase('retire-master-key', first)).toMatchObject({ code: EXIT.usage });
    const early = await onDatabase('retire-master-key', first, '--yes');
    expect(early).toEqual({ code: EXIT.no, text: expect.stringContaining('1 owner keys still hang on') as string });
    const rewrap = new OwnerKeyRewrap({ db: test.db, keys: fileMasterKeys(keyDir), log: silentLog });
    while ((await rewrap.round()) > 0);
    expect((await onDatabase('status')).text).toContain(`npx lienthong vault retire-master-key ${first}`);
    expect(await onDatabase('retire-master-key', first, '--yes')).toEqual({
      code: EXIT.done,
      text: `${first} is retired.\n`,
    });
    expect(await status()).toMatchObject({
      masterKeys: [{ state: 'current', ownerKeys: 1 }],
      retired: [{ id: first }],
    });
  });

  it('shows no byte of a key', async () => {
    const { keys } = JSON.parse(readFileSync(join(keyDir, 'master.key'), 'utf8')) as { keys: { key: string }[] };
    for (const { text } of [
      await onDatabase('status', '--json'),
      await run('rotate-master-key', '--prepare', '--json'),
    ])
      for (const { key } of keys) expect(text).not.toContain(key);
  });

  it('says which object cannot be read, with nothing of its content, and ends with 1', async () => {
    const ref = await seal('tell-tale content');
    expect(await onDatabase('check', '--per-second', '10000')).toMatchObject({ code: EXIT.done });
    await test.db.execute(`update vault_object set salt = sha256('x') where id = $1`, [ref]);
    const { code, text } = await onDatabase('check', '--per-second', '10000');
    expect(code).toBe(EXIT.no);
    expect(text).toContain(ref);
    expect(text).toContain('vault-tampered');
    expect(text).not.toContain('tell-tale');
  });

  it.each<[string, readonly string[], number]>([
    ['an unknown key to retire', ['retire-master-key', '00000000', '--yes', '--database', 'DATABASE'], EXIT.no],
    ['a key to use that was not prepared', ['rotate-master-key', '--to', '00000000'], EXIT.no],
    ['a database that is not there', ['status', '--database', 'postgresql://x:y@127.0.0.1:1/z'], EXIT.unreachable],
  ])('ends with a sentence for %s', async (_what, args, code) => {
    const answer = await run(...args.map((arg) => (arg === 'DATABASE' ? test.url : arg)));
    expect(answer).toMatchObject({ code, text: expect.stringMatching(/^[A-Z0-9t].*\.$/) as string });
  });
});
