import { Agent, request, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** One answer over TLS. */
export interface HttpsAnswer {
  status: number;
  /** Parsed JSON, or the text as it came. */
  body: unknown;
  /** Subject of the certificate that the server showed. */
  server: string | undefined;
  socket: TLSSocket;
}

export interface HttpsCaller {
  /** @returns the answer, or the code of the failure (its message where TLS itself failed) */
  ask(path: string, options?: RequestOptions, body?: string): Promise<HttpsAnswer | string>;
  close(): void;
}

/** Calls a server on 127.0.0.1; connections are kept and used again. */
export function httpsCaller(server: { address(): unknown }, options: RequestOptions): HttpsCaller {
  const agent = new Agent({ keepAlive: true, maxCachedSessions: 0 });
  const { port } = server.address() as AddressInfo;
  const ask: HttpsCaller['ask'] = (path, more = {}, body) =>
    new Promise((resolve) => {
      const outgoing = request({ host: '127.0.0.1', port, path, agent, ...options, ...more }, (answer) => {
        const chunks: Buffer[] = [];
        const socket = answer.socket as TLSSocket;
        const shown = socket.getPeerX509Certificate()?.subject;
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: bodyOf(Buffer.concat(chunks)), server: shown, socket }),
        );
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code === 'EPROTO' ? error.message : (error.code ?? 'unnamed')),
      );
      outgoing.end(body);
    });
  return { ask, close: () => agent.destroy() };
}

function bodyOf(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
