import { rfc3339 } from '#platform';
import type { DossierStateName } from '#dossier';
import { FakeDossierSource } from '../../../test/intake/fake-dossier-source';
import { applyCommand, intakeWorld, routeAcknowledgement, type IntakeWorld } from '../../../test/intake/intake-world';
import { PollDossierSource, type DossierPollSummary } from './poll-dossier-source';

const signal = new AbortController().signal;
let serial = 0;

type Step =
  | 'hand-over'
  | 'accept'
  | 'ask'
  | 'submit'
  | 'ask-by-registry'
  | 'register'
  | 'return'
  | 'refuse'
  | 'withdraw'
  | 'stop';

/** How a dossier comes to each state. */
const WAYS: readonly (readonly [name: string, state: DossierStateName, steps: readonly Step[]])[] = [
  ['received', 'received', []],
  ['at the one-stop', 'with-one-stop', ['hand-over']],
  ['awaiting a supplement for the one-stop', 'awaiting-supplement', ['hand-over', 'ask']],
  ['accepted, its registration unsent', 'with-registry', ['hand-over', 'accept']],
  ['with hộ tịch', 'with-registry', ['hand-over', 'accept', 'submit']],
  ['awaiting a supplement for hộ tịch', 'awaiting-supplement', ['hand-over', 'accept', 'submit', 'ask-by-registry']],
  ['registered', 'registered', ['hand-over', 'accept', 'submit', 'register']],
  ['finished', 'finished', ['hand-over', 'accept', 'submit', 'register', 'return']],
  ['refused', 'refused', ['hand-over', 'refuse']],
  ['withdrawn', 'withdrawn', ['hand-over', 'withdraw']],
  ['stopped', 'stopped', ['hand-over', 'stop']],
];

describe('a dossier that is listed again', () => {
  let world: IntakeWorld;
  let source: FakeDossierSource;
  const poll = (): Promise<DossierPollSummary> => {
    world.clock.advance(1_000);
    return new PollDossierSource(source, world.deps, { workerId: 'w1', everyMs: 0 }).pollOnce(signal);
  };
  const acknowledge = async (id: string): Promise<void> =>
    routeAcknowledgement(world.test.db, id, { status: 'settled', settledAt: world.clock.now() });

  async function take(step: Step, id: string, code: string): Promise<void> {
    const at = rfc3339(world.clock.now());
    const decide = (decision: 'accept' | 'request-supplement' | 'refuse' | 'withdraw' | 'stop' | 'hand-over') =>
      applyCommand(world, id, { kind: 'decide', decision, decidedAt: at, registration: 'none' });
    const settle = (partner: 'onestop' | 'hotich', operation: string, more: object) =>
      applyCommand(world, id, { kind: 'delivery-settled', partner, operation, outcome: 'accepted', at, ...more });
    const { contentRef } = await world.dossier(code);
    const steps: Record<Step, () => Promise<void>> = {
      'hand-over': () => settle('onestop', 'hand-over-dossier', { oneStopCode: `H99.${code}` }),
      accept: () => decide('accept'),
      ask: () => decide('request-supplement'),
      submit: () => settle('hotich', 'submit-registration', {}),
      'ask-by-registry': () => applyCommand(world, id, { kind: 'registry-reported', status: 2, at }),
      register: () =>
        applyCommand(world, id, {
          kind: 'registry-reported',
          status: 4,
          at,
          result: { registryCode: `R/${code}`, resultRef: contentRef, resultDigest: 'x' },
        }),
      return: () => decide('hand-over'),
      refuse: () => decide('refuse'),
      withdraw: () => decide('withdraw'),
      stop: () => decide('stop'),
    };
    await steps[step]();
  }

  /** A dossier in a state, acknowledged once, and still listed. */
  async function listed(steps: readonly Step[]): Promise<{ id: string; code: string }> {
    const code = `G22.99.08-260308-${String((serial += 1)).padStart(6, '0')}`;
    source.rows.splice(0, source.rows.length, { code, listId: '1' });
    await poll();
    const { id } = await world.dossier(code);
    for (const step of steps) await take(step, id, code);
    await acknowledge(id);
    return { id, code };
  }

  beforeAll(async () => {
    world = await intakeWorld();
  });
  beforeEach(() => {
    source = new FakeDossierSource(world.clock);
  });
  afterAll(() => world.end());

  it.each(WAYS)(
    'unchanged while it is %s: acknowledged again, or left alone, and nothing else [Q10 Q11]',
    async (_name, state, steps) => {
      const { code } = await listed(steps);
      const before = await world.dossier(code);
      expect(before.state).toBe(state);
      const isAwaited = state === 'awaiting-supplement';
      expect(await poll()).toMatchObject(isAwaited ? { left: 1, duplicate: 0 } : { left: 0, duplicate: 1 });
      const { state: after, attention, contentRef, round } = await world.dossier(code);
      expect({ after, attention, contentRef, round }).toEqual({
        after: before.state,
        attention: before.attention,
        contentRef: before.contentRef,
        round: before.round,
      });
      const events = (await world.journal(code)).slice(before.version);
      expect(events).toEqual(isAwaited ? [] : ['listing.repeated']);
    },
  );

  it.each(WAYS)(
    'changed while it is %s: the supplement, or a conflict that a person sees [Q11]',
    async (_name, state, steps) => {
      const { id, code } = await listed(steps);
      const before = await world.dossier(code);
      source.rows.splice(0, 1, { code, listId: '1', declaration: { nksHoTen: 'TRẺ EM MẪU HAI' } });
      const isAwaited = state === 'awaiting-supplement';
      expect(await poll()).toMatchObject(isAwaited ? { supplement: 1, conflict: 0 } : { supplement: 0, conflict: 1 });
      const after = await world.dossier(code);
      expect((await world.journal(code)).slice(before.version)).toEqual([
        isAwaited ? 'supplement.received' : 'conflict.recorded',
      ]);
      expect(after).toMatchObject(
        isAwaited
          ? { state: 'with-one-stop', round: before.round + 1 }
          : { state: before.state, round: before.round, attention: true, contentRef: before.contentRef },
      );
      // The changed bytes are kept either way, and acknowledged: listed once more they are nothing new.
      await acknowledge(id);
      expect(await poll()).toMatchObject({ duplicate: 1, conflict: 0, supplement: 0 });
      const bodies = await world.test.db.query<{ disposition: string }>(
        `select disposition from intake_message where external_code = $1 order by id`,
        [code],
      );
      expect(bodies.map((row) => row.disposition)).toEqual([
        'accepted',
        isAwaited ? 'supplement' : 'conflict',
        'duplicate',
      ]);
    },
  );
});
