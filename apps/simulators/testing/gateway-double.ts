import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedDecision {
  readonly path: string;
  readonly key: string;
  readonly decision: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Stands where our gateway stands, at the socket: hands out a token and answers decisions by a script. */
export class GatewayDouble {
  readonly received: ReceivedDecision[] = [];
  private readonly server: Server;

  /** @param answers status and problem code for the first decisions; afterwards 202 */
  constructor(private readonly answers: { status: number; code: string }[] = []) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const [status, body] =
          request.url === '/oauth/token'
            ? [200, TOKEN]
            : this.take(String(request.url), String(request.headers['idempotency-key']), text);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
  }

  async start(): Promise<{ url: string; clientId: string; clientSecret: string }> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, clientId: 'one-stop', clientSecret: 'mau' };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(path: string, key: string, text: string): [number, object] {
    const body = JSON.parse(text) as Record<string, unknown>;
    this.received.push({ path, key, decision: String(body['decision']), body });
    const scripted = this.answers.shift();
    return scripted === undefined ? [202, {}] : [scripted.status, { code: scripted.code }];
  }
}

const TOKEN = { access_token: 'mau', token_type: 'Bearer', expires_in: 900 };
