import { silentLog } from '#platform';
import { freePort, testKafka } from '#testing';
import { CheckpointTopic } from './checkpoint-topic';
import { ensureTopics } from './kafka-admin';

describe('the topic of checkpoints', () => {
  const open: CheckpointTopic[] = [];
  const topicAt = (brokers: string, origin = 'log.test'): CheckpointTopic => {
    const topic = new CheckpointTopic({ brokers, clientId: 'test', log: silentLog, origin });
    open.push(topic);
    return topic;
  };
  afterEach(async () => {
    for (const topic of open.splice(0)) await topic.close();
  });

  it('keeps what was published, and gives the last ones to whoever starts', async () => {
    const { brokers } = await testKafka();
    await ensureTopics(brokers);
    const mine = topicAt(brokers);
    const before = (await mine.newest()).length;
    for (let size = 1; size <= 12; size += 1) await mine.publish({ note: `note ${size}` });
    await topicAt(brokers, 'other.test').publish({ note: 'note of another log' });
    const notes = await topicAt(brokers).newest();
    expect(before).toBe(0);
    expect(notes).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((size) => `note ${size}`));
  }, 60_000);

  it('says so when the broker is away', async () => {
    const topic = topicAt(`127.0.0.1:${await freePort()}`);
    await expect(topic.newest()).rejects.toThrow();
    await expect(topic.publish({ note: 'note' })).rejects.toThrow();
  }, 60_000);
});
