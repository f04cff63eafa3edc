import { isConnectionLost } from './connection-lost';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

describe('a lost connection', () => {
  it.each([
    coded('ECONNREFUSED'),
    coded('ECONNRESET'),
    coded('57P03'),
    coded('08006'),
    coded('25P03'),
    new Error('Connection terminated unexpectedly'),
    new Error('Connection terminated due to connection timeout'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Query read timeout'),
    new Error('Client has encountered a connection error and is not queryable'),
  ])('is what %s tells', (error) => {
    expect(isConnectionLost(error)).toBe(true);
  });

  it.each([coded('57014'), coded('23505'), coded('40001'), new Error('connection'), 'ECONNREFUSED', undefined])(
    'is not what %s tells',
    (error) => {
      expect(isConnectionLost(error)).toBe(false);
    },
  );
});
