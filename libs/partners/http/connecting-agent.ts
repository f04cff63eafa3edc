import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsMaterial } from '#platform';

type Created = (error: Error | null, socket: Duplex) => void;

/** What TLS connections are made with, asked for each new one: files may change (WatchedTls). */
interface TlsSource {
  current(): Pick<TlsMaterial, 'ca' | 'cert' | 'key'>;
}

/** Options of the pool of one partner. */
export interface AgentOptions {
  /** Sockets open to the partner at once. */
  maxSockets: number;
  /** Time for TCP (and TLS) to be established. Milliseconds. */
  connectTimeoutMs: number;
  /** An unused connection is closed after this long: shorter than the usual 5 s of servers, so that a socket that the partner
   *  is about to close is rarely reused. Milliseconds. @default 4_000 */
  idleTimeoutMs?: number;
  /** Authorities and client certificate of this partner. @default the system's authorities, no certificate */
  tls?: TlsSource;
}

class ConnectTimeout extends Error {
  readonly code = 'connect-timeout';
}

/** Sockets of one pool that are not established yet. */
interface Connecting {
  pending: Set<net.Socket>;
  timeoutMs: number;
}

/** Hands a socket to its request only once it is really connected. Node's own agents hand it over at once and let the request's bytes
 *  wait inside the socket, where nobody can tell "never sent" from "sent and lost". */
function whenConnected(
  socket: net.Socket,
  event: 'connect' | 'secureConnect',
  connecting: Connecting,
  done: Created,
): void {
  const { pending, timeoutMs } = connecting;
  pending.add(socket);
  const timer = setTimeout(() => socket.destroy(new ConnectTimeout('connect-timeout')), timeoutMs);
  const settle = (error: Error | null): void => {
    clearTimeout(timer);
    pending.delete(socket);
    socket.off('error', onError);
    socket.off(event, onReady);
    socket.off('close', onClose);
    done(error, socket);
  };
  const onError = (error: Error): void => settle(error);
  const onReady = (): void => settle(null);
  const onClose = (): void => settle(new Error('closed while connecting'));
  socket.once('error', onError);
  socket.once(event, onReady);
  socket.once('close', onClose);
}

/** A keep-alive pool for one partner, for `http:` and `https:`. */
export interface PartnerAgents {
  http: http.Agent;
  https: https.Agent;
  /** Closes idle, busy and connecting sockets. */
  close(): void;
}

/** Makes the two agents of one partner. Certificates are always verified (Q40). */
export function partnerAgents(options: AgentOptions): PartnerAgents {
  const connecting: Connecting = { pending: new Set(), timeoutMs: options.connectTimeoutMs };
  const pool = {
    keepAlive: true,
    maxSockets: options.maxSockets,
    timeout: options.idleTimeoutMs ?? 4_000,
    scheduling: 'lifo' as const,
  };

  class PlainAgent extends http.Agent {
    override createConnection(target: http.ClientRequestArgs, done?: Created): undefined {
      const socket = net.connect(target as net.NetConnectOpts);
      whenConnected(socket, 'connect', connecting, done ?? (() => undefined));
      return undefined;
    }
  }
  class TlsAgent extends https.Agent {
    override createConnection(target: https.RequestOptions, done?: Created): undefined {
      const socket = super.createConnection({ ...target, ...tlsOptions(options.tls) }) as net.Socket;
      whenConnected(socket, 'secureConnect', connecting, done ?? (() => undefined));
      return undefined;
    }
  }

  const plain = new PlainAgent(pool);
  // A session that is taken up again would show the certificate of before a change.
  const tls = new TlsAgent({ ...pool, ...(options.tls ? { maxCachedSessions: 0 } : {}) });
  return {
    http: plain,
    https: tls,
    close: () => {
      plain.destroy();
      tls.destroy();
      for (const socket of connecting.pending) socket.destroy();
    },
  };
}

function tlsOptions(source: TlsSource | undefined): https.RequestOptions {
  if (source === undefined) return {};
  const { ca, cert, key } = source.current();
  return { ...(ca ? { ca } : {}), ...(cert && key ? { cert, key } : {}) };
}
