import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Ending } from './serve-call';
import { jsonReply, type Reply } from './reply';

/** A request whose body has been read whole. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export type Handler = (received: Received) => Ending | Promise<Ending>;

/** Ten 5 MB files in three nested encodings stay below this. */
const MAX_BODY_BYTES = 200 * 1024 * 1024;

/**
 * A bare node:http server: bodies also with GET (Q33), kept connections, answers or cut connections as the handler says.
 * @param onBug told of errors inside the handler; the caller gets HTTP 500
 */
export class HttpServer {
  private readonly server: Server;

  constructor(handler: Handler, onBug: (error: unknown) => void) {
    this.server = createServer((request, response) => {
      readBody(request)
        .then((text) => handler(receivedOf(request, text)))
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

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

function receivedOf(request: IncomingMessage, text: string): Received {
  const url = new URL(request.url ?? '/', 'http://simulators.test');
  return { method: request.method ?? 'GET', url, headers: request.headers, text };
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) reject(new Error('body larger than the simulators take'));
      else chunks.push(chunk);
    });
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('request cut by its client')));
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

function finish(ending: Ending, request: IncomingMessage, response: ServerResponse): void {
  if ('cut' in ending) request.socket.destroy();
  else if ('reply' in ending && !response.destroyed) write(response, ending.reply);
}

function write(response: ServerResponse, reply: Reply): void {
  const text = reply.raw?.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
  const contentType = reply.raw?.contentType ?? 'application/json; charset=utf-8';
  const contentLength = Buffer.byteLength(text);
  response.writeHead(reply.status, { 'content-type': contentType, 'content-length': contentLength, ...reply.headers });
  response.end(text);
}
