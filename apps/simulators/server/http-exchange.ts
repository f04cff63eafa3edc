import { Agent, request, type IncomingHttpHeaders } from 'node:http';

export interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Total time for connect, answer and body. */
  readonly timeoutMs: number;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** Outgoing calls over kept connections: what the scripted officers and the portal's file fetch need, and no more. */
export class HttpClient {
  private readonly agent: Agent;

  constructor(maxSockets: number) {
    this.agent = new Agent({ keepAlive: true, maxSockets });
  }

  /** Rejects on any transport failure; every status is an answer. Only http: the simulators live on one machine. */
  send(exchange: Exchange): Promise<ExchangeAnswer> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(exchange.timeoutMs);
      const { url, method, headers, body } = exchange;
      const outgoing = request(url, { agent: this.agent, method, headers, signal }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  stop(): void {
    this.agent.destroy();
  }
}
