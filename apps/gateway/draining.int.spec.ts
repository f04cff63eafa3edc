import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Client } from 'pg';
import { until } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const PATH = '/api/v1/dossiers?limit=1';

describe('a gateway that is told to end', () => {
  let gateway: TestGateway;
  let port: number;
  let blocker: Client;
  let ended: Promise<void>;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  beforeEach(async () => {
    gateway = await testGateway();
    await gateway.app.listen(0, '127.0.0.1');
    port = (gateway.app.getHttpServer().address() as AddressInfo).port;
    blocker = new Client({ connectionString: gateway.parts.settings.databaseUrl });
    await blocker.connect();
  });
  afterEach(async () => {
    agent.destroy();
    await blocker.end();
    await ended;
    await gateway.stop();
  });

  it('ends the request under way, and tells its client to take another connection', async () => {
    await holdReads();
    const underWay = ask(await gateway.token('operator'));
    await untilWaiting();
    await beginToEnd();
    await releaseReads();
    const answer = await underWay;
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.connection).toBe('close');
  });

  it('answers a request that it has half received, instead of refusing it', async () => {
    const token = await gateway.token('operator');
    const head = `GET ${PATH} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${token}\r\n`;
    let arrived: Socket | undefined;
    gateway.app.getHttpServer().once('connection', (socket: Socket) => (arrived = socket));
    const line = connect(port, '127.0.0.1').setEncoding('utf8');
    let received = '';
    line.on('data', (text) => (received += String(text)));
    line.write(head);
    await until(() => arrived?.bytesRead === head.length, 10_000, 'the first half of the request');
    await beginToEnd();
    line.write('\r\n');
    await until(() => line.closed, 10_000, 'the end of the connection');
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received).toMatch(/\r\nconnection: close\r\n/i);
  });

  function ask(token: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      request({ port, host: '127.0.0.1', path: PATH, headers, agent }, (answer) => resolve(answer.resume()))
        .once('error', reject)
        .end();
    });
  }

  async function holdReads(): Promise<void> {
    await blocker.query('begin');
    await blocker.query('lock table dossier in access exclusive mode');
  }

  async function releaseReads(): Promise<void> {
    await blocker.query('rollback');
  }

  async function untilWaiting(): Promise<void> {
    const isWaiting = async (): Promise<boolean> => {
      const { rows } = await blocker.query(`select from pg_locks where relation = 'dossier'::regclass and not granted`);
      return rows.length > 0;
    };
    await until(isWaiting, 10_000, 'a request that waits for the database');
  }

  /** Returns when it takes no more connections. */
  async function beginToEnd(): Promise<void> {
    ended = gateway.app.close();
    await until(isRefused, 10_000, 'a refused connection');
  }

  function isRefused(): Promise<boolean> {
    return new Promise((resolve) => {
      const line = connect(port, '127.0.0.1');
      line.once('error', () => resolve(true));
      line.once('connect', () => {
        line.destroy();
        resolve(false);
      });
    });
  }
});
