import { Command } from 'commander';
import { filterQuery, withFilter, type FilterOptions } from './audit-filter';

describe('the conditions of an audit', () => {
  const query = (...args: string[]): Record<string, string | undefined> => {
    const command = withFilter(new Command('search')).exitOverride();
    return filterQuery(command.parse(args, { from: 'user' }).opts<FilterOptions>());
  };

  it('are given to the gateway under the names of its API', () => {
    expect(query('--code', 'G22.1', '--dossier-id', 'd', '--cause', 'lease.expired')).toMatchObject({
      code: 'G22.1',
      dossierId: 'd',
      cause: 'lease.expired',
      unit: undefined,
      since: undefined,
    });
  });

  it('take times with an offset, and how long ago', () => {
    expect(query('--since', '2026-03-02T09:00:00+07:00')).toMatchObject({ since: '2026-03-02T02:00:00.000Z' });
    const before = Date.now() - 7_200_000;
    const { until } = query('--until', '2h');
    expect(Date.parse(until ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(until ?? '')).toBeLessThanOrEqual(Date.now() - 7_200_000);
  });

  it('refuse a time that is none', () => {
    expect(() => query('--since', 'yesterday')).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
