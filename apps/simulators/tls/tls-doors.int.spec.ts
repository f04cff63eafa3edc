import { X509Certificate } from 'node:crypto';
import { Agent, request } from 'node:https';
import { Stage } from '../testing/stage';

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open({ tls: true });
});

afterEach(() => stage.close());

/** One log-in at DVCLT over TLS with a new connection: its HTTP status, or the code of the failure. */
function logIn(system: 'dvclt' | 'onestop' = 'dvclt'): Promise<number | string> {
  const { urls, ca } = stage.simulators.tls!;
  const { username, password } = stage.simulators.credentials[system];
  return new Promise((resolve) => {
    const url = `${urls[system]}/api/token/gettoken`;
    const outgoing = request(url, { method: 'POST', ca, agent: new Agent({ keepAlive: false }) }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unnamed'));
    outgoing.end(JSON.stringify({ userName: username, password }));
  });
}

describe('the TLS addresses', () => {
  it('have a right certificate for who trusts the authority, and serve the same systems', async () => {
    expect([await logIn(), await logIn('onestop')]).toEqual([200, 200]);
    expect(new X509Certificate(stage.simulators.tls!.ca).ca).toBe(true);
  });

  it.each([
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('show a certificate that is %s, in that connection of that system only [Q40]', async (value, failure) => {
    await stage.province.fault({ system: 'dvclt', operation: 'connection', switch: 'badCert', value, nth: 2 });
    expect([await logIn(), await logIn('onestop'), await logIn(), await logIn()]).toEqual([200, 200, failure, 200]);
  });

  it('are closed unless they are asked for', async () => {
    const plain = await Stage.open();
    expect(plain.simulators.tls).toBeNull();
    await plain.close();
  });
});
