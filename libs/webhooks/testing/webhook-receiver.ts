import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { documentedVerifier } from './documented-verifier';

/** One post as the receiver saw it. */
export interface SeenPost {
  id: string;
  position: number;
  dossierId: string | null;
  body: string;
  signatures: number;
}

/** A receiver that checks signature, window and order as the documentation asks for, and remembers what it found wrong. */
export class WebhookReceiver {
  /** Posts that were answered 2xx for the first time, in their order. */
  readonly taken: SeenPost[] = [];
  /** All posts. */
  readonly seen: SeenPost[] = [];
  readonly faults: string[] = [];
  /** Status of the answer. @default 200 for all */
  answer: (post: SeenPost) => number | Promise<number> = () => 200;
  private readonly verify = documentedVerifier();
  private readonly known = new Set<string>();
  private readonly underWay = new Set<number>();
  private readonly server: Server;

  private constructor(
    private readonly keys: () => readonly string[],
    private readonly nowSeconds: () => number,
    private readonly tls?: https.ServerOptions,
  ) {
    const listener: RequestListener = (request, response) => {
      void this.receive(request).then((status) => response.writeHead(status).end());
    };
    this.server = tls === undefined ? createServer(listener) : https.createServer(tls, listener);
  }

  /** @param keys what it accepts now, `whsec_…` or `whpk_…` */
  static async open(
    keys: () => readonly string[],
    nowSeconds = () => Date.now() / 1000,
    tls?: https.ServerOptions,
  ): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(keys, nowSeconds, tls);
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `${this.tls === undefined ? 'http' : 'https'}://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(request: IncomingMessage): Promise<number> {
    const body = await textOf(request);
    const headers = request.headers as Record<string, string | undefined>;
    const fault = this.verify(headers, body, this.keys(), this.nowSeconds());
    if (fault !== undefined) {
      this.faults.push(fault);
      return 401;
    }
    const { position, dossierId } = JSON.parse(body) as SeenPost;
    const signatures = headers['webhook-signature']!.split(' ').length;
    const post = { id: headers['webhook-id']!, position, dossierId, body, signatures };
    this.seen.push(post);
    if (this.underWay.has(position)) this.faults.push(`position ${position} was posted twice at the same time`);
    this.underWay.add(position);
    const status = await this.answer(post);
    this.underWay.delete(position);
    if (status >= 200 && status < 300) this.take(post);
    return status;
  }

  /** A copy of what it has is no fault; a new event behind a newer one of the same dossier is. */
  private take(post: SeenPost): void {
    if (this.known.has(post.id)) return;
    const newer = this.taken.find((one) => one.dossierId === post.dossierId && one.position > post.position);
    if (newer) this.faults.push(`position ${post.position} came after ${newer.position} of the same dossier`);
    this.known.add(post.id);
    this.taken.push(post);
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
