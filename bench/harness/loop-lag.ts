/** Longest delay of a process's event loop since it was last asked, ms: what its own `/metrics` says. */
export async function takeLoopLagMs(metricsUrl: string): Promise<number> {
  const response = await fetch(metricsUrl);
  if (!response.ok) throw new Error(`${metricsUrl}: HTTP ${response.status}`);
  const found = /^nodejs_eventloop_lag_max_seconds\S* (\S+)$/m.exec(await response.text());
  if (!found) throw new Error('the process tells nothing of its event loop');
  return Number(found[1]) * 1_000;
}
