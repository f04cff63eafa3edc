import { join } from 'node:path';
import {
  approvePersonRequest,
  askPersonRequest,
  loadLabels,
  loadPurposes,
  searchPerson,
  showContent,
  showPersonRequest,
  takeExport,
  withdrawPersonRequest,
  type ActingViewer,
  type PrivacyDeps,
} from '#privacy';
import { codeOf, uuidIds } from '#platform';
import { fixedClock } from '#testing';
import { SmallJourney } from '../verification/small-journey';

const CONFIG_DIR = join(__dirname, '../../config');
/** Every dossier of the journey names this child. */
const CHILD = '999000000001';
const REASON = 'letter 12/2026 of the person';
const DAY_MS = 24 * 3_600_000;

describe('what a person asked for and who wrote it down takes back', () => {
  let journey: SmallJourney;
  let deps: PrivacyDeps;
  let finished: string[];

  beforeAll(async () => {
    journey = await SmallJourney.open();
    const labels = loadLabels(CONFIG_DIR);
    deps = { ...journey.world.deps, labels, purposePolicy: loadPurposes(CONFIG_DIR) };
    finished = Array.from({ length: 5 }, () => journey.list());
    await journey.poll();
    // Refused: at their end, and nothing of them is under way.
    await journey.decide(finished, 'refuse');
  }, 120_000);
  afterAll(() => journey?.end());

  const by = (id: string, units: string[] | null = null): ActingViewer => ({
    actor: { id, type: 'person' },
    roles: ['operator', 'approver'],
    units,
    idempotencyKey: uuidIds.next(),
  });
  // Each asks in another name: the searches of one account in an hour are few.
  const ask = (kind: 'export' | 'erase', dossiers: string[], who: ActingViewer) =>
    askPersonRequest({ kind, identityNumber: CHILD, reason: REASON, dossiers }, who, deps);
  const approve = ({ id, setDigest }: { id: string; setDigest: string }, who = by('ap')) =>
    approvePersonRequest({ requestId: id, setDigest }, who, deps);
  const withdraw = ({ id }: { id: string }, who: ActingViewer) => withdrawPersonRequest(id, who, deps);
  const codeWhen = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => codeOf(error),
    );
  const stateOf = async ({ id }: { id: string }): Promise<string> =>
    (await showPersonRequest(id, { units: null }, deps)).state;
  const isErased = async (code: string): Promise<boolean> =>
    (await codeWhen(showContent(code, null, deps))) === 'vault-erased';

  it('erases nothing, now and at a later yes, and can be asked for anew', async () => {
    const [code] = finished;
    const request = await ask('erase', [code], by('op-1'));
    const { state, withdrawnAt } = await withdraw(request, by('op-1'));
    expect([state, withdrawnAt]).toEqual(['withdrawn', expect.any(String)]);
    expect(await codeWhen(approve(request))).toBe('request-not-open');
    expect((await showContent(code, null, deps)).fields.length).toBeGreaterThan(0);
    const asked = { identityNumber: CHILD, purpose: 'complaint', reason: REASON };
    const { items } = await searchPerson(asked, by('searcher'), deps);
    expect(items.map(({ dvcltCode }) => dvcltCode)).toContain(code);
    await approve(await ask('erase', [code], by('op-1')));
    expect(await isErased(code)).toBe(true);
  });

  it('erases nothing at a gateway of before, which knows no such state', async () => {
    const request = await ask('erase', [finished[1]], by('op-2'));
    await withdraw(request, by('op-2'));
    await expect(
      journey.world.test.db.execute(
        `update person_request set state = 'approved', approved_by = 'ap', approved_at = now() where id = $1`,
        [request.id],
      ),
    ).rejects.toMatchObject({ code: '23514' });
    expect(await isErased(finished[1])).toBe(false);
  });

  it('is told as unknown to who does not see all of its dossiers, also to who asked', async () => {
    const [{ unit }] = await journey.world.test.db.query<{ unit: string }>(
      `select d.unit from dossier d join dossier_code c on c.dossier_id = d.id where c.code = $1`,
      [finished[1]],
    );
    const request = await ask('export', [finished[1]], by('op-3', [unit]));
    for (const who of ['op-3', 'op-4'])
      expect(await codeWhen(withdraw(request, by(who, ['99999'])))).toBe('person-request-unknown');
    expect(await codeWhen(withdraw(request, by('op-4', [unit])))).toBe('not-own-request');
    expect(await stateOf(request)).toBe('open');
    expect((await withdraw(request, by('op-3', [unit]))).state).toBe('withdrawn');
  });

  it('is not taken back when it is approved, or when its day is over', async () => {
    const taken = await ask('export', [finished[1]], by('op-5'));
    await approve(taken);
    expect(await codeWhen(withdraw(taken, by('op-5')))).toBe('request-not-open');
    expect((await takeExport(taken.id, by('op-5'), deps)).dossiers).toHaveLength(1);
    const late = await ask('export', [finished[1]], by('op-5'));
    const tomorrow = { ...deps, clock: fixedClock(new Date(deps.clock.now().getTime() + DAY_MS)) };
    expect(await codeWhen(withdrawPersonRequest(late.id, by('op-5'), tomorrow))).toBe('request-expired');
  });

  it('is either erased or taken back when both are asked for at once', async () => {
    for (const [round, code] of finished.slice(2).entries()) {
      const request = await ask('erase', [code], by(`racer-${round}`));
      const decide = [() => approve(request), () => withdraw(request, by(`racer-${round}`))];
      const ends = await Promise.all((round % 2 === 0 ? decide : decide.reverse()).map((one) => codeWhen(one())));
      expect(ends.sort()).toEqual(['none', 'request-not-open']);
      const state = await stateOf(request);
      expect([state, await isErased(code)]).toEqual([state, state === 'approved']);
      expect(['approved', 'withdrawn']).toContain(state);
    }
  });
});
