import { Plans, type ShownPlan } from '../faults/support/plans';
import type { FiledCase } from '../journeys/branches/filed-case';
import { untilClean } from '../support/clean-state';
import { copyConfig, type ConfigCopy } from '../support/config-copy';
import { Installation } from '../support/installation';
import { lienthong, lienthongEnd } from '../support/installed-cli';
import { until } from '../support/until';
import { Comparisons, lookedAtOf, PARTNERS, type Partner, type ShownDifference, type ShownRun } from './comparisons';
import { fileStages, type StageName } from './stages';

const SEED = 20261201;
/** A code at DVCLT of a dossier that never came to us. */
const STRANGER = 'G22.99.08-261126-990001';
const REST_DEADLINE_MS = 60_000;
/** The one-stop's list is asked for whole seconds, the one under way left out. */
const WHOLE_SECOND_MS = 1_000;
/** Calls fast, differences at once, and a partner that is away given up soon. */
const HASTY = copyConfig({
  'reconciliation.yaml': {
    ...Object.fromEntries(
      [
        ['dvclt', 5],
        ['hotich', 5],
        ['dvcqg', 10],
        ['onestop', 5],
      ].map(([partner, calls]) => [
        `  ${partner}:\n    daily: true\n    windowDays: 35\n    callsPerSecond: ${calls}\n    graceMs: 15000\n    absentGraceMs: ${partner === 'hotich' ? 600_000 : 15_000}\n`,
        `  ${partner}:\n    daily: true\n    windowDays: 35\n    callsPerSecond: 50\n    graceMs: 1\n    absentGraceMs: 1\n`,
      ]),
    ),
    '\nretryMs: 1000\n': '\nretryMs: 10\n',
    '\ngiveUpAfter: 20\n': '\ngiveUpAfter: 5\n',
  },
});

interface Planted {
  stage: StageName | null;
  partner: Partner;
  class: string;
  cause: string;
  responsible: string;
  ours: number | null;
  theirs: number | null;
}

/** What each plant has to be found as, and nothing else. */
const PLANTED: readonly Planted[] = [
  ...(['firstBirth', 'firstDeath'] as const).map((stage) => ({
    stage,
    partner: 'dvcqg' as const,
    class: 'missing-there',
    cause: 'partner-lost-it',
    responsible: 'dvcqg',
    ours: 10,
    theirs: null,
  })),
  {
    stage: 'onDesk',
    partner: 'onestop',
    class: 'status-differs',
    cause: 'not-told-back',
    responsible: 'onestop',
    ours: 1,
    theirs: 2,
  },
  {
    stage: 'secondBirth',
    partner: 'onestop',
    class: 'missing-there',
    cause: 'partner-lost-it',
    responsible: 'onestop',
    ours: 10,
    theirs: null,
  },
  {
    stage: null,
    partner: 'onestop',
    class: 'missing-here',
    cause: 'never-received',
    responsible: 'gateway',
    ours: null,
    theirs: 1,
  },
  {
    stage: 'birthWithRegistry',
    partner: 'hotich',
    class: 'missing-there',
    cause: 'partner-lost-it',
    responsible: 'hotich',
    ours: 1,
    theirs: null,
  },
  {
    stage: 'deathWithRegistry',
    partner: 'hotich',
    class: 'result-missing',
    cause: 'result-incomplete',
    responsible: 'hotich',
    ours: 4,
    theirs: 4,
  },
  {
    stage: 'secondDeath',
    partner: 'dvclt',
    class: 'missing-there',
    cause: 'receipt-lost-there',
    responsible: 'dvclt',
    ours: null,
    theirs: null,
  },
];

