import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEMS } from '../server/systems';
import { fieldsOf, type Fields } from '../server/fields';
import { statusPush } from '../testing/messages';
import { Stage } from '../testing/stage';
import { SWITCHES } from './switches';

const CODE = 'H99.001-261102-0001';
/** quirks.md §2, without those of systems that are not simulated here: staticSecret, perRowLists, wrongUnitAccepted. */
const NAMES =
  `errorInOkBody codeAsString tokenDeadIn200 tokenEarlyDeath requireSecondHeader nesting resultAsString dateVariant
  ackLost relistSame relistChanged repeatIsError hiddenCommit orderStrict terminalConflict unknownRow batchLimit completedNoFile
  fileLateAfter fileInline fileUrlDead maxBytes withdrawnFiles refuseEmpty gluedErrors boolVariant listSize noise ipBlocked quota
  clientStorm nameShape corruptBreaks catalogueDrift twoCallSync badCert slowMs expiresVariant poisonFirst textVariant emptyArea
  stateValidation`.split(/\s+/);
let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const isNoise = async (code = CODE) =>
  (await stage.province.status(statusPush(stage.simCase, code, 1))).text.startsWith('<html');
const rules = async () => (await stage.province.ask('GET', '/_sim/faults')).json as Fields[];

describe('the switches', () => {
  it('are those of the reference, by its names', () => {
    expect(Object.keys(SWITCHES).sort()).toEqual([...NAMES].sort());
  });

  it.each(NAMES)('%s is taken with its default by its systems, and refused by the others', async (name) => {
    for (const system of SYSTEMS) {
      const answer = await stage.province.fault({ system, switch: name, nth: 99 });
      expect([system, answer.status]).toEqual([system, SWITCHES[name].systems.includes(system) ? 200 : 400]);
    }
    expect((await rules()).map((rule) => rule['value'])).toEqual(
      SWITCHES[name].systems.map(() => SWITCHES[name].defaultValue),
    );
    const wrong = await stage.province.fault({
      system: SWITCHES[name].systems[0],
      switch: name,
      value: { wrong: true },
    });
    expect([wrong.status, fieldsOf(wrong.json)['title']]).toEqual([400, expect.stringContaining(name)]);
  });

  it('stand in the README as they are here', () => {
    const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
    const rows = readme.split('\n').map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    const described = rows.flatMap(([, name, , meaning]) =>
      NAMES.some((known) => name === `\`${known}\``) ? [[name, meaning?.replaceAll('\\|', '|')]] : [],
    );
    const meant = Object.entries(SWITCHES).map(([name, { meaning }]) => [`\`${name}\``, meaning]);
    expect(described).toEqual(meant);
  });

  it('are refused in an operation in which they can do nothing', async () => {
    const answer = await stage.province.fault({ system: 'dvclt', operation: 'list', switch: 'ackLost' });
    expect([answer.status, fieldsOf(answer.json)['title']]).toEqual([400, 'operation: ackLost acts in acknowledge']);
    const foreign = await stage.province.fault({
      system: 'dvcqg',
      operation: 'tiepNhanHoSo',
      switch: 'catalogueDrift',
    });
    expect(foreign.status).toBe(400);
  });
});

describe('a rule', () => {
  const noise = { system: 'dvclt', operation: 'status', switch: 'noise' };

  it('fires in its system and operation only', async () => {
    await stage.province.fault({ ...noise, operation: 'list' }, { ...noise, system: 'hotich', operation: 'token' });
    expect(await isNoise()).toBe(false);
    await stage.province.fault(noise);
    expect(await isNoise()).toBe(true);
  });

  it('fires in the n-th call that it matches, once', async () => {
    await stage.province.fault({ ...noise, nth: 3 });
    const hits = [];
    for (let call = 0; call < 5; call += 1) hits.push(await isNoise());
    expect(hits).toEqual([false, false, true, false, false]);
  });

  it('counts only calls in which its switch can act, where it names no operation', async () => {
    await stage.province.fault({ system: 'dvclt', switch: 'ackLost', value: 'before', nth: 1 });
    await stage.province.list();
    await expect(stage.province.acknowledge(stage.simCase.code)).rejects.toThrow();
  });

  it('fires at its rate, at the same calls for the same seed', async () => {
    const run = async (seed: number) => {
      await stage.province.ask('DELETE', '/_sim/faults');
      await stage.province.fault({ ...noise, rate: 0.4, seed });
      const hits = [];
      for (let call = 0; call < 25; call += 1) hits.push(await isNoise());
      return hits;
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first.filter(Boolean).length).toBeGreaterThan(3);
    expect(first.filter(Boolean).length).toBeLessThan(20);
  });

  it('ends after its firings or at its time', async () => {
    await stage.province.fault({ ...noise, until: 2 });
    expect([await isNoise(), await isNoise(), await isNoise()]).toEqual([true, true, false]);
    await stage.province.fault({ ...noise, until: new Date(Date.now() - 1).toISOString() });
    expect(await isNoise()).toBe(false);
    await stage.province.fault({ ...noise, until: new Date(Date.now() + 60_000).toISOString() });
    expect(await isNoise()).toBe(true);
  });

  it('fires for its dossier only, and is switched off with all others', async () => {
    const [other] = stage.simulators.order({ kind: 'birth', count: 1, scenario: 'happy-path', seed: 4 });
    await stage.province.fault({ ...noise, code: other.code });
    expect(await isNoise()).toBe(false);
    const ofOther = await stage.province.status(statusPush(other, CODE, 1));
    expect(ofOther.text.startsWith('<html')).toBe(true);
    await stage.province.ask('DELETE', '/_sim/faults');
    expect((await stage.province.status(statusPush(other, CODE, 1))).text.startsWith('<html')).toBe(false);
  });
});
