import { until } from '#testing';
import { SupervisedServer, type RunningServer } from './supervised-server';

interface FakeServer extends RunningServer {
  die(how: string): void;
}

function fakeServer(onStop: () => void): FakeServer {
  let die: (how: string) => void = () => undefined;
  const exited = new Promise<string>((resolve) => (die = resolve));
  const stop = async (): Promise<void> => {
    onStop();
    die('SIGTERM');
  };
  return { exited, stop, die };
}

/** A server whose launches are counted; `failing` launches in a row do not succeed. */
function scene(maxDeaths = 3) {
  const seen = { launches: 0, stops: 0, failing: 0, deaths: [] as string[], givenUp: [] as string[] };
  const servers: FakeServer[] = [];
  const supervised = new SupervisedServer<FakeServer>({
    name: 'kafka',
    maxDeaths,
    onDeath: (sentence) => void seen.deaths.push(sentence),
    onGiveUp: (sentence) => void seen.givenUp.push(sentence),
    launch: async () => {
      seen.launches += 1;
      if (seen.failing > 0) {
        seen.failing -= 1;
        throw new Error('the port is taken');
      }
      servers.push(fakeServer(() => (seen.stops += 1)));
      return servers.at(-1)!;
    },
  });
  return { supervised, seen, servers };
}

describe('a supervised server', () => {
  it('is launched again when it is killed, and says so', async () => {
    const { supervised, seen, servers } = scene();
    await supervised.start();
    servers[0].die('SIGKILL');
    await until(() => servers.length === 2, 5_000, 'the second launch');
    expect(seen.deaths).toEqual(['kafka ended (SIGKILL); it is started again in 0.5 s.']);
    await supervised.stop();
    expect(seen).toMatchObject({ launches: 2, stops: 1, givenUp: [] });
  });

  it('tries again when a launch fails, and gives up when it died too often within a minute', async () => {
    const { supervised, seen, servers } = scene();
    await supervised.start();
    seen.failing = 2;
    servers[0].die('exit code 1');
    await until(() => seen.givenUp.length === 1, 10_000, 'the end of patience');
    expect(seen.givenUp).toEqual(['kafka ended 3 times within a minute, the last time with: the port is taken']);
    expect(seen.launches).toBe(3);
    await supervised.stop();
  });

  it('does not come back after it was stopped, also when it is told so between two launches', async () => {
    const { supervised, seen, servers } = scene();
    await supervised.start();
    servers[0].die('SIGKILL');
    await until(() => seen.deaths.length === 1, 5_000, 'the death');
    await supervised.stop();
    expect(seen).toMatchObject({ launches: 1, stops: 0 });
  });

  it('does not hide that the first start failed', async () => {
    const { supervised, seen } = scene();
    seen.failing = 1;
    await expect(supervised.start()).rejects.toThrow('the port is taken');
    expect(seen.deaths).toEqual([]);
    await supervised.stop();
  });
});
