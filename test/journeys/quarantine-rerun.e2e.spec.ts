import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilClean } from '../support/clean-state';
import { copyConfig, type ConfigCopy } from '../support/config-copy';
import { Installation } from '../support/installation';
import { lienthongEnd } from '../support/installed-cli';
import { until } from '../support/until';
import { FiledCase } from './branches/filed-case';
import { expectCleanLedger, untilFinished } from './journey-assertions';

const SEED = 20261203;
const MISSING_UNIT = `  - { code: '99012', name: Xã Mẫu Mười Hai }\n`;

interface Item {
  id: string;
  codes: { dvclt?: string };
  stage: string;
  reasonCode: string;
  field: string | null;
  responsible: string;
  seen: number;
  state: string;
}

describe('an item in quarantine, in the running product', () => {
  let config: ConfigCopy;
  let installation: Installation;
  const cli = async (...args: string[]): Promise<{ code: number; item: Item }> => {
    const { code, answer } = await lienthongEnd<Item>(installation, args);
    return { code, item: answer! };
  };
  const itemOf = async (code: string): Promise<Item | undefined> =>
    (await installation.get<{ items: Item[] }>('/quarantine?limit=200'))?.items.find((one) => one.codes.dvclt === code);

  beforeAll(async () => {
    config = copyConfig({ 'units.yaml': { [MISSING_UNIT]: '' } });
    installation = await Installation.start(['--bus', 'postgres'], { CONFIG_DIR: config.dir });
  }, 120_000);
  afterAll(async () => {
    await installation?.remove();
    config?.remove();
  }, 120_000);

  it('heads the list for ever and holds up nobody [Q28 Q43]', async () => {
    const [poison] = await FiledCase.file(installation, { kind: 'birth', unit: '99012' }, { seed: SEED });
    const others = await FiledCase.file(installation, { kind: 'death', unit: '99001' }, { seed: SEED + 1, count: 3 });
    const dossiers = await untilFinished(
      installation,
      others.map(({ code }) => code),
      90_000,
    );
    const ledger = await installation.ledger();
    expectCleanLedger(ledger, dossiers);
    expect(ledger.some((row) => row.kind === 'acknowledged' && row.code === poison.code)).toBe(false);
    await until(async () => ((await itemOf(poison.code))?.seen ?? 0) > 1, 10_000, 'a second sight of the item');
    expect(await itemOf(poison.code)).toMatchObject({
      stage: 'unit',
      reasonCode: 'unit-unknown',
      field: 'unit',
      responsible: 'province',
      state: 'open',
    });
    expect(await installation.dossier(poison.code)).toBeUndefined();
  }, 120_000);

  it('is still broken, and says so, when nothing was mended', async () => {
    const items = await installation.get<{ items: Item[] }>('/quarantine?state=open');
    const { code, item } = await cli('quarantine', 'rerun', items!.items[0].id);
    expect(code).toBe(1);
    expect(item).toMatchObject({ state: 'open', reasonCode: 'unit-unknown' });
  }, 60_000);

  it('goes its way to the returned result after one command, without a restart and without another detail call', async () => {
    const items = await installation.get<{ items: Item[] }>('/quarantine?state=open');
    const { id, codes } = items!.items[0];
    const details = async (): Promise<number> =>
      (await installation.calls('dvclt')).filter((call) => call.operation === 'detail').length;
    const before = await details();
    const units = join(config.dir, 'units.yaml');
    writeFileSync(units, readFileSync(units, 'utf8').replace(/^units:\n/m, `units:\n${MISSING_UNIT}`));
    const { code, item } = await cli('quarantine', 'rerun', id);
    expect(item).toMatchObject({ id, state: 'resolved' });
    expect(code).toBe(0);
    const dossiers = await untilFinished(installation, [codes.dvclt!], 90_000);
    expectCleanLedger(
      (await installation.ledger()).filter(({ code: of }) => [codes.dvclt, dossiers[0].codes.oneStop].includes(of)),
      dossiers,
    );
    expect(await details()).toBe(before);
    await untilClean(installation, 30_000);
  }, 150_000);
});
