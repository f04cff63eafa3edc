import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { subjectText, type ShownCertificate } from '#access';

/** A connection carries many requests; its certificate is read once. */
const KNOWN = new WeakMap<TLSSocket, ShownCertificate>();

/** The client certificate of a connection to ourselves, when one of our authorities vouches for it. One that nobody vouches for counts as none.
 *  Behind a proxy that ends TLS there is never one: no header is believed in its place. */
export function shownCertificate(socket: Socket): ShownCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const known = KNOWN.get(socket);
  if (known) return known;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const shown = {
    sha256: createHash('sha256').update(certificate.raw).digest('base64url'),
    subject: subjectText(certificate.subject),
    validTo: certificate.validToDate,
  };
  KNOWN.set(socket, shown);
  return shown;
}
