import { readFileSync } from 'node:fs';
import type { DecisionRoute } from './onestop/counter-officer';
import type { Gateway } from './onestop/gateway-client';
import { SYSTEMS, type Credentials, type SystemId } from './server/systems';
import { startSimulators } from './start-simulators';

type Environment = Readonly<Record<string, string | undefined>>;

/** Log-ins by system: `DVCLT_USERNAME`, …; the one-stop's are `ONESTOP_SIM_…`, since `ONESTOP_CLIENT_…` go the other way. */
function credentialsFrom(env: Environment): Partial<Record<SystemId, Credentials>> {
  const found: Partial<Record<SystemId, Credentials>> = {};
  for (const id of SYSTEMS) {
    const prefix = id === 'onestop' ? 'ONESTOP_SIM' : id.toUpperCase();
    const [username, password] = [env[`${prefix}_USERNAME`], env[`${prefix}_PASSWORD`]];
    if (username && password) found[id] = { username, password };
  }
  return found;
}

function gatewayFrom(env: Environment): Gateway | undefined {
  const [url, clientId, clientSecret] = [env['GATEWAY_URL'], env['ONESTOP_CLIENT_ID'], env['ONESTOP_CLIENT_SECRET']];
  return url && clientId && clientSecret ? { url, clientId, clientSecret } : undefined;
}

function numberFrom(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`${name} must be a whole number`);
  return Number(text);
}

/** Message texts in place of the shipped ones: `TEXTS_FILE` names a JSON file, `{"dvclt":{"applied":"…"},…}`. */
function textsFrom(env: Environment): unknown {
  const path = env['TEXTS_FILE'];
  return path === undefined || path === '' ? undefined : JSON.parse(readFileSync(path, 'utf8'));
}

function log(level: 'info' | 'error', event: string, facts: object): void {
  process.stdout.write(`${JSON.stringify({ event, at: new Date().toISOString(), level, ...facts })}\n`);
}

async function main(env: Environment): Promise<void> {
  const simulators = await startSimulators({
    host: env['HOST'] ?? '127.0.0.1',
    port: numberFrom(env, 'PORT'),
    credentials: credentialsFrom(env),
    gateway: gatewayFrom(env),
    pace: { minMs: numberFrom(env, 'OFFICER_MIN_MS') ?? 300, maxMs: numberFrom(env, 'OFFICER_MAX_MS') ?? 1_000 },
    seed: numberFrom(env, 'SEED'),
    tokenLifetimeMs: numberFrom(env, 'TOKEN_LIFETIME_MS'),
    texts: textsFrom(env),
    tls: env['TLS'] === '1',
    decisions: (env['ONESTOP_DECISIONS'] === 'poll' ? 'poll' : 'push') satisfies DecisionRoute,
    onBug: (error) =>
      log('error', 'simulators.failed-call', { error: error instanceof Error ? error.name : 'unknown' }),
  });
  const { port, url, seed, tls } = simulators;
  log('info', 'simulators.listening', { port, url, seed, ...(tls === null ? {} : { tls }) });
  const stop = () => void simulators.stop().then(() => log('info', 'simulators.stopped', {}));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main(process.env).catch((error: unknown) => {
  log('error', 'simulators.not-started', { error: error instanceof Error ? error.message : 'unknown' });
  process.exitCode = 1;
});
