import { silentLog } from '#platform';
import { fixedClock } from '#testing';
import type { CallResult } from '../ports';
import { DeliveryBench } from '../testing/delivery-bench';
import { TEST_POLICY } from '../testing/scripted-partner';
import { PartnerGate } from './partner-gate';

const DOWN: CallResult = { outcome: 'retry', wire: 'not-written', reasonCode: 'wire.econnrefused' };
const UP: CallResult = { outcome: 'accepted', wire: 'answered', reasonCode: 'dvclt.done' };
const policy = { ...TEST_POLICY, breaker: { lanes: 3, openMs: 2_000, maxOpenMs: 8_000 } };

describe('the circuit of a partner, shared by all workers', () => {
  const clock = fixedClock();
  let bench: DeliveryBench;
  beforeAll(async () => void (bench = await DeliveryBench.open(clock)));
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.db.execute('delete from partner_state');
    await bench.db.execute('delete from worker');
  });

  /** A worker's gate that has not looked yet: each look of a test is at the shared state. */
  const gate = (workerId = 'worker-a'): PartnerGate =>
    new PartnerGate({
      db: bench.db,
      partner: 'hotich',
      workerId,
      policy,
      clock,
      random: () => 0.999_999,
      log: silentLog,
    });
  const slots = async (of = gate()): Promise<number> => (await of.permission()).slots;
  const stateOf = async () =>
    (await bench.db.query<{ breaker: string; openings: number }>('select breaker, openings from partner_state'))[0];
  async function silence(of: PartnerGate, lanes: readonly string[]): Promise<void> {
    for (const lane of lanes) await of.tell(lane, DOWN);
  }

  it('opens for all after so many different dossiers in a row without an answer', async () => {
    const mine = gate();
    await silence(mine, ['a', 'b']);
    expect(await slots()).toBe(policy.maxConcurrency);
    await silence(mine, ['c']);
    expect([await slots(mine), await slots()]).toEqual([0, 0]);
  });

  it('does not open for one dossier that never gets through, nor when somebody is answered in between', async () => {
    const mine = gate();
    await silence(mine, ['a', 'a', 'a', 'a']);
    await mine.tell('b', UP);
    await silence(mine, ['c', 'd']);
    expect(await slots()).toBe(policy.maxConcurrency);
  });

  it('does not open for a worker whose own line is cut while another one is answered', async () => {
    const [cut, other] = [gate(), gate()];
    await silence(cut, ['a', 'b']);
    clock.advance(10);
    await other.tell('x', UP);
    await silence(cut, ['c']);
    expect(await slots()).toBe(policy.maxConcurrency);
  });

  it('lets one worker try with a few lanes when its time is over, and stays open longer when they fail', async () => {
    await silence(gate(), ['a', 'b', 'c']);
    clock.advance(2_000);
    const [first, second] = [gate(), gate()];
    expect([await slots(first), await slots(second)]).toEqual([3, 0]);
    await first.tell('a', DOWN);
    expect(await stateOf()).toEqual({ breaker: 'open', openings: 2 });
    clock.advance(3_999);
    expect(await slots()).toBe(0);
    clock.advance(1);
    expect(await slots()).toBe(3);
  });

  it('does not take a call that was sent before it opened for a lost trial', async () => {
    const late = gate();
    await silence(gate(), ['a', 'b', 'c']);
    clock.advance(2_000);
    expect(await slots()).toBe(3);
    await slots(late);
    await late.tell('d', DOWN);
    expect(await stateOf()).toEqual({ breaker: 'half-open', openings: 1 });
  });

  it('closes with the first answer, and gives slots back step by step', async () => {
    await silence(gate(), ['a', 'b', 'c']);
    clock.advance(2_000);
    const trying = gate();
    await slots(trying);
    await trying.tell('a', UP);
    expect(await stateOf()).toEqual({ breaker: 'closed', openings: 0 });
    expect([await slots(trying), await slots()]).toEqual([1, 1]);
    clock.advance(2_000);
    expect(await slots()).toBe(4);
    clock.advance(60_000);
    expect(await slots()).toBe(policy.maxConcurrency);
  });

  it('gives a trial that has nothing to send to whoever has something, and takes over one that was lost', async () => {
    await silence(gate(), ['a', 'b', 'c']);
    clock.advance(2_000);
    const idle = gate();
    expect(await slots(idle)).toBe(3);
    await idle.nothingToTry();
    expect(await slots()).toBe(0);
    clock.advance(500);
    const dying = gate();
    expect(await slots(dying)).toBe(3);
    clock.advance(2 * policy.deadlineMs - 1);
    expect(await slots()).toBe(0);
    clock.advance(1);
    expect(await slots()).toBe(3);
  });

  it('shares the slots of the partner out among the workers that live', async () => {
    const beat = (id: string, roles: readonly string[], at = clock.now()) =>
      bench.db.execute('insert into worker (id, started_at, heartbeat_at, roles) values ($1, $2, $2, $3)', [
        id,
        at,
        roles,
      ]);
    await beat('worker-a', ['couriers']);
    await beat('worker-b', ['router', 'couriers']);
    await beat('worker-c', ['couriers']);
    await beat('worker-d', ['router']);
    await beat('worker-0', ['couriers'], new Date(clock.now().getTime() - 10_001));
    expect(policy.maxConcurrency).toBe(8);
    expect([await slots(gate('worker-a')), await slots(gate('worker-b')), await slots(gate('worker-c'))]).toEqual([
      3, 3, 2,
    ]);
  });
});
