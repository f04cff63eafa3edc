import { resolve } from 'node:path';
import { parseOptions } from './options';

describe('options of npm start', () => {
  let complaints: string;
  beforeEach(() => {
    complaints = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      complaints += String(text);
      return true;
    });
  });
  afterEach(() => jest.restoreAllMocks());

  it('has a default for everything', () => {
    expect(parseOptions([])).toEqual({
      dataDir: resolve('.lienthong'),
      port: 3000,
      withSimulators: true,
      bus: null,
      maxDeaths: 3,
    });
  });

  it('reads every option', () => {
    const given = ['--data', '/srv/x', '--port', '3100', '--no-simulators', '--bus', 'postgres', '--max-deaths', '9'];
    expect(parseOptions(given)).toEqual({
      dataDir: '/srv/x',
      port: 3100,
      withSimulators: false,
      bus: 'postgres',
      maxDeaths: 9,
    });
  });

  it.each([
    ['--port', '0'],
    ['--port', '65536'],
    ['--port', '3e3'],
    ['--port', ''],
    ['--bus', 'memory'],
    ['--max-deaths', '0'],
    ['--frob'],
    ['stray'],
  ])('refuses %s %s and says why', (...args) => {
    expect(() => parseOptions(args.filter((one) => typeof one === 'string'))).toThrow();
    expect(complaints).toMatch(/error: /);
  });
});
