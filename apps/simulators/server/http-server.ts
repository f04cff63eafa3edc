import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { BodyReader } from './body-reader';
import type { Ending } from './serve-call';
import { jsonReply } from './reply';
import { writeReply } from './write-reply';

/** A request whose body has been read whole. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** The body; in a large one a mark stands for each file (`readFileMark`). */
  readonly text: string;
  /** Size of the body on the wire. */
  readonly bytes: number;
}

export type Handler = (received: Received) => Ending | Promise<Ending>;

/**
 * A bare node:http server: bodies also with GET (Q33), kept connections, answers or cut connections as the handler says.
 * @param onBug told of errors inside the handler; the caller gets HTTP 500
 */
export class HttpServer {
  private readonly server: Server;

  constructor(handler: Handler, onBug: (error: unknown) => void) {
    this.server = createServer((request, response) => {
      readBody(request)
        .then((body) => handler(receivedOf(request, body)))
        .catch((error: unknown) => {
          onBug(error);
          return { reply: jsonReply(500, { title: 'server error' }) };
        })
        .then((ending) => finish(ending, request, response))
        .catch(onBug);
    });
    this.server.keepAliveTimeout = 65_000;
    this.server.requestTimeout = 0;
  }

  /** Resolves with the port that was really bound. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  /** Serves a connection that somebody else accepted: the end of a TLS tunnel. */
  adopt(connection: Duplex): void {
    this.server.emit('connection', connection);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

function receivedOf(request: IncomingMessage, body: { text: string; bytes: number }): Received {
  const url = new URL(request.url ?? '/', 'http://simulators.test');
  return { method: request.method ?? 'GET', url, headers: request.headers, ...body };
}

function readBody(request: IncomingMessage): Promise<{ text: string; bytes: number }> {
  return new Promise((resolve, reject) => {
    const body = new BodyReader();
    request.on('data', (chunk: Buffer) => {
      try {
        body.take(chunk);
      } catch (error) {
        reject(error instanceof Error ? error : new Error('body not readable'));
        request.destroy();
      }
    });
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('request cut by its client')));
    request.on('end', () => resolve({ text: body.text(), bytes: body.bytes }));
  });
}

async function finish(ending: Ending, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if ('cut' in ending) request.socket.destroy();
  else if ('reply' in ending && !response.destroyed) await writeReply(response, ending);
}
