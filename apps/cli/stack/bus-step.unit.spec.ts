import { chooseBus } from './bus-step';

describe('choice of the bus', () => {
  const present = (): string | null => null;
  const absent = (): string | null => 'Java is not installed';

  it.each([
    { wanted: null, kafkaBrokers: undefined, missing: present, kind: 'local-kafka' },
    { wanted: null, kafkaBrokers: undefined, missing: absent, kind: 'postgres' },
    { wanted: null, kafkaBrokers: 'k:9092', missing: absent, kind: 'external-kafka' },
    { wanted: 'kafka' as const, kafkaBrokers: 'k:9092', missing: absent, kind: 'external-kafka' },
    { wanted: 'kafka' as const, kafkaBrokers: undefined, missing: present, kind: 'local-kafka' },
    { wanted: 'postgres' as const, kafkaBrokers: 'k:9092', missing: present, kind: 'postgres' },
  ])('is $kind for --bus $wanted, brokers $kafkaBrokers', ({ wanted, kind, ...facts }) => {
    expect(chooseBus(wanted, facts).kind).toBe(kind);
  });

  it('says in one line why it is the PostgreSQL driver', () => {
    expect(chooseBus(null, { kafkaBrokers: undefined, missing: absent }).sentence).toBe(
      'Bus: the PostgreSQL driver, since Java is not installed.',
    );
  });

  it('refuses --bus kafka where there is none, and says what to do', () => {
    expect(() => chooseBus('kafka', { kafkaBrokers: undefined, missing: absent })).toThrow(
      /Java is not installed.*--bus postgres/,
    );
  });
});
