import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilClean } from '../support/clean-state';
import { copyConfig, type ConfigCopy } from '../support/config-copy';
import { Installation } from '../support/installation';
import { lienthongEnd } from '../support/installed-cli';
import { until } from '../support/until';
import { FiledCase } from './branches/filed-case';
import { expectCleanLedger, untilFinished } from './journey-assertions';

const SEED = 20261207;
const RIGHT_UNIT = `{ code: '99012', name: Xã Mẫu Mười Hai }`;
const WRONG_UNIT = `{ code: '99021', name: Xã Mẫu Mười Hai }`;
const TRAINING_UNIT = `  - { code: '99011', name: Xã Mẫu Mười Một }\n`;
const EXIT = { done: 0, no: 1, usage: 2, notAllowed: 4 };

interface Group {
  key: string;
  cause: { id: string } | null;
  responsible: string;
  count: number;
  units: string[];
}

interface Item {
  id: string;
  codes: { dvclt?: string };
  seen: number;
  state: string;
}

describe('a wrong unit code, in the running product', () => {
  let config: ConfigCopy;
  let installation: Installation;
  const cli = <T>(...args: string[]): Promise<{ code: number; answer: T | undefined }> =>
    lienthongEnd<T>(installation, args);
  const groups = async (): Promise<Group[]> => (await cli<Group[]>('quarantine', 'groups')).answer ?? [];
  const untilGroup = async (count: number): Promise<Group> => {
    let found: Group | undefined;
    await until(async () => ([found] = await groups())[0]?.count === count, 60_000, `a group of ${count}`);
    return found!;
  };
  const acknowledged = async (codes: readonly string[]): Promise<string[]> =>
    (await installation.ledger('dvclt'))
      .filter(({ kind, code }) => kind === 'acknowledged' && codes.includes(code))
      .map(({ code }) => code);

  beforeAll(async () => {
    config = copyConfig({ 'units.yaml': { [RIGHT_UNIT]: WRONG_UNIT, [TRAINING_UNIT]: '' } });
    installation = await Installation.start(['--bus', 'postgres'], { CONFIG_DIR: config.dir });
  }, 120_000);
  afterAll(async () => {
    await installation?.remove();
    config?.remove();
  }, 120_000);

  it('quarantines the dossiers of a commune as one group; mended, one command makes dossiers of all [Q28]', async () => {
    const cases = await FiledCase.file(installation, { kind: 'birth', unit: '99012' }, { seed: SEED, count: 20 });
    const codes = cases.map(({ code }) => code);
    const group = await untilGroup(20);
    expect(await groups()).toHaveLength(1);
    expect(group).toMatchObject({ cause: { id: 'unit-unknown' }, responsible: 'province', units: ['99012'] });
    expect(await acknowledged(codes)).toEqual([]);

    const early = await cli<{ open: Item[] }>('quarantine', 'rerun', '--group', group.key);
    expect([early.code, early.answer?.open.length]).toEqual([EXIT.no, 20]);

    const units = join(config.dir, 'units.yaml');
    writeFileSync(units, readFileSync(units, 'utf8').replace(WRONG_UNIT, RIGHT_UNIT));
    const mended = await cli<{ taken: number; resolved: string[] }>('quarantine', 'rerun', '--group', group.key);
    expect(mended).toMatchObject({ code: EXIT.done, answer: { taken: 20, open: [], waiting: [], skipped: [] } });
    expect(new Set(mended.answer?.resolved).size).toBe(20);
    expect(await groups()).toEqual([]);

    const dossiers = await untilFinished(installation, codes, 120_000);
    expectCleanLedger(await installation.ledger(), dossiers);
    expect((await acknowledged(codes)).sort()).toEqual([...codes].sort());
    expect((await cli('quarantine', 'rerun', '--group', group.key)).code).toBe(EXIT.no);
  }, 240_000);

  it('is given up by two persons when nothing is to come of it, and is left alone from then on', async () => {
    const cases = await FiledCase.file(installation, { kind: 'birth', unit: '99011' }, { seed: SEED + 1, count: 2 });
    const codes = cases.map(({ code }) => code);
    const { key } = await untilGroup(2);
    const reason = ['--reason', 'dossiers of a training'];
    expect((await cli('quarantine', 'give-up', ...reason)).code).toBe(EXIT.usage);
    const early = await cli<{ id: string }>('quarantine', 'give-up', '--group', key, ...reason);
    expect(await cli('quarantine', 'withdraw', early.answer!.id)).toMatchObject({
      code: EXIT.done,
      answer: { state: 'withdrawn' },
    });
    expect((await cli('--as', 'approver', 'quarantine', 'approve', early.answer!.id)).code).toBe(EXIT.no);
    const asked = await cli<{ id: string; items: string[] }>('quarantine', 'give-up', '--group', key, ...reason);
    expect(asked).toMatchObject({ code: EXIT.done, answer: { state: 'open' } });
    const { id, items } = asked.answer!;
    expect((await cli('quarantine', 'approve', id)).code).toBe(EXIT.notAllowed);
    expect(await groups()).toMatchObject([{ count: 2 }]);
    expect(await cli('--as', 'approver', 'quarantine', 'request', id)).toMatchObject({
      answer: { state: 'open', items },
    });
    const approved = await cli<{ givenUp: string[] }>('--as', 'approver', 'quarantine', 'approve', id);
    expect(approved).toMatchObject({ code: EXIT.done, answer: { state: 'approved', givenUp: items, skipped: [] } });
    expect((await cli('--as', 'approver', 'quarantine', 'approve', id)).code).toBe(EXIT.no);

    const lists = async (): Promise<number> =>
      (await installation.calls('dvclt')).filter(({ operation }) => operation === 'list').length;
    const before = await lists();
    await until(async () => (await lists()) > before + 1, 20_000, 'two more looks at the list');
    expect(await groups()).toEqual([]);
    const all = await installation.get<{ items: Item[] }>('/quarantine?limit=200');
    const ofThem = all!.items.filter((item) => codes.includes(item.codes.dvclt ?? ''));
    expect(ofThem.map(({ state }) => state)).toEqual(['given-up', 'given-up']);
    expect(await acknowledged(codes)).toEqual([]);
    await untilClean(installation, 30_000);
  }, 120_000);
});
