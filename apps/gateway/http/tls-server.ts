import { Server, type ServerOptions } from 'node:https';
import { MIN_TLS_VERSION, type GatewaySettings, type TlsMaterial, type WatchedTls } from '#platform';

/** Where client certificates are optional, one that nobody vouches for is let through the handshake and counts as none (shown-certificate.ts): who asks
 *  for a public route with it gets his answer. */
export function httpsOptions({ tls: settings }: GatewaySettings, tls: WatchedTls): ServerOptions {
  return {
    ...contextOf(tls.current()),
    requestCert: settings?.clientCaPath !== null,
    rejectUnauthorized: settings?.isClientCertificateRequired === true,
  };
}

/** New connections get the new certificate and authorities; those that stand go on with the old ones. */
export function followTlsFiles(server: unknown, tls: WatchedTls | null): void {
  if (tls === null || !(server instanceof Server)) return;
  tls.onChange((material) => server.setSecureContext(contextOf(material)));
  tls.start();
}

function contextOf({ cert, key, ca }: TlsMaterial): ServerOptions {
  return { cert, key, ca, minVersion: MIN_TLS_VERSION };
}
