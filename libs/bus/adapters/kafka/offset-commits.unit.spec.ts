import { silentLog } from '#platform';
import { until } from '#testing';
import { OffsetCommits } from './offset-commits';

interface Committed {
  topic: string;
  partition: number;
  offset: string;
}

describe('commits of what was handled', () => {
  const commitsTo = (commitOffsets: (offsets: Committed[]) => Promise<void>): OffsetCommits =>
    new OffsetCommits({ commitOffsets }, { topic: 't', group: 'g', log: silentLog, everyMs: 5 });

  it('carries the last record of every partition in one request', async () => {
    const requests: Committed[][] = [];
    const commits = commitsTo(async (offsets) => void requests.push(offsets));
    commits.handled(0, '7');
    commits.handled(0, '9');
    commits.handled(3, '1');
    await until(() => requests.length > 0, 2_000, 'a commit');
    expect(requests).toEqual([
      [
        { topic: 't', partition: 0, offset: '10' },
        { topic: 't', partition: 3, offset: '2' },
      ],
    ]);
  });

  it('tries again what the broker did not take, and never takes a newer one back', async () => {
    const requests: Committed[][] = [];
    const commits = commitsTo(async (offsets) => {
      requests.push(offsets);
      if (requests.length > 1) return;
      commits.handled(0, '8');
      throw new Error('coordinator not available');
    });
    commits.handled(0, '4');
    commits.handled(1, '2');
    await until(() => requests.length === 2, 2_000, 'the second try');
    expect(requests[1]).toEqual([
      { topic: 't', partition: 0, offset: '9' },
      { topic: 't', partition: 1, offset: '3' },
    ]);
  });

  it('commits nothing of the partitions that it had before the group was joined anew', async () => {
    const requests: Committed[][] = [];
    const commits = commitsTo(async (offsets) => void requests.push(offsets));
    commits.handled(0, '4');
    commits.forget();
    await commits.end();
    expect(requests).toEqual([]);
  });

  it('commits once more when it ends, and nothing after that', async () => {
    const requests: Committed[][] = [];
    const commits = commitsTo(async (offsets) => {
      requests.push(offsets);
      throw new Error('the broker is away');
    });
    commits.handled(0, '4');
    await commits.end();
    commits.handled(0, '5');
    await commits.end();
    expect(requests).toHaveLength(1);
  });
});
