import type { Log, LogFields } from './log';
import { OutageLog } from './outage-log';

describe('the log of an outage', () => {
  let nowMs: number;
  let lines: { event: string; fields: LogFields }[];
  const keep = (event: string, fields: LogFields = {}): void => void lines.push({ event, fields });
  const log: Log = { info: keep, warn: keep, error: keep, debug: keep };
  const refused = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });

  beforeEach(() => {
    lines = [];
    nowMs = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
  });
  afterEach(() => jest.restoreAllMocks());

  it('speaks at the beginning and at the end, not for every try', () => {
    const outage = new OutageLog(log, 'relay', { partner: 'dvclt' });
    outage.recovered();
    for (let tries = 0; tries < 500; tries += 1) {
      outage.failed(refused);
      nowMs += 100;
    }
    outage.recovered();
    outage.recovered();
    expect(lines).toEqual([
      { event: 'relay.failed', fields: { partner: 'dvclt', code: 'ECONNREFUSED', failures: 1 } },
      { event: 'relay.recovered', fields: { partner: 'dvclt', failures: 500, durationMs: 50_000 } },
    ]);
  });

  it('names each cause once, and all of them again once a minute', () => {
    const outage = new OutageLog(log, 'relay');
    outage.failed(refused);
    outage.failed(Object.assign(new Error('starting'), { code: '57P03' }));
    outage.failed(refused);
    nowMs += 59_999;
    outage.failed(Object.assign(new Error('starting'), { code: '57P03' }));
    nowMs += 1;
    expect(outage.failed(Object.assign(new Error('starting'), { code: '57P03' }))).toBe(5);
    expect(lines.map(({ fields }) => [fields.code, fields.failures])).toEqual([
      ['ECONNREFUSED', 1],
      ['57P03', 2],
      ['57P03', 5],
    ]);
  });
});
