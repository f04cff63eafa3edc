import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What went through a front so far. */
export interface FrontRecord {
  /** Answers by target. */
  answers: Map<string, number>;
  /** Answers with 400 and above, answers that broke off and requests without any; without codes of dossiers. */
  errors: { method: string; route: string; what: string }[];
  /** Requests that found a gateway gone before a byte of its answer, and were sent to the next one at once. */
  movedOn: number;
  /** How long each request took, moving on included, ms. */
  latenciesMs: number[];
}

interface Ask {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** Connections to one gateway that stay open between requests, as a load balancer keeps them. */
const CONNECTIONS = 32;

/** The way of clients to several gateways: each request goes to the next one, and to the one after it when a gateway takes no connection or
 *  closes it before it answered. All our requests may be repeated so: they read, or carry a key. Anything else that goes wrong is told. */
export class GatewayFront {
  private told = nothing();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  private readonly server: Server;
  private targets: readonly string[] = [];
  private next = 0;

  private constructor() {
    // It is never the one that closes: its clients are to see nothing.
    this.server = createServer({ keepAliveTimeout: 0 }, (asked, answer) => void this.serve(asked, answer));
  }

  /** @returns a front on a free port of this machine; it has no gateways yet */
  static async listen(): Promise<GatewayFront> {
    const front = new GatewayFront();
    await new Promise<void>((resolve) => front.server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What went through it since it was opened, or told to forget. */
  get record(): Readonly<FrontRecord> {
    return this.told;
  }

  forget(): void {
    this.told = nothing();
  }

  /** The gateways behind it from now on. */
  lead(targets: readonly string[]): void {
    this.targets = targets;
  }

  async close(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    const { method = 'GET', url: path = '/', headers } = asked;
    try {
      const ask = { method, path, headers, body: await bytesOf(asked) };
      const { target, given } = await this.firstAnswer(ask);
      this.told.answers.set(target, (this.told.answers.get(target) ?? 0) + 1);
      const status = given.statusCode ?? 0;
      if (status >= 400) this.tellError(ask, `HTTP ${status}`);
      answer.writeHead(status, endToEnd(given.headers));
      if (!(await pass(given, answer))) this.tellError(ask, 'broke off');
    } catch (error) {
      this.tellError({ method, path }, (error as Error).message);
      answer.destroy();
    }
    this.told.latenciesMs.push(performance.now() - startedMs);
  }

  /** @throws Error when no gateway answers */
  private async firstAnswer(ask: Ask): Promise<{ target: string; given: IncomingMessage }> {
    const { targets } = this;
    const first = (this.next += 1);
    // Twice round: a connection that was kept open may have been closed by a gateway that is there again.
    for (let at = 0; at < 2 * targets.length; at += 1) {
      const target = targets[(first + at) % targets.length];
      const given = await this.send(target, ask);
      if (given !== undefined) return { target, given };
      this.told.movedOn += 1;
    }
    throw new Error('no gateway answers');
  }

  /** @returns undefined when the connection was refused, or closed before an answer began */
  private send(target: string, { method, path, headers, body }: Ask): Promise<IncomingMessage | undefined> {
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, target), { method, headers: endToEnd(headers), agent: this.agent }, resolve);
      sent.once('error', (error: NodeJS.ErrnoException) => {
        if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(error.code ?? '')) resolve(undefined);
        else reject(error);
      });
      sent.end(body);
    });
  }

  private tellError({ method, path }: Pick<Ask, 'method' | 'path'>, what: string): void {
    this.told.errors.push({ method, route: path.replace(/\?.*$/, '').replaceAll(/[^/]{20,}/g, '…'), what });
  }
}

function nothing(): FrontRecord {
  return { answers: new Map(), errors: [], movedOn: 0, latenciesMs: [] };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** @returns whether the whole answer went through */
function pass(given: IncomingMessage, answer: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    given.pipe(answer);
    given.once('close', () => {
      if (!given.complete) answer.destroy();
      resolve(given.complete);
    });
  });
}

/** Without what belongs to one connection only (RFC 9110 §7.6.1). */
function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const {
    connection: _connection,
    'keep-alive': _keepAlive,
    'transfer-encoding': _transferEncoding,
    ...rest
  } = headers;
  return rest;
}
