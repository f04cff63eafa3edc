import { promMetrics } from './metrics';

describe('metrics', () => {
  it('renders counters, histograms and collected gauges', async () => {
    const metrics = promMetrics();
    metrics.counter({ name: 'files_total', help: 'h', labels: ['outcome'] })({ outcome: 'served' }, 2);
    metrics.histogram({ name: 'seconds', help: 'h', buckets: [1] })({}, 0.5);
    metrics.gauge({
      name: 'open',
      help: 'h',
      labels: ['partner'],
      collect: async () => [{ labels: { partner: 'dvclt' }, value: 3 }],
    });
    const { text, contentType } = await metrics.render();
    expect(contentType).toContain('text/plain');
    expect(text).toContain('files_total{outcome="served"} 2');
    expect(text).toContain('seconds_bucket{le="1"} 1');
    expect(text).toContain('open{partner="dvclt"} 3');
  });

  it('forgets a label set that is no longer collected, and survives a collector that fails', async () => {
    const metrics = promMetrics();
    let rows = [{ labels: { partner: 'dvclt' }, value: 1 }];
    let isBroken = false;
    metrics.gauge({
      name: 'open',
      help: 'h',
      labels: ['partner'],
      collect: async () => (isBroken ? Promise.reject(new Error('away')) : rows),
    });
    expect((await metrics.render()).text).toContain('partner="dvclt"');
    rows = [];
    expect((await metrics.render()).text).not.toContain('partner="dvclt"');
    isBroken = true;
    expect((await metrics.render()).text).toContain('# TYPE open gauge');
  });

  it('keeps two sets of metrics in one process apart', async () => {
    const [one, other] = [promMetrics(), promMetrics()];
    one.counter({ name: 'n_total', help: 'h' })({});
    expect((await other.render()).text).not.toContain('n_total');
  });
});
