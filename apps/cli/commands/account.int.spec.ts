import { Command } from 'commander';
import { PassThrough } from 'node:stream';
import { secretOf, testGateway, type TestGateway } from '../../../test/support/test-gateway';
import { addPerson, codeOf } from '../../../test/support/test-person';
import { addAccountCommands } from './account';

/** Two administrators at their terminals, and a person at another. */
describe('lienthong account', () => {
  const written: string[] = [];
  let gateway: TestGateway;
  let url: string;
  beforeAll(async () => {
    gateway = await testGateway();
    await gateway.addClient({ id: 'administrator2', roles: ['administrator'] });
    await gateway.app.listen(0, '127.0.0.1');
    url = await gateway.app.getUrl();
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  }, 60_000);
  afterAll(async () => {
    jest.restoreAllMocks();
    for (const name of ['LIENTHONG_CLIENT_ID', 'LIENTHONG_CLIENT_SECRET']) delete process.env[name];
    await gateway.stop();
  });

  const run = async (by: string, args: readonly string[], input: readonly string[] = []): Promise<string> => {
    written.length = 0;
    process.env.LIENTHONG_CLIENT_ID = by;
    process.env.LIENTHONG_CLIENT_SECRET = secretOf(by);
    const program = new Command('lienthong')
      .option('--data <dir>', '', '/nowhere')
      .option('--url <url>')
      .option('--json', '', false)
      .exitOverride();
    const lines = new PassThrough();
    lines.end(input.map((line) => `${line}\n`).join(''));
    addAccountCommands(program, lines);
    await program.parseAsync(['--url', url, 'account', ...args], { from: 'user' });
    return written.join('');
  };
  const changeOf = (output: string): string => /Proposed as (\S+):/.exec(output)![1];

  it('proposes an account, shows what waits, confirms it as another administrator, and lists it', async () => {
    const draft = ['create', 'cb-0001', '--username', 'thu.nghiem', '--roles', 'operator,approver', '--units', '99001'];
    const proposed = await run('administrator', [...draft, '--reason', 'người mới']);
    expect(proposed).toMatch(/First half of the first password, shown this once: [\w-]{12}\n/);
    expect(await run('administrator', ['changes'])).toMatch(/create-account +cb-0001 .*roles: operator, approver/);
    await expect(run('administrator', ['confirm', changeOf(proposed)])).rejects.toMatchObject({ exitCode: 4 });
    const confirmed = await run('administrator2', ['confirm', changeOf(proposed)]);
    expect(confirmed).toMatch(/is confirmed\.\nSecond half of the first password, shown this once: [\w-]{12}\n/);
    expect(await run('administrator', ['list'])).toMatch(/cb-0001 +thu\.nghiem +operator, approver +99001/);
    expect(await run('administrator', ['changes'])).toBe('No change waits.\n');
    expect(await run('administrator', ['review', 'cb-0001'])).toContain('was reviewed');
  });

  it('proposes other communes, stopping and resets, and declines them', async () => {
    const kinds = [
      ['set-access', 'cb-0001', '--units', 'all'],
      ['disable', 'cb-0001'],
      ['enable', 'cb-0001'],
      ['reset-password', 'cb-0001'],
      ['reset-totp', 'cb-0001'],
      ['link', 'cb-0001', '--issuer', 'https://id.example', '--subject', 'x'],
    ];
    for (const args of kinds) {
      const change = changeOf(await run('administrator', [...args, '--reason', 'thử nghiệm']));
      expect(await run('administrator2', ['decline', change])).toContain('is declined');
    }
    expect(await run('administrator', ['changes', '--all'])).toMatch(/declined by administrator2/);
  });

  it('changes a password with what is typed, and never with what stands on the command line', async () => {
    const someone = await addPerson(gateway, { id: 'cb-0002', roles: ['operator'] });
    const code = codeOf(someone, gateway.parts.clock.now())!;
    const typed = [someone.username, someone.password, code, 'mưa-rào-chiều'];
    const output = await run('administrator', ['password'], typed);
    expect(output).toContain('The password was changed');
    for (const secret of [someone.password, 'mưa-rào-chiều', code]) expect(output).not.toContain(secret);
    await expect(run('administrator', ['password'], typed)).rejects.toMatchObject({ exitCode: 4 });
    await expect(run('administrator', ['password'], [someone.username])).rejects.toMatchObject({ exitCode: 2 });
  });
});
