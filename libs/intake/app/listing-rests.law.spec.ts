import { FakeDossierSource } from '../../../test/intake/fake-dossier-source';
import { applyCommand, intakeWorld, routeAcknowledgement, type IntakeWorld } from '../../../test/intake/intake-world';
import { PollDossierSource, type DossierPollSummary } from './poll-dossier-source';

const signal = new AbortController().signal;
let serial = 0;
const nextCode = (): string => `G22.99.08-260305-${String((serial += 1)).padStart(6, '0')}`;

describe('listed rows whose detail brings nothing', () => {
  let world: IntakeWorld;
  let source: FakeDossierSource;
  const poll = (afterMs = 1_000): Promise<DossierPollSummary> => {
    world.clock.advance(afterMs);
    return new PollDossierSource(source, world.deps, { workerId: 'w1', everyMs: 0 }).pollOnce(signal);
  };
  /** Polls every second for so long; returns how often the detail was fetched. */
  const fetchesWithin = async (seconds: number): Promise<number> => {
    const before = source.fetched.length;
    for (let second = 0; second < seconds; second += 1) await poll();
    return source.fetched.length - before;
  };
  const item = async (code: string): Promise<object | undefined> =>
    (
      await world.test.db.query<object>(
        `select stage, reason_code, responsible, seen, state from quarantine where item_key = $1 order by id desc limit 1`,
        [code],
      )
    )[0];
  /** A dossier whose acknowledgement was lost and whose supplement is awaited: its old listing stays. */
  async function awaited(): Promise<string> {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    await poll();
    const { id } = await world.dossier(code);
    await routeAcknowledgement(world.test.db, id, { status: 'settled', settledAt: world.clock.now() });
    await applyCommand(world, id, {
      kind: 'decide',
      decision: 'request-supplement',
      decidedAt: world.clock.now().toISOString(),
      oneStopCode: `H99.${code}`,
      registration: 'none',
    });
    return code;
  }

  beforeAll(async () => {
    world = await intakeWorld();
  });
  beforeEach(() => {
    source = new FakeDossierSource(world.clock);
  });
  afterAll(() => world.end());

  it('fetches an old listing ever less often while a supplement is awaited [Q10 Q11]', async () => {
    await awaited();
    source.fetched.length = 0;
    expect(await poll()).toMatchObject({ left: 1, resting: 0 });
    expect(await poll(500)).toMatchObject({ left: 0, resting: 1 });
    expect(await fetchesWithin(60)).toBeLessThanOrEqual(6);
    expect(await fetchesWithin(600)).toBeLessThanOrEqual(5);
  });

  it('finds a changed detail behind an unchanged row within minutes [Q11]', async () => {
    const code = await awaited();
    await fetchesWithin(300);
    source.rows.splice(0, 1, { code, listId: '1', declaration: { nksHoTen: 'TRẺ EM MẪU HAI' } });
    await fetchesWithin(181);
    expect(await world.dossier(code)).toMatchObject({ state: 'with-one-stop', round: 1 });
    expect(await world.test.db.query(`select 1 from listing_watch where code = $1`, [code])).toEqual([]);
  });

  it('fetches a changed row at once [Q11]', async () => {
    const code = await awaited();
    await fetchesWithin(300);
    source.rows.splice(0, 1, { code, listId: '2', declaration: { nksHoTen: 'TRẺ EM MẪU HAI' } });
    expect(await poll()).toMatchObject({ supplement: 1 });
  });

  it('quarantines an item whose detail is refused again and again, with the count; others are not touched [Q43]', async () => {
    const [poison, sound] = [nextCode(), nextCode()];
    source.rows.push({ code: poison, listId: '1' }, { code: sound, listId: '2' });
    source.refusedDetails.set(poison, 'fake.detail-refused');
    expect(await poll()).toMatchObject({ failed: 1, accepted: 1, quarantined: 0 });
    expect(await poll(500)).toMatchObject({ failed: 0, resting: 1 });
    await fetchesWithin(40);
    expect(await item(poison)).toMatchObject({
      stage: 'fetch',
      reason_code: 'fake.detail-refused',
      responsible: 'dvclt',
      state: 'open',
    });
    expect(source.fetched.filter((code) => code === poison).length).toBeLessThanOrEqual(6);
    const [message] = await world.test.db.query<{ raw_ref: string }>(
      `select raw_ref from intake_message where external_code = $1`,
      [poison],
    );
    expect((await world.deps.vault.open(message.raw_ref)).toString()).toContain(poison);
    const { seen } = (await item(poison)) as { seen: number };
    await poll();
    expect(await item(poison)).toMatchObject({ seen: seen + 1 });
  });

  it('goes on asking for a refused detail, slowly, and closes the item when it is given', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    source.refusedDetails.set(code, 'fake.detail-refused');
    await fetchesWithin(40);
    source.refusedDetails.clear();
    await fetchesWithin(181);
    expect(await world.dossier(code)).toMatchObject({ state: 'received' });
    expect(await item(code)).toMatchObject({ state: 'resolved' });
  });

  it('does not blame an item for calls that never reached the source', async () => {
    const code = nextCode();
    source.rows.push({ code, listId: '1' });
    source.failingDetails.add(code);
    expect(await fetchesWithin(60)).toBe(60);
    expect(await item(code)).toBeUndefined();
  });
});
