import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands where our `GET /files/{token}` stands: a right file, a wrong digest, none, one that never comes, one that drips. */
export class FileHost {
  readonly bytes = Buffer.from('%PDF-1.7 mẫu');
  fetches = 0;
  private readonly server: Server;

  constructor() {
    const digest = createHash('sha256').update(this.bytes).digest('base64');
    this.server = createServer((request, response) => {
      this.fetches += 1;
      const name = String(request.url).split('/').pop();
      if (name === 'missing') response.writeHead(404).end();
      else if (name === 'busy') response.writeHead(503).end();
      else if (name === 'stalled') response.writeHead(200).write('%PDF');
      else response.writeHead(200, { digest: `sha-256=${name === 'wrong' ? 'c2Fp' : digest}` }).end(this.bytes);
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** @param name `right`, `wrong`, `missing`, `busy` or `stalled` */
  url(name: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/files/${name}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
