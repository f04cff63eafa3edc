import { Command } from 'commander';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { syntheticFilings } from '../../../test/privacy/synthetic-filings';
import { temporaryDir } from '../../../test/support/temporary-dir';
import { secretOf, testGateway, type TestGateway } from '../../../test/support/test-gateway';
import { CliError, EXIT } from '../client/cli-error';
import { addDossierCommands } from './dossier';
import { addLegalHoldCommands } from './legal-hold';
import { addPersonCommands } from './person';

const [BIRTH] = syntheticFilings(1);
const REASON = 'letter 12/2026 of the person';

describe('personal data on the command line', () => {
  let gateway: TestGateway;
  let baseUrl: string;
  const written: string[] = [];
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!;

  beforeAll(async () => {
    gateway = await testGateway();
    await gateway.app.listen(0, '127.0.0.1');
    baseUrl = `http://127.0.0.1:${(gateway.app.getHttpServer().address() as AddressInfo).port}`;
    const filed = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/dossiers',
      payload: BIRTH.body,
      headers: { authorization: `Bearer ${await gateway.token('integrator')}`, 'idempotency-key': 'filed' },
    });
    expect(filed.statusCode).toBe(202);
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  }, 60_000);
  afterAll(async () => {
    jest.restoreAllMocks();
    Object.defineProperty(process, 'stdin', stdin);
    for (const name of ['LIENTHONG_URL', 'LIENTHONG_CLIENT_ID', 'LIENTHONG_CLIENT_SECRET']) delete process.env[name];
    await gateway.stop();
  });

  async function run(as: string, args: readonly string[], input = ''): Promise<{ code: number; text: string }> {
    Object.assign(process.env, {
      LIENTHONG_URL: baseUrl,
      LIENTHONG_CLIENT_ID: as,
      LIENTHONG_CLIENT_SECRET: secretOf(as),
    });
    Object.defineProperty(process, 'stdin', { value: Readable.from([input]), configurable: true });
    written.length = 0;
    const program = new Command('lienthong')
      .option('--json', '', false)
      .option('--data <dir>', '', '.none')
      .exitOverride();
    for (const add of [addDossierCommands, addPersonCommands, addLegalHoldCommands]) add(program);
    try {
      await program.parseAsync([...args], { from: 'user' });
      return { code: EXIT.done, text: written.join('') };
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return { code: error.exitCode, text: error.message };
    }
  }

  it('shows which fields there are, masked, and reveals only what is asked for', async () => {
    const shown = await run('operator', ['dossier', 'content', BIRTH.dvcltCode]);
    expect(shown.text).toContain('declaration.meHoTen');
    for (const leaf of ['meHoTen', 'meSoGiayToTuyThan', 'nksNoiSinh'])
      expect(shown.text).not.toContain(BIRTH.content[leaf]);
    const asked = ['dossier', 'reveal', BIRTH.dvcltCode, 'declaration.meHoTen', '--purpose', 'complaint'];
    const revealed = await run('operator', asked);
    expect(revealed.text).toContain(BIRTH.content['meHoTen']);
    expect(revealed.text).toContain('Luật');
    expect(await run('manager', asked)).toMatchObject({ code: EXIT.notAllowed });
    expect((await run('auditor', ['dossier', 'purposes'])).text).toContain('inspection');
  });

  it('exports a person’s data by two people into a folder that only its owner reads', async () => {
    const number = `${BIRTH.content['meSoGiayToTuyThan']}\n`;
    const found = await run('operator', ['person', 'search', '--purpose', 'complaint', '--reason', REASON], number);
    expect(found.text).toContain(BIRTH.dvcltCode);
    const asked = await run('operator', ['--json', 'person', 'export', '--reason', REASON], number);
    const { id } = JSON.parse(asked.text) as { id: string };
    expect((await run('approver', ['person', 'approve', id])).text).toContain('Nothing is done yet');
    const folder = join(temporaryDir('person-export-'), 'out');
    expect((await run('operator', ['person', 'take', id, folder])).text).toContain('request-not-approved');
    await run('approver', ['person', 'approve', id, '--yes']);
    expect((await run('operator', ['person', 'take', id, folder])).text).toContain('1 dossiers and 1 files');
    expect(readFileSync(join(folder, 'data.json'), 'utf8')).toContain(BIRTH.content['meHoTen']);
    expect(readdirSync(folder)).toHaveLength(2);
    expect([
      statSync(folder).mode & 0o777,
      ...readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777),
    ]).toEqual([0o700, 0o600, 0o600]);
  });

  it('takes an own request back, and says why not when it is somebody else’s or over', async () => {
    const number = `${BIRTH.content['meSoGiayToTuyThan']}\n`;
    const asked = await run('operator', ['--json', 'person', 'export', '--reason', REASON], number);
    const { id } = JSON.parse(asked.text) as { id: string };
    const withdraw = ['person', 'withdraw', id];
    expect(await run('approver', withdraw)).toMatchObject({ code: EXIT.notAllowed });
    const { code, text } = await run('operator', withdraw);
    expect([code, text]).toEqual([EXIT.done, expect.stringMatching(/state +withdrawn\n(.*\n)*taken back +\d\d\//)]);
    expect((await run('operator', ['person', 'requests', '--limit', '1'])).text).toMatch(/export +withdrawn/);
    expect(await run('operator', withdraw)).toMatchObject({
      code: EXIT.no,
      text: expect.stringContaining('request-not-open') as string,
    });
    expect((await run('approver', ['person', 'approve', id, '--yes'])).text).toContain('request-not-open');
  });

  it('says why nothing is erased', async () => {
    const number = `${BIRTH.content['meSoGiayToTuyThan']}\n`;
    const erase = ['person', 'erase', '--reason', REASON];
    expect(await run('operator', erase, number)).toMatchObject({
      code: EXIT.no,
      text: expect.stringContaining('dossier-not-at-end') as string,
    });
    await run('operator', ['legal-hold', 'place', BIRTH.dvcltCode, '--reason', REASON]);
    expect((await run('operator', erase, number)).text).toContain('legal-hold-stands');
    expect((await run('auditor', ['legal-hold', 'list', '--standing'])).text).toContain('standing');
    expect(await run('operator', erase, '')).toMatchObject({ code: EXIT.usage });
  });
});