describe('reconciliation of an installation with its partners', () => {
  let config: ConfigCopy;
  let installation: Installation;
  let comparisons: Comparisons;
  let stages: Record<StageName, FiledCase>;
  /** Dossiers that wait for a person for other reasons. */
  let calledBefore: Set<string>;
  let planted: Record<Partner, ShownRun>;

  beforeAll(async () => {
    config = HASTY;
    installation = await Installation.start(['--bus', 'postgres'], { CONFIG_DIR: config.dir });
    comparisons = new Comparisons(installation);
    stages = await fileStages(installation, SEED);
    calledBefore = await calling();
  }, 300_000);
  afterAll(async () => {
    await installation?.remove();
    config.remove();
  }, 120_000);

  const count = (): number => Object.keys(stages).length;

  async function simulator(path: string, body?: object): Promise<void> {
    const answer = await fetch(`${installation.stack.simulatorsUrl}/_sim${path}`, {
      method: 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  }

  async function forgetAt(system: Partner, one: FiledCase): Promise<void> {
    await simulator(`/forget?system=${system}&code=${encodeURIComponent(one.code)}`);
  }

  /** DVCLT codes of the dossiers that call for a person. */
  async function calling(): Promise<Set<string>> {
    const page = await installation.get<{ items: { codes: { dvclt: string } }[] }>(
      '/dossiers?attention=true&limit=200',
    );
    return new Set(page!.items.map(({ codes }) => codes.dvclt));
  }

  function codeOf({ stage }: Pick<Planted, 'stage'>): string {
    return stage === null ? STRANGER : stages[stage].code;
  }

  function shown({ partner, class: name, cause, responsible, ours, theirs }: Omit<Planted, 'stage'>, code: string) {
    return { code, partner, class: name, cause, responsible, ours, theirs };
  }

  function asPlanted(found: readonly ShownDifference[]): unknown[] {
    const known = new Set(PLANTED.map(codeOf));
    return sorted(found.map((one) => shown(one, one.codes.find((code) => known.has(code)) ?? one.codes.join(' '))));
  }

  function of(partner: Partner): Planted[] {
    return PLANTED.filter((one) => one.partner === partner);
  }

  it('finds no difference at all while nothing is wrong, in no stage of either journey', async () => {
    const runs = await comparisons.ofAll();
    expect(await comparisons.differences({})).toEqual([]);
    for (const run of Object.values(runs)) {
      expect(run).toMatchObject({ state: 'finished', cause: 'demand', counts: { differing: 0, unreadable: 0 } });
      expect(lookedAtOf(run)).toBe(count());
    }
    // One dossier is on its way to the one-stop; DVCLT has no query. Neither is clean. The others were told nothing of that dossier yet.
    expect(runs.onestop).toMatchObject({ isClean: false, notLookedAtBecause: { 'in-flight': 1 } });
    expect(runs.dvclt).toMatchObject({ isClean: false, notLookedAtBecause: { 'cannot-ask': count() } });
    expect(runs.onestop.counts).toMatchObject({ agreed: count() - 1, notLookedAt: 1 });
    for (const partner of ['hotich', 'dvcqg'] as const) {
      expect(runs[partner].counts).toMatchObject({ agreed: count(), notLookedAt: 0 });
      expect(runs[partner].isClean).toBe(true);
    }
    expect(await calling()).toEqual(calledBefore);
  }, 180_000);

  it('finds each planted difference with its class, its cause and who must act, and nothing else', async () => {
    await forgetAt('dvcqg', stages.firstBirth);
    await forgetAt('dvcqg', stages.firstDeath);
    await simulator(`/cases/${stages.onDesk.code}/decisions`, { decision: 'accept', isUntold: true });
    await forgetAt('onestop', stages.secondBirth);
    await simulator('/strangers', { code: STRANGER });
    const listedFromMs = Date.now() + WHOLE_SECOND_MS;
    await forgetAt('hotich', stages.birthWithRegistry);
    await stages.deathWithRegistry.act('completed-without-file');
    await stages.deathWithRegistry.untilConfirmed('registry', 4);
    // Its detail cannot be had, so that intake does not acknowledge it again at once.
    await installation.fault([
      { system: 'dvclt', operation: 'detail', switch: 'noise', value: 'html:503', code: stages.secondDeath.code },
    ]);
    await stages.secondDeath.relist();
    await until(() => Date.now() > listedFromMs, REST_DEADLINE_MS, 'a list that is whole up to the stranger');

    planted = await comparisons.ofAll();
    const found = await comparisons.differences({ state: 'open' });
    expect(asPlanted(found)).toEqual(sorted(PLANTED.map((one) => shown(one, codeOf(one)))));
    for (const partner of PARTNERS) {
      const run = planted[partner];
      const strangers = of(partner).filter(({ stage }) => stage === null).length;
      expect(run).toMatchObject({ state: 'finished', isClean: false });
      expect(run.counts).toMatchObject({ differing: of(partner).length, unreadable: 0 });
      expect(lookedAtOf(run)).toBe(count() + strangers);
    }
  }, 180_000);

  it('calls a person to each of them, and to nobody else', async () => {
    const ours = PLANTED.filter(({ stage }) => stage !== null).map(codeOf);
    expect(await calling()).toEqual(new Set([...calledBefore, ...ours]));
    for (const code of ours) expect(await installation.dossier(code)).toMatchObject({ attention: true });
    const told = await stages.onDesk.timeline();
    expect(told.filter(({ type }) => type === 'discrepancy.found')).toMatchObject([{ facts: { partner: 'onestop' } }]);
  }, 60_000);

  it('tells the sync log of each of them, of the run, and the auditor of the dossier', async () => {
    for (const partner of PARTNERS) {
      const judged = await comparisons.entriesOf(planted[partner], 'reconciliation.judged', of(partner).length);
      expect(sorted(judged.map(({ detail }) => pick(detail, ['class', 'cause', 'responsible'])))).toEqual(
        sorted(of(partner).map((one) => pick(one, ['class', 'cause', 'responsible']))),
      );
      const [finished] = await comparisons.entriesOf(planted[partner], 'reconciliation.finished', 1);
      expect(finished).toMatchObject({ partner, outcome: 'finished', detail: planted[partner].counts });
      expect(await comparisons.entriesOf(planted[partner], 'reconciliation.requested', 1)).toHaveLength(1);
    }
    const story = await comparisons.story(stages.secondBirth.code);
    expect(story.slice(-2)).toEqual(
      expect.arrayContaining([
        { kind: 'reconciliation.judged', partner: 'onestop' },
        { kind: 'discrepancy.found', partner: 'onestop' },
      ]),
    );
  }, 120_000);

  it('heals what the portal lost by a replay that another person approves; the next run closes it', async () => {
    const post = <T>(path: string, body: object, account?: string): Promise<T> =>
      installation.post<T>(path, body, account);
    const because = { reasonCode: 'partner-lost-data', reason: 'restored from an old backup' };
    const { id } = await post<{ id: string }>(`/reconciliations/${planted.dvcqg.id}/replay`, because);
    await post(`/replays/${id}/dry-run`, {});
    const { hash } = await untilPlan(id, ['dry-run']);
    await post(`/replays/${id}/approve`, { hash }, 'approver');
    await post(`/replays/${id}/start`, {});
    await untilPlan(id, ['done']);

    const next = await lienthongEnd<ShownRun>(installation, ['reconcile', 'start', '--partner', 'dvcqg', '--follow']);
    expect(next).toMatchObject({ code: 0, answer: { isClean: true, counts: { agreed: count(), differing: 0 } } });
    expect(await comparisons.differences({ partner: 'dvcqg', state: 'open' })).toEqual([]);
    expect(await comparisons.differences({ partner: 'dvcqg', state: 'closed' })).toHaveLength(2);
    for (const one of [stages.firstBirth, stages.firstDeath]) {
      expect(await one.dossier()).toMatchObject({ attention: false });
      expect((await one.timeline()).slice(-2)).toMatchObject([
        { type: 'discrepancy.closed', facts: { partner: 'dvcqg' } },
        { type: 'attention.cleared' },
      ]);
    }
    expect(await comparisons.entriesOf(next.answer!, 'discrepancy.closed', 2)).toHaveLength(2);
  }, 180_000);

  it('heals what hộ tịch lost while it is there, through the command line: it is registered once', async () => {
    const why = ['--why', 'partner-lost-data', '--reason', 'lost after an outage'];
    const plan = await lienthong<ShownPlan>(installation, ['reconcile', 'replay', planted.hotich.id, ...why]);
    expect(plan).toMatchObject({ state: 'dry-run', items: 1, needsApproval: true });
    const plans = new Plans(installation);
    await plans.approve(plan);
    await plans.start(plan);
    expect(await plans.untilEnded(plan.id)).toMatchObject({ state: 'done', counts: { done: 1, failed: 0 } });
    await stages.deathWithRegistry.act('file-later');
    const both = [stages.birthWithRegistry, stages.deathWithRegistry];
    await Promise.all(both.map((one) => one.untilState('finished')));
    await Promise.all(both.map(untilSettled));
    for (const one of both) expect((await one.ledger('hotich', 'registration'))?.count).toBe(1);
    expect((await comparisons.of('hotich')).counts).toMatchObject({ agreed: count(), differing: 0 });
    expect(await comparisons.differences({ partner: 'hotich', state: 'open' })).toEqual([]);
    for (const one of both) expect(await one.dossier()).toMatchObject({ attention: false });
  }, 180_000);

  it('closes what ended by itself: a decision that came late, a receipt that DVCLT has after all', async () => {
    await installation.clearFaults();
    const late = { decision: 'accept', decidedAt: new Date().toISOString(), officer: OFFICER, note: 'hồ sơ hợp lệ' };
    expect((await installation.decide(stages.onDesk.code, late)).status).toBe(202);
    // The receipt is told as long as DVCLT lists the dossier.
    await stages.secondDeath.until(
      async () => (await stages.secondDeath.ledger('dvclt', 'acknowledged'))?.count === 2,
      'the second receipt',
    );
    await Promise.all([stages.onDesk, stages.received].map((one) => one.untilState('finished')));
    await Promise.all([stages.onDesk, stages.secondDeath, stages.received].map(untilSettled));
    const { dvclt, onestop } = { dvclt: await comparisons.of('dvclt'), onestop: await comparisons.of('onestop') };
    expect(dvclt.counts).toMatchObject({ differing: 0 });
    expect(await comparisons.differences({ partner: 'dvclt', state: 'closed' })).toMatchObject([
      { cause: 'receipt-lost-there' },
    ]);
    expect(onestop.counts).toMatchObject({ differing: 2, notLookedAt: 0 });
    for (const one of [stages.onDesk, stages.secondDeath])
      expect(await one.dossier()).toMatchObject({ attention: false });
    const left = await comparisons.differences({ partner: 'onestop', state: 'open' });
    expect(left.map(({ class: name, seen }) => [name, seen]).sort()).toEqual([
      ['missing-here', 2],
      ['missing-there', 2],
    ]);
  }, 180_000);

  it('stops when the partner goes away in the middle: what is left was not looked at, and is not clean', async () => {
    const dossiers = await Promise.all(Object.values(stages).map((one) => one.dossier()));
    const inOrder = dossiers.map((dossier) => dossier!).sort((a, b) => (a.id < b.id ? -1 : 1));
    const before = inOrder.findIndex(({ codes }) => codes.dvclt === inOrder[inOrder.length >> 1].codes.dvclt);
    await installation.fault([
      {
        system: 'dvcqg',
        operation: 'TraCuuHoSo',
        switch: 'noise',
        value: 'html:503',
        code: inOrder[before].codes.oneStop,
      },
    ]);
    const run = await comparisons.of('dvcqg');
    expect(run).toMatchObject({
      state: 'stopped',
      reasonCode: 'partner-away',
      isClean: false,
      counts: { agreed: before, differing: 0, unreadable: 0, notLookedAt: count() - before },
      notLookedAtBecause: { 'partner-away': count() - before },
    });
    const [finished] = await comparisons.entriesOf(run, 'reconciliation.finished', 1);
    expect(finished).toMatchObject({ outcome: 'stopped', detail: { reasonCode: 'partner-away', code: 'http.5xx' } });
    await installation.clearFaults();
    expect(await comparisons.of('dvcqg')).toMatchObject({ state: 'finished', isClean: true });
  }, 120_000);

  it('leaves nothing lost, doubled, overtaken, stuck or unexplained', async () => {
    await untilClean(installation, REST_DEADLINE_MS, { configDir: config.dir });
  }, 90_000);

  async function untilPlan(id: string, states: readonly string[]): Promise<{ hash: string }> {
    let now: { state: string; hash: string } | undefined;
    await until(
      async () => {
        now = (await installation.get<typeof now>(`/replays/${id}`).catch(() => now)) ?? now;
        return now !== undefined && states.includes(now.state);
      },
      REST_DEADLINE_MS,
      () => `${states.join(' or ')}; it is ${JSON.stringify(now)}`,
    );
    return now!;
  }
});

const OFFICER = { name: 'Cán bộ mẫu', title: 'Công chức', department: 'Bộ phận một cửa' };

async function untilSettled(one: FiledCase): Promise<void> {
  await one.until(async () => (await one.dossier())?.pendingDeliveries === 0, 'nothing under way');
}

function pick(from: object | undefined, names: readonly string[]): Record<string, unknown> {
  const members = new Map(Object.entries(from ?? {}));
  return Object.fromEntries(names.map((name) => [name, members.get(name)]));
}

/** In an order of its own, so that only what is there counts. */
function sorted(some: readonly unknown[]): unknown[] {
  return [...some].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
