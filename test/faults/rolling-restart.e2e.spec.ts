import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileContinuously } from '../../bench/faults/continuous-load';
import { GatewayFront } from '../../bench/harness/gateway-front';
import { pause } from '../../bench/harness/until';
import { startExtra, supervisedPart, type Restarted, type RollingPart } from '../../bench/restart/rolling-parts';
import { expectCleanLedger, untilFinished } from '../journeys/journey-assertions';
import { untilClean } from '../support/clean-state';
import { Installation, type LedgerRow } from '../support/installation';
import { until } from '../support/until';

const SEED = 20261129;
const CASE_EVERY_MS = 600;
const READERS = 6;
const READ_EVERY_MS = 50;
/** So many dossiers come to hộ tịch between two restarts. */
const BETWEEN = 3;

describe('two gateways and two workers that are restarted one after the other, under load', () => {
  let installation: Installation;
  let front: GatewayFront;
  let parts: RollingPart[] = [];

  beforeAll(async () => {
    front = await GatewayFront.listen();
    installation = await Installation.start(['--bus', 'postgres'], { PUBLIC_URL: front.url });
    const logDir = join(installation.dataDir, 'logs');
    const stack = (): Installation['stack'] => installation.stack;
    const extraGateway = await startExtra('gateway', stack(), logDir);
    parts = [extraGateway];
    parts.push(await startExtra('worker', stack(), logDir));
    parts.push(supervisedPart('gateway', stack, logDir), supervisedPart('worker', stack, logDir));
    front.lead([stack().baseUrl, extraGateway.url]);
    await sendDecisionsThroughFront();
  }, 180_000);
  afterAll(async () => {
    for (const part of parts) await part.stop();
    await installation?.remove();
    await front?.close();
  }, 180_000);

  it('drain within their limits, refuse nothing, and lose, double and overtake nothing', async () => {
    let isRolling = true;
    const [codes, restarts] = await Promise.all([
      fileContinuously({
        everyMs: CASE_EVERY_MS,
        maxUnderWay: 40,
        file: (kind, number) => installation.fileCases(kind, 1, SEED + number),
        underWay: async (filed) => filed - (await countOf('hotich', 'registration')),
        goesOn: () => isRolling,
      }),
      restartAll().finally(() => (isRolling = false)),
      ...Array.from({ length: READERS }, () => readOnAndOn(() => isRolling)),
    ]);

    expect(restarts.map(({ part, isDrained }) => ({ part, isDrained }))).toEqual(
      parts.map(({ name }) => ({ part: name, isDrained: true })),
    );
    const dossiers = await untilFinished(installation, codes, 120_000);
    // Its readers asked a gateway that was away, and none of them noticed.
    expect(front.record.movedOn).toBeGreaterThan(0);
    expect(front.record.errors).toEqual([]);
    const ledger = await installation.ledger();
    expectCleanLedger(ledger, dossiers);
    expect(ledger.filter(({ kind }) => kind === 'decision-failed' || kind === 'file-failed')).toEqual([]);
    expect(dossiers.filter(({ attention }) => attention)).toEqual([]);
    await untilClean(installation, 30_000);
  }, 360_000);

  /** Each while work is under way: since the last one, dossiers have got as far as hộ tịch. */
  async function restartAll(): Promise<Restarted[]> {
    const restarted: Restarted[] = [];
    for (const part of parts) {
      const before = await countOf('hotich', 'received');
      await until(
        async () => (await countOf('hotich', 'received')) >= before + BETWEEN,
        60_000,
        `${BETWEEN} more dossiers at hộ tịch before the restart of the ${part.name}`,
      );
      restarted.push(await part.restart());
    }
    return restarted;
  }

  /** An operator's screen that is renewed again and again. */
  async function readOnAndOn(goesOn: () => boolean): Promise<void> {
    const token = await logIn('operator');
    while (goesOn()) {
      // What goes wrong, the front tells.
      await fetch(`${front.url}/api/v1/dossiers?limit=5`, { headers: { authorization: `Bearer ${token}` } })
        .then((answer) => answer.arrayBuffer())
        .catch(() => undefined);
      await pause(READ_EVERY_MS);
    }
  }

  async function logIn(account: string): Promise<string> {
    const { clientId, clientSecret } = credentialsOf(account);
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const answer = await fetch(`${front.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  async function sendDecisionsThroughFront(): Promise<void> {
    const answer = await fetch(`${installation.stack.simulatorsUrl}/_sim/gateway`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: front.url, ...credentialsOf('oneStop') }),
    });
    expect(answer.ok).toBe(true);
  }

  function credentialsOf(account: string): { clientId: string; clientSecret: string } {
    const file = readFileSync(join(installation.dataDir, 'credentials.json'), 'utf8');
    return (JSON.parse(file) as Record<string, { clientId: string; clientSecret: string }>)[account];
  }

  async function countOf(system: string, kind: string): Promise<number> {
    return (await installation.ledger(system)).filter((row: LedgerRow) => row.kind === kind).length;
  }
});
