import type { LoggedEvent } from '#bus';
import { systemClock, uuidIds } from '#platform';
import { until } from '#testing';
import type { Webhook } from '../domain/webhook';
import type { Posted } from '../domain/judge-post';
import type { PostRequest } from '../ports';
import { postWindow } from './post-window';

const webhook: Webhook = {
  id: 'one-stop',
  url: 'https://one-stop.example/hook',
  startAfter: 0,
  deadlineMs: 2_000,
  concurrency: 2,
  firstRetryMs: 20,
  maxRetryMs: 50,
  stopAfterMs: 1_000,
};

/** Two events of each of three dossiers. */
const events = [0, 1, 2, 0, 1, 2].map((dossier, at): LoggedEvent => ({
  position: at + 1,
  eventId: uuidIds.next(),
  type: 'vn.lienthong.dossier.accepted.v1',
  at: new Date('2026-03-02T02:00:00Z'),
  dossierId: `dossier-${dossier}`,
  seq: at,
  unit: null,
  codes: {},
  data: {},
}));

describe('posting a window', () => {
  it('does not end while a post is under way, and begins none, when the database fails', async () => {
    const posts: PostRequest[] = [];
    const taken = new Set<number>();
    let answer: (posted: Posted) => void = () => undefined;
    const port = {
      post: (request: PostRequest): Promise<Posted> => {
        posts.push(request);
        return new Promise((resolve) => (answer = resolve));
      },
    };
    let asked = 0;
    const lease = {
      covers: () => true,
      ensure: async () => {
        asked += 1;
        if (asked > 1) throw new Error('the database is away');
        return true;
      },
    };
    let isOver = false;
    const window = postWindow({ webhook, port, lease, clock: systemClock }, events, {
      keys: [],
      taken,
      signal: new AbortController().signal,
    });
    const ended = window.then(
      () => undefined,
      (error: Error) => {
        isOver = true;
        return error.message;
      },
    );
    await until(() => asked === 2, 1_000, 'the failure');
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    answer({ kind: 'answer', status: 200 });
    expect(await ended).toBe('the database is away');
    expect([posts.length, asked, [...taken]]).toEqual([1, 2, [1]]);
  });
});
