import { answersApiVersions } from '../../apps/cli/stack/kafka-answers';
import { ownKafka, testKafka } from '#testing';

const portOf = (brokers: string): number => Number(brokers.split(':')[1]);

describe('test Kafka', () => {
  it('answers, and is one for the whole run', async () => {
    const [first, second] = await Promise.all([testKafka(), testKafka()]);
    expect(second.brokers).toBe(first.brokers);
    expect(await answersApiVersions(portOf(first.brokers))).toBe(true);
  }, 240_000);

  it('can be killed and brought back on the same port when it is the file’s own', async () => {
    const kafka = await ownKafka();
    await kafka.kill();
    expect(await answersApiVersions(portOf(kafka.brokers))).toBe(false);
    await kafka.start();
    expect(await answersApiVersions(portOf(kafka.brokers))).toBe(true);
    await kafka.stop();
  }, 60_000);
});
