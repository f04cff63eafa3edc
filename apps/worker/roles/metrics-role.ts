import { createServer, type ServerResponse } from 'node:http';
import { measureCertificates, promMetrics } from '#platform';
import type { Foundation } from '../foundation';
import type { Role } from './role';

/** `/health/live` and `/metrics` of this worker on 127.0.0.1, when METRICS_PORT is set. */
export function metricsRole({ settings, db, workerId, partners }: Foundation): Role {
  const metrics = promMetrics({ withProcess: true });
  measureCertificates(metrics, partners.certificates);
  metrics.gauge({
    name: 'lienthong_worker_leases',
    help: 'Lanes that this worker holds now, by partner.',
    labels: ['partner'],
    collect: async () => {
      const rows = await db.query<{ partner: string; leases: number }>(
        `select partner, count(*)::integer as leases from lane where lease_owner = $1 group by partner`,
        [workerId],
      );
      return rows.map(({ partner, leases }) => ({ labels: { partner }, value: leases }));
    },
  });
  const server = createServer((request, response) => {
    if (request.url === '/health/live') return answer(response, 200, 'application/json', '{"status":"ok"}');
    if (request.url !== '/metrics') return answer(response, 404, 'text/plain', 'not found');
    metrics.render().then(
      ({ contentType, text }) => answer(response, 200, contentType, text),
      () => answer(response, 500, 'text/plain', 'metrics are not available'),
    );
  });
  return {
    name: 'metrics',
    start: () =>
      new Promise((resolve, reject) =>
        server.once('error', reject).listen(settings.metricsPort, '127.0.0.1', () => resolve()),
      ),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answer(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}
