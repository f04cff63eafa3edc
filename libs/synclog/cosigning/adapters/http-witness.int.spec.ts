import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '#testing';
import { httpWitness } from './http-witness';

const LOG_ID = 'a'.repeat(64);
const LIMITS = { deadlineMs: 200, maxAnswerBytes: 100 };

describe('a witness over HTTP', () => {
  let server: Server;
  let answer: RequestListener;
  let seen: string[];
  let url: string;
  const { signal } = new AbortController();

  beforeEach(async () => {
    seen = [];
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/w1`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const line = () => httpWitness({ url, monitoringUrl: `${url}/read` }, LIMITS);

  it('is asked below its two addresses, and its status is its answer', async () => {
    answer = (_request, response) => void response.writeHead(409).end('7\n');
    expect(await line().addCheckpoint('old 0\n', signal)).toEqual({ status: 409, body: '7\n' });
    answer = (_request, response) => void response.end('note');
    expect(await line().latest(LOG_ID, signal)).toBe('note');
    expect(seen).toEqual(['POST /w1/add-checkpoint', `GET /w1/read/${LOG_ID}/checkpoint`]);
  });

  it('that has no checkpoint yet says so with 404', async () => {
    answer = (_request, response) => void response.writeHead(404).end();
    expect(await line().latest(LOG_ID, signal)).toBeUndefined();
  });

  it('is not followed elsewhere', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: `${url}/other` }).end();
    expect((await line().addCheckpoint('', signal)).status).toBe(302);
    expect(seen).toHaveLength(1);
  });

  it.each<[string, RequestListener]>([
    ['says nothing', () => undefined],
    ['stops in the middle', (_request, response) => void response.writeHead(200).write('half')],
    ['says too much', (_request, response) => void response.end('x'.repeat(101))],
    ['hangs up', (request) => void request.socket.destroy()],
  ])('that %s is away', async (_what, behaviour) => {
    answer = behaviour;
    await expect(line().addCheckpoint('', signal)).rejects.toMatchObject({ code: 'witness-away' });
  });

  it('is away when it is asked what it keeps and answers 500, and when nobody listens', async () => {
    answer = (_request, response) => void response.writeHead(500).end();
    await expect(line().latest(LOG_ID, signal)).rejects.toMatchObject({ code: 'witness-away' });
    const nobody = httpWitness({ url: `http://127.0.0.1:${await freePort()}`, monitoringUrl: url }, LIMITS);
    await expect(nobody.addCheckpoint('', signal)).rejects.toMatchObject({ code: 'witness-away' });
  });

  it('is given up at once when the worker ends', async () => {
    const end = new AbortController();
    answer = () => end.abort();
    await expect(httpWitness({ url, monitoringUrl: url }).addCheckpoint('', end.signal)).rejects.toMatchObject({
      code: 'witness-away',
    });
  });
});
