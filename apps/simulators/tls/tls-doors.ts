import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { SYSTEMS, type SystemId } from '../server/systems';
import { SampleAuthority, selfSigned } from './certificate';

const DAY_MS = 86_400_000;

export interface DoorOptions {
  readonly host: string;
  readonly nowMs: number;
  /** Which bad certificate a new connection to this system gets, by the switch `badCert`; undefined: the right one. */
  badCertFor(system: SystemId): string | undefined;
  /** Takes the connection once its encryption stands. */
  onConnection(connection: TLSSocket): void;
}

/**
 * One TLS address for each system, before the same server (Q40). The certificate is chosen for each connection; the right
 * one is issued by an authority made at start, whose certificate a client may trust.
 */
export class TlsDoors {
  readonly authority: SampleAuthority;
  private readonly contexts: Readonly<Record<string, SecureContext>>;
  private readonly servers = new Map<SystemId, Server>();
  private readonly sockets = new Set<Socket>();

  constructor(private readonly options: DoorOptions) {
    const { nowMs } = options;
    this.authority = new SampleAuthority(nowMs);
    const host = { ip: '127.0.0.1', dns: 'localhost' };
    const right = { name: 'He thong mo phong', host, fromMs: nowMs - DAY_MS, toMs: nowMs + 30 * DAY_MS };
    this.contexts = {
      right: createSecureContext(this.authority.issue(right)),
      'self-signed': createSecureContext(selfSigned(right)),
      expired: createSecureContext(
        this.authority.issue({ ...right, fromMs: nowMs - 90 * DAY_MS, toMs: nowMs - DAY_MS }),
      ),
      'wrong-host': createSecureContext(
        this.authority.issue({ ...right, host: { ip: '192.0.2.1', dns: 'khac.mau.test' } }),
      ),
    };
  }

  /** Resolves with the base address of each system. */
  async open(): Promise<Record<SystemId, string>> {
    const urls = SYSTEMS.map(
      async (system) => [system, `https://${this.options.host}:${await this.listen(system)}/${system}`] as const,
    );
    return Object.fromEntries(await Promise.all(urls)) as Record<SystemId, string>;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all([...this.servers.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  }

  private listen(system: SystemId): Promise<number> {
    const server = createServer((socket) => this.greet(system, socket));
    this.servers.set(system, server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, this.options.host, () => resolve((server.address() as AddressInfo).port));
    });
  }

  private greet(system: SystemId, socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    const secureContext = this.contexts[this.options.badCertFor(system) ?? 'right'];
    const encrypted = new TLSSocket(socket, { isServer: true, secureContext });
    // A client that does not trust the certificate hangs up: that is the point.
    encrypted.on('error', () => socket.destroy());
    encrypted.once('secure', () => this.options.onConnection(encrypted));
  }
}
