import * as net from 'node:net';

/** What the stub saw of one connection. */
interface SeenConnection {
  received: string;
  socket: net.Socket;
}

/** A real TCP server for the contract tests of `HttpPort`: it misbehaves on the wire as nock cannot (half-open, stalls, cut bodies). */
export interface StubServer {
  url: string;
  connections: SeenConnection[];
  /** Everything received so far, over all connections. */
  received(): string;
  close(): Promise<void>;
}

/** @param onRequest called once for each request whose head is complete, with the raw text received since the last one */
export async function startStub(onRequest: (socket: net.Socket, text: string) => void): Promise<StubServer> {
  const connections: SeenConnection[] = [];
  const server = net.createServer((socket) => {
    const seen: SeenConnection = { received: '', socket };
    let unread = '';
    connections.push(seen);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      seen.received += chunk.toString('utf8');
      unread += chunk.toString('utf8');
      if (!unread.includes('\r\n\r\n')) return;
      const text = unread;
      unread = '';
      onRequest(socket, text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    connections,
    received: () => connections.map((seen) => seen.received).join(''),
    close: () =>
      new Promise<void>((resolve) => {
        for (const seen of connections) seen.socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** A complete HTTP/1.1 answer. */
export function answerOf(status: number, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const extra = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${extra.join('')}\r\n${body}`;
}
