import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '#testing';
import { GatewayFront } from '../../bench/harness/gateway-front';

describe('the way of clients to several gateways', () => {
  let front: GatewayFront;
  const servers: Server[] = [];
  const gateway = async (answer: RequestListener): Promise<string> => {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const post = (path: string): Promise<Response> => fetch(`${front.url}${path}`, { method: 'POST', body: 'asked' });

  beforeEach(async () => void (front = await GatewayFront.listen()));
  afterEach(async () => {
    await front.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('moves on to the next one when a gateway refuses the connection, with the whole request', async () => {
    const there = await gateway((request, answer) => void request.pipe(answer));
    front.lead([`http://127.0.0.1:${await freePort()}`, there]);
    for (let number = 0; number < 4; number += 1) expect(await (await post('/echo')).text()).toBe('asked');
    expect(front.record).toMatchObject({ errors: [], movedOn: 2, answers: new Map([[there, 4]]) });
  });

  it('moves on when a connection is closed before an answer began', async () => {
    const closing = await gateway((request) => void request.socket.destroy());
    const there = await gateway((_, answer) => void answer.end('done'));
    front.lead([closing, there]);
    for (let number = 0; number < 2; number += 1) expect(await (await post('/x')).text()).toBe('done');
    expect(front.record).toMatchObject({ errors: [], movedOn: 1 });
  });

  it('tells an error answer, and passes it on', async () => {
    front.lead([await gateway((_, answer) => void answer.writeHead(503).end())]);
    expect((await post('/dossiers/H99.001-261126-000001/decisions?a=1')).status).toBe(503);
    expect(front.record.errors).toEqual([{ method: 'POST', route: '/dossiers/…/decisions', what: 'HTTP 503' }]);
  });

  it('tells an answer that breaks off', async () => {
    const breaking = await gateway((request, answer) => {
      answer.writeHead(200, { 'content-length': '10' });
      answer.write('half', () => request.socket.destroy());
    });
    front.lead([breaking]);
    const answer = await post('/file');
    await expect(answer.text()).rejects.toThrow();
    expect(front.record.errors).toEqual([{ method: 'POST', route: '/file', what: 'broke off' }]);
  });

  it('tells a request that nobody answers', async () => {
    front.lead([`http://127.0.0.1:${await freePort()}`]);
    await expect(post('/x')).rejects.toThrow();
    expect(front.record.errors).toEqual([{ method: 'POST', route: '/x', what: 'no gateway answers' }]);
  });
});
