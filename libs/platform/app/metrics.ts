import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Label values are names out of closed lists (route patterns, partners, statuses): never ids, codes or personal data (law 8). */
export type Labels = Readonly<Record<string, string>>;

export interface MetricDefinition {
  name: string;
  help: string;
  labels?: readonly string[];
}

/** The few things the product says in numbers; the driver behind it can change. */
export interface Metrics {
  counter(definition: MetricDefinition): (labels: Labels, by?: number) => void;
  /** @param buckets upper bounds in the unit of the metric's name */
  histogram(definition: MetricDefinition & { buckets: readonly number[] }): (labels: Labels, value: number) => void;
  /** Asked at each scrape; old label sets are forgotten first. A collector that fails leaves its metric out of that scrape. */
  gauge(definition: MetricDefinition & { collect: () => Promise<readonly { labels: Labels; value: number }[]> }): void;
  render(): Promise<{ contentType: string; text: string }>;
}

/** Prometheus text format over prom-client, in a registry of its own (several in one process do not meet). */
export function promMetrics(options: { withProcess?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.withProcess) collectDefaultMetrics({ register: registry });
  return {
    counter: (definition) => {
      const counter = new Counter({ ...base(definition), registers: [registry] });
      return (labels, by = 1) => counter.inc({ ...labels }, by);
    },
    histogram: (definition) => {
      const histogram = new Histogram({ ...base(definition), buckets: [...definition.buckets], registers: [registry] });
      return (labels, value) => histogram.observe({ ...labels }, value);
    },
    gauge: (definition) => {
      const gauge: Gauge = new Gauge({
        ...base(definition),
        registers: [registry],
        collect: async () => {
          gauge.reset();
          const rows = await definition.collect().catch(() => []);
          for (const row of rows) gauge.set({ ...row.labels }, row.value);
        },
      });
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function base(definition: MetricDefinition): { name: string; help: string; labelNames: string[] } {
  return { name: definition.name, help: definition.help, labelNames: [...(definition.labels ?? [])] };
}
