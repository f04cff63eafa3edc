import type { DeliveryTask, PartnerView } from '#delivery';
import type { PartnerId } from '#dossier';
import { TEST_POLICY } from '../../delivery/testing/scripted-partner';
import { Questions, type AskedAdapter } from './questions';

const TASK = { partner: 'hotich', operation: 'submit-registration' } as DeliveryTask;
const task = (deliveryId: number): DeliveryTask => ({ ...TASK, deliveryId: String(deliveryId) });
const signal = new AbortController().signal;

/** A partner whose answers come when the test lets them; it notes which messages each question was about. */
function slowPartner(partner: PartnerId, atMost?: number) {
  const questions: string[] = [];
  const pending: (() => void)[] = [];
  const view = async (tasks: readonly DeliveryTask[]): Promise<PartnerView[]> => {
    questions.push(tasks.map(({ deliveryId }) => deliveryId).join());
    await new Promise<void>((resolve) => pending.push(resolve));
    return tasks.map(({ deliveryId }) => ({ verdict: 'absent', reasonCode: `test.${deliveryId}` }));
  };
  const adapter: AskedAdapter = {
    partner,
    policy: TEST_POLICY,
    view: async (one) => (await view([one]))[0],
    ...(atMost === undefined ? {} : { viewTogether: { atMost, view } }),
  };
  return { adapter, questions, answer: () => pending.shift()?.() };
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('questions to partners', () => {
  it('go out in order, only so many at once, and not before one is answered', async () => {
    const { adapter, questions, answer } = slowPartner('dvcqg');
    const asking = new Questions(() => 2);
    const views = Promise.all([1, 2, 3].map((id) => asking.ask(adapter, task(id), signal)));
    await settled();
    expect(questions).toEqual(['1', '2']);
    answer();
    await settled();
    expect(questions).toEqual(['1', '2', '3']);
    answer();
    answer();
    expect((await views).map(({ reasonCode }) => reasonCode)).toEqual(['test.1', 'test.2', 'test.3']);
  });

  it('are about as many messages as their partner takes, each with its own answer', async () => {
    const { adapter, questions, answer } = slowPartner('hotich', 3);
    const asking = new Questions(() => 1);
    const views = Promise.all([1, 2, 3, 4].map((id) => asking.ask(adapter, task(id), signal)));
    await settled();
    expect(questions).toEqual(['1,2,3']);
    answer();
    await settled();
    answer();
    expect((await views).map(({ reasonCode }) => reasonCode)).toEqual(['test.1', 'test.2', 'test.3', 'test.4']);
    expect(questions).toEqual(['1,2,3', '4']);
  });

  it('do not keep those of another partner waiting, nor end with those of another asker', async () => {
    const slow = slowPartner('hotich', 3);
    const other = slowPartner('dvcqg');
    const asking = new Questions(() => 1);
    const ended = new AbortController();
    void asking.ask(slow.adapter, task(1), ended.signal);
    void asking.ask(slow.adapter, task(2), signal);
    void asking.ask(other.adapter, task(3), signal);
    await settled();
    expect([slow.questions, other.questions]).toEqual([['1'], ['3']]);
    for (const answer of [slow.answer, other.answer]) answer();
    await settled();
    expect(slow.questions).toEqual(['1', '2']);
    slow.answer();
  });

  it('that throw leave every message without an answer, and the next one goes out', async () => {
    const view = async (): Promise<never> => {
      throw Object.assign(new Error(), { code: 'test.broken' });
    };
    const adapter = { partner: 'hotich', policy: TEST_POLICY, view, viewTogether: { atMost: 2, view } } as const;
    const asking = new Questions(() => 1);
    const views = await Promise.all([1, 2, 3].map((id) => asking.ask(adapter, task(id), signal)));
    expect(views).toEqual(Array(3).fill({ verdict: 'cannot-tell', reasonCode: 'test.broken' }));
  });

  it('end with the look that asked them, and after the deadline of their partner', async () => {
    const view = (_task: DeliveryTask, asked: AbortSignal): Promise<PartnerView> =>
      new Promise((resolve) =>
        asked.addEventListener('abort', () => resolve({ verdict: 'cannot-tell', reasonCode: 'wire.deadline' })),
      );
    const asking = new Questions(() => 1);
    const stop = new AbortController();
    const stopped = asking.ask({ partner: 'dvcqg', policy: TEST_POLICY, view }, task(1), stop.signal);
    await settled();
    stop.abort();
    const policy = { ...TEST_POLICY, deadlineMs: 10 };
    const late = asking.ask({ partner: 'dvcqg', policy, view }, task(2), signal);
    expect((await Promise.all([stopped, late])).map(({ reasonCode }) => reasonCode)).toEqual([
      'wire.deadline',
      'wire.deadline',
    ]);
  });
});
