import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

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
  async send(exchange: Exchange): Promise<ExchangeAnswer> {
    const answer = await this.open(exchange);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) };
  }

  /** Resolves with the head; the body is the caller's to read, within the same total time. */
  open({ url, method, headers, body, timeoutMs }: Exchange): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const outgoing = request(url, { agent: this.agent, method, headers, signal }, resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  stop(): void {
    this.agent.destroy();
  }
}
