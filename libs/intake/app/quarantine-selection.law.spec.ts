import { uuidIds } from '#platform';
import { FakeDecisionSource } from '../../../test/intake/fake-decision-source';
import { FakeDossierSource, type FakeDossier } from '../../../test/intake/fake-dossier-source';
import { intakeWorld, type IntakeWorld } from '../../../test/intake/intake-world';
import { approveGiveUp } from './approve-give-up';
import { groupQuarantine } from './group-quarantine';
import { PollDecisions } from './poll-decisions';
import { PollDossierSource, type DossierPollSummary } from './poll-dossier-source';
import { requestGiveUp } from './request-give-up';
import { rerunSelection, type TakenForRerun } from './rerun-selection';
import type { QuarantineSelection } from './quarantine-selection';

const signal = new AbortController().signal;
let serial = 0;
const nextCode = (): string => `G22.99.08-260307-${String((serial += 1)).padStart(6, '0')}`;

describe('actions on a group of quarantine', () => {
  let world: IntakeWorld;
  let source: FakeDossierSource;
  let decisions: FakeDecisionSource;

  const poll = (): Promise<DossierPollSummary> => {
    world.clock.advance(1_000);
    return new PollDossierSource(source, world.deps, { workerId: 'w1', everyMs: 0 }).pollOnce(signal);
  };
  const by = (id: string) => ({ actor: { id, type: 'person' as const }, idempotencyKey: uuidIds.next() });
  const rerun = (selection: QuarantineSelection, maxItems: number, who = 'operator'): Promise<TakenForRerun> =>
    rerunSelection(selection, by(who), { ...world.deps, maxItems });
  const ask = (selection: QuarantineSelection) => requestGiveUp(selection, 'test dossiers', by('operator'), world.deps);
  const approve = ({ id, setDigest }: { id: string; setDigest: string }) =>
    approveGiveUp({ requestId: id, setDigest }, by('approver'), world.deps);
  const items = (): Promise<{ id: string; key: string; state: string }[]> =>
    world.test.db.query(`select id, item_key as key, state from quarantine order by id`);
  const groupKey = async (): Promise<string> => {
    const groups = await groupQuarantine(world.test.db, []);
    expect(groups).toHaveLength(1);
    return groups[0].key;
  };
  /** Quarantines many; their listings stay as they are. */
  async function poison(count: number, fault: Partial<FakeDossier> = { unitText: '345' }): Promise<string[]> {
    const codes = Array.from({ length: count }, nextCode);
    source.rows.push(...codes.map((code) => ({ code, listId: '1', ...fault })));
    expect(await poll()).toMatchObject({ quarantined: count });
    return codes;
  }
  async function giveUpAll(): Promise<void> {
    const asked = await ask({ ids: (await items()).filter(({ state }) => state === 'open').map(({ id }) => id) });
    const { givenUp } = await approve(asked);
    expect(givenUp).toEqual(asked.items);
  }

  beforeAll(async () => {
    world = await intakeWorld();
  });
  beforeEach(async () => {
    source = new FakeDossierSource(world.clock);
    decisions = new FakeDecisionSource();
    await world.test.db.execute('delete from quarantine');
    await world.test.db.execute('delete from poller');
  });
  afterAll(() => world.end());

  it('knows the commune as the source wrote it, and nothing that is no number of a commune', async () => {
    await poison(2);
    await poison(1, { procedureCode: '9.999999' });
    await poison(1, { unitText: 'Nguyễn Văn Mẫu' });
    await poison(1, { unitText: '999000000002' });
    const groups = await groupQuarantine(world.test.db, []);
    expect(groups.map(({ reasonCode, count, units }) => ({ reasonCode, count, units }))).toEqual([
      { reasonCode: 'unit-unknown', count: 4, units: ['00345'] },
      { reasonCode: 'procedure-unknown', count: 1, units: [expect.stringMatching(/^\d{5}$/)] },
    ]);
  });

  it('takes a group in bounded requests until nothing is left, each item once', async () => {
    await poison(20);
    const group = await groupKey();
    const answers = [await rerun({ group }, 7), await rerun({ group }, 7), await rerun({ group }, 7)];
    expect(answers.map(({ taken, remaining }) => [taken.length, remaining])).toEqual([
      [7, 13],
      [7, 6],
      [6, 0],
    ]);
    expect(new Set(answers.flatMap(({ taken }) => taken)).size).toBe(20);
    await expect(rerun({ group }, 7)).rejects.toMatchObject({ code: 'quarantine-group-unknown' });
  });

  it.each([1, 2, 3, 4, 5])(
    'gives each item to one of two operators, an approver and the list that act at once (round %i)',
    async () => {
      await poison(30);
      const group = await groupKey();
      const asked = await ask({ group });
      // The list brings every third of them through.
      for (const [index, row] of source.rows.entries())
        if (index % 3 === 0) Object.assign(row, { listId: '2', unitText: '123' });
      const ids = asked.items;
      const [first, second, approved] = await Promise.all([
        rerun({ ids }, 30, 'operator'),
        rerun({ ids: [...ids].reverse() }, 30, 'operator2'),
        approve(asked),
        poll(),
      ]);
      const taken = [...first.taken, ...second.taken];
      const givenUp = approved.givenUp ?? [];
      expect(new Set(taken).size).toBe(taken.length);
      expect(taken.filter((id) => givenUp.includes(id))).toEqual([]);
      expect((approved.skipped ?? []).length + givenUp.length).toBe(30);
      const now = await items();
      for (const id of givenUp) expect(now.find((one) => one.id === id)?.state).toBe('given-up');
      const logged = await world.test.db.query<{ bytes: Buffer }>(
        `select bytes from synclog_entry where kind in ('item.rerun', 'item.given-up')`,
      );
      const told = logged
        .map(({ bytes }) => (JSON.parse(bytes.toString()) as { detail: { itemId: string } }).detail.itemId)
        .filter((id) => asked.items.includes(id));
      expect(told.sort()).toEqual([...taken, ...givenUp].sort());
    },
  );

  describe('that gave up', () => {
    it('leaves alone what is listed as it was, neither fetched nor acknowledged nor opened again', async () => {
      await poison(2);
      await giveUpAll();
      source.fetched.length = 0;
      expect(await poll()).toMatchObject({ listed: 2, givenUp: 2, quarantined: 0, quarantinedUnchanged: 0 });
      expect(source.fetched).toEqual([]);
      expect((await items()).map(({ state }) => state)).toEqual(['given-up', 'given-up']);
    });

    it('is not fetched on when its detail was refused', async () => {
      const code = nextCode();
      source.rows.push({ code, listId: '1' });
      source.refusedDetails.set(code, 'fake.detail-refused');
      for (let second = 0; second < 40; second += 1) await poll();
      expect(await world.test.db.query(`select stage from quarantine`)).toEqual([{ stage: 'fetch' }]);
      await giveUpAll();
      source.fetched.length = 0;
      for (let second = 0; second < 40; second += 1) expect(await poll()).toMatchObject({ givenUp: 1, quarantined: 0 });
      expect(source.fetched).toEqual([]);
    });

    it('takes the changed version that is listed later', async () => {
      const [code] = await poison(1);
      await giveUpAll();
      source.rows.splice(0, 1, { code, listId: '2' });
      expect(await poll()).toMatchObject({ accepted: 1, givenUp: 0 });
      expect(await world.dossier(code)).toMatchObject({ state: 'received' });
    });

    it('opens a changed version that is broken too, once', async () => {
      const [code] = await poison(1);
      await giveUpAll();
      source.rows.splice(0, 1, { code, listId: '2', failAt: 'xml' });
      expect(await poll()).toMatchObject({ quarantined: 1 });
      expect(await poll()).toMatchObject({ quarantined: 0, quarantinedUnchanged: 1 });
      expect((await items()).map(({ key, state }) => [key, state])).toEqual([
        [code, 'given-up'],
        [code, 'open'],
      ]);
    });

    it('leaves alone a row without a code, of either side', async () => {
      source.unreadable.push({ listing: Buffer.from('{"id":"1"}'), reason: 'made to fail' });
      decisions.rows.push({ dvclt: nextCode(), decision: 'accept' });
      decisions.mark = 3;
      const pollDecisions = async (): Promise<void> => {
        world.clock.advance(1_000);
        await new PollDecisions(decisions, world.deps, { workerId: 'w1', everyMs: 0 }).pollOnce(signal);
      };
      await poll();
      await pollDecisions();
      expect(await items()).toHaveLength(2);
      await giveUpAll();
      expect(await poll()).toMatchObject({ givenUp: 1, quarantined: 0 });
      await world.test.db.execute(`update poller set memory = '{"after":0}'`);
      await pollDecisions();
      expect((await items()).map(({ state }) => state)).toEqual(['given-up', 'given-up']);
    });
  });
});
