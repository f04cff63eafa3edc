import { Command } from 'commander';
import { rmSync } from 'node:fs';
import { fixedClock, temporaryDir, until } from '#testing';
import { storeDelivery } from '../../../test/support/stored-delivery';
import { storeDifference, storeRun } from '../../../test/support/stored-discrepancy';
import { secretOf, testGateway, type TestGateway } from '../../../test/support/test-gateway';
import { EXIT } from '../client/cli-error';
import { addDossierCommands } from './dossier';
import { addReconcileCommands } from './reconcile';
import { addStatusCommand } from './status';

interface Run {
  id: string;
  state: string;
}

const CODE = 'G22.99.08-260302-000001';
const clock = fixedClock();

describe('lienthong reconcile', () => {
  const written: string[] = [];
  const told: string[] = [];
  let gateway: TestGateway;
  let url: string;
  let dir: string;
  let runId: string;

  beforeAll(async () => {
    gateway = await testGateway({ clock });
    await gateway.app.listen(0, '127.0.0.1');
    url = await gateway.app.getUrl();
    dir = temporaryDir('reconcile-');
    runId = await lostDossier();
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  }, 60_000);
  afterAll(async () => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
    for (const name of ['LIENTHONG_CLIENT_ID', 'LIENTHONG_CLIENT_SECRET']) delete process.env[name];
    await gateway.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A run that found one dossier which the portal was told of and does not have. */
  async function lostDossier(): Promise<string> {
    const { db, ids } = gateway.parts;
    const [reconciliationId, unit, partner] = [ids.next(), '99001', 'dvcqg' as const];
    await db.run(async (tx) => {
      const delivery = { unit, partner, operation: 'sync-dossier', number: 1 };
      const dossierId = await storeDelivery(tx, delivery, { ...gateway.parts, clock });
      await tx.execute(
        `update delivery set status = 'settled', outcome = 'accepted', settled_at = $2, due_at = null where dossier_id = $1`,
        [dossierId, clock.now()],
      );
      const run = { id: reconciliationId, partner, endedAt: clock.now() };
      await storeRun(tx, { ...run, agreed: 4, differing: 1, because: { 'in-flight': 2 } });
      const found = { reconciliationId, partner, class: 'missing-there', dossierId, code: CODE, unit, ours: 1 };
      await storeDifference(tx, { ...found, id: ids.next(), at: clock.now() });
    });
    return reconciliationId;
  }

  async function as(account: string, ...args: string[]): Promise<{ code: unknown; text: string }> {
    written.length = 0;
    process.exitCode = undefined;
    process.env.LIENTHONG_CLIENT_ID = account;
    process.env.LIENTHONG_CLIENT_SECRET = secretOf(account);
    const program = new Command('lienthong')
      .option('--data <dir>', '', dir)
      .option('--url <url>')
      .option('--json', '', false)
      .exitOverride();
    addDossierCommands(program);
    addReconcileCommands(program);
    addStatusCommand(program);
    await program.parseAsync(['--url', url, ...args], { from: 'user' });
    const code = process.exitCode ?? EXIT.done;
    process.exitCode = undefined;
    return { code, text: written.join('') };
  }
  const operator = (...args: string[]) => as('operator', 'reconcile', ...args);
  /** Ends the open run of a partner as a worker would. */
  const endOpen = (partner: string, agreed: number, notLookedAt: number): Promise<number> =>
    gateway.parts.db.execute(
      `update reconciliation set state = 'finished', started_at = requested_at, ended_at = requested_at, agreed = $2, not_looked_at = $3
       where partner = $1 and state = 'queued'`,
      [partner, agreed, notLookedAt],
    );

  it('starts a run, says where the one is that is in its way, and stops it', async () => {
    const { text } = await operator('start', '--partner', 'onestop', '--from', '2026-03-01T00:00:00+07:00');
    expect(text).toContain('dossiers that we stored from 01/03/2026 00:00:00 to 02/03/2026 09:00:00');
    await expect(operator('start', '--partner', 'onestop')).rejects.toMatchObject({
      message: expect.stringContaining(
        '(reconciliation-running)\nWhich one: npx lienthong reconcile list --partner onestop',
      ),
      exitCode: EXIT.no,
    });
    const [{ id }] = JSON.parse(
      (await operator('list', '--partner', 'onestop', '--state', 'queued', '--json')).text,
    ) as Run[];
    expect((await operator('stop', id)).text).toMatch(/^means {2,}operator stopped it$/m);
  });

  it.each([
    ['0 when everything was looked at and agrees', 3, 0, EXIT.done],
    ['1 when not everything was looked at', 3, 1, EXIT.no],
  ])('follows a run to its end, with exit code %s', async (_name, agreed, notLookedAt, expected) => {
    const ended = until(async () => (await endOpen('hotich', agreed, notLookedAt)) > 0, 10_000);
    const { code, text } = await operator('start', '--partner', 'hotich', '--follow');
    await ended;
    expect(code).toBe(expected);
    expect(text.includes('All 3 agree.')).toBe(notLookedAt === 0);
    expect(told.join('')).toContain(`finished: 3 agree, 0 differ, 0 unreadable, ${notLookedAt} not looked at, 0 calls`);
    const { id } = (JSON.parse((await operator('list', '--partner', 'hotich', '--json')).text) as Run[])[0];
    expect((await operator('show', id, '--follow')).code).toBe(expected);
    expect((await operator('show', id)).code).toBe(EXIT.done);
  });

  it('shows what a run came to, and what differs', async () => {
    const { text } = await operator('show', runId);
    expect(text).toContain(`npx lienthong reconcile discrepancies --run ${runId}`);
    expect(text).toContain('2 in-flight: our message was on its way to the partner');
    const differences = (await operator('discrepancies', '--run', runId, '--class', 'missing-there', '--unit', '99001'))
      .text;
    expect(differences).toContain(CODE);
    expect(differences).toContain(`npx lienthong reconcile replay ${runId}`);
    expect((await operator('discrepancies', '--partner', 'dvclt')).text).toBe(
      'No difference is open. That holds only for what was compared: npx lienthong reconcile list\n',
    );
  });

  it('stands beside the partner and the dossier that it is about', async () => {
    const { text } = await as('operator', 'status');
    expect(text).toMatch(/COMPARED +DIFFER/);
    expect(text).toMatch(/^dvcqg .* 0 s ago +1 *$/m);
    expect(text).toMatch(/^dvclt .* never +0 *$/m);
    expect(text).toContain('What differs, and who has to act: npx lienthong reconcile discrepancies');
    const shown = (await as('operator', 'dossier', 'show', CODE)).text;
    expect(shown).toContain(
      'differs\n  dvcqg missing-there (partner-lost-it), for 0 s: we expect 1, it has –; dvcqg must act',
    );
  });

  it('is left out of a dossier where the account may not read it', async () => {
    const shown = await as('integrator', 'dossier', 'show', CODE, '--json');
    expect(JSON.parse(shown.text)).toMatchObject({ codes: { dvclt: CODE }, discrepancies: null });
  });

  it('makes a plan of what can be told again, and has it looked at', async () => {
    const why = ['--why', 'partner-lost-data', '--reason', 'ticket 4711', '--class', 'missing-there', '--rate', '2'];
    const { text } = await operator('replay', runId, ...why, '--no-wait');
    expect(text).toMatch(/^does {2,}replay, history: 1 ids$/m);
    expect(text).toMatch(/^state {2,}dry-running/m);
    expect(text).toMatch(/^pace {2,}2 a second/m);
    await expect(operator('replay', runId, ...why.slice(0, 4), '--class', 'late')).rejects.toThrow(
      '(nothing-to-tell-again)',
    );
  });
});
