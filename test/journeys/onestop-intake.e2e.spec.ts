import { randomBytes } from 'node:crypto';
import { pause } from '#platform';
import { untilClean } from '../support/clean-state';
import { copyConfig, type ConfigCopy } from '../support/config-copy';
import { Installation } from '../support/installation';
import { FiledCase, type CaseOrder } from './branches/filed-case';
import { expectCleanLedger, untilFinished } from './journey-assertions';
import { SelfPollingOneStop } from './self-polling-onestop';

const SEED = 20261202;
/** The rhythm of the one-stop's own job. */
const JOB_EVERY_MS = 300;
const logIn = (): { username: string; password: string } => ({
  username: 'lienthong',
  password: randomBytes(12).toString('hex'),
});

describe('with intake: onestop', () => {
  const logIns = { dvclt: logIn(), onestop: logIn() };
  let config: ConfigCopy;
  let installation: Installation;
  let oneStop: SelfPollingOneStop;
  const over = new AbortController();
  let polling: Promise<void> = Promise.resolve();

  /** As its own job would, until the test ends; its failures are the test's. */
  async function pollOn(): Promise<void> {
    while (!over.signal.aborted) {
      await oneStop.poll();
      await pause(JOB_EVERY_MS, over.signal);
    }
  }
  const file = async (order: CaseOrder, seed: number): Promise<string> =>
    (await FiledCase.file(installation, order, { seed }))[0].code;

  beforeAll(async () => {
    config = copyConfig({ 'partners/dvclt.yaml': { 'intake: gateway': 'intake: onestop' } });
    installation = await Installation.start(['--bus', 'postgres'], {
      CONFIG_DIR: config.dir,
      PARTNER_DVCLT_USERNAME: logIns.dvclt.username,
      PARTNER_DVCLT_PASSWORD: logIns.dvclt.password,
      PARTNER_ONESTOP_USERNAME: logIns.onestop.username,
      PARTNER_ONESTOP_PASSWORD: logIns.onestop.password,
    });
    oneStop = new SelfPollingOneStop(installation, logIns);
    polling = pollOn();
    polling.catch(() => undefined);
  }, 120_000);
  afterAll(async () => {
    over.abort();
    await polling.catch(() => undefined);
    await installation?.remove();
    config?.remove();
  }, 120_000);

  it('takes births and deaths that the one-stop hands over, and its officers’ decisions, to the returned result [Q22 Q28]', async () => {
    const codes = [await file({ kind: 'birth', unit: '00123' }, SEED), await file({ kind: 'death' }, SEED + 1)];
    const dossiers = await Promise.race([untilFinished(installation, codes, 90_000), failing()]);
    expectCleanLedger(await installation.ledger(), dossiers);
    for (const { statuses, attention } of dossiers) {
      expect(statuses).toEqual({ oneStop: 10, dvclt: 5, registry: 4, portal: 10 });
      expect(attention).toBe(false);
    }
  }, 120_000);

  it.each([
    ['the one-stop', { oneStop: ['request-supplement', 'accept'], citizen: ['supplement'] }],
    ['hộ tịch', { registry: ['processing', 'supplement'], citizen: ['supplement'] }],
  ])(
    'takes the supplement that %s asked for when it is handed over under the same code [Q11]',
    async (who, script) => {
      const code = await file({ kind: 'birth', script }, SEED + who.length);
      const [dossier] = await Promise.race([untilFinished(installation, [code], 90_000), failing()]);
      expect(dossier.attention).toBe(false);
      const timeline = await installation.get<{ items: { type: string }[] }>(`/dossiers/${code}/timeline`);
      const types = timeline!.items.map(({ type }) => type.replace(/^vn\.lienthong\.|\.v1$/g, ''));
      expect(types.filter((type) => type === 'supplement.received')).toHaveLength(1);
      const statuses = (await installation.ledger('dvclt')).find(
        (row) => row.kind === 'status' && row.code === code,
      )?.order;
      expect(statuses?.map(Number).at(-1)).toBe(5);
      expect(statuses?.map(Number)).toContain(2);
    },
    120_000,
  );

  it('and we neither listed, acknowledged nor handed over anything ourselves', async () => {
    over.abort();
    await polling;
    const count = async (system: string, operations: readonly string[]): Promise<number> =>
      (await installation.calls(system)).filter(({ operation }) => operations.includes(operation)).length;
    const { lists, details, acknowledgements, receptions } = oneStop.made;
    expect(acknowledgements).toBeGreaterThanOrEqual(6);
    expect(await count('dvclt', ['list', 'detail', 'acknowledge', 'danhan'])).toBe(lists + details + acknowledgements);
    expect(await count('onestop', ['tiepNhanHoSo'])).toBe(receptions);
    await untilClean(installation, 30_000, { configDir: config.dir });
  }, 60_000);

  /** Rejects when the one-stop's own poll fails; waits for ever otherwise. */
  function failing(): Promise<never> {
    return polling.then(() => new Promise<never>(() => undefined));
  }
});
