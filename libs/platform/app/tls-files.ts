import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { AppError } from '../domain/errors';

/** PEM files of one side of TLS connections; null where there is none. */
export interface TlsFiles {
  certificatePath: string | null;
  keyPath: string | null;
  caPath: string | null;
}

/** What was read of them, as `node:tls` takes it. */
export interface TlsMaterial {
  cert?: Buffer;
  key?: Buffer;
  ca?: Buffer;
  /** Earliest end of a certificate of each file, by what the file is for. */
  expiries: readonly CertificateExpiry[];
}

interface CertificateExpiry {
  part: 'certificate' | 'ca';
  expiresAt: Date;
}

/** Of what we serve; towards partners it is Node's own default as well. */
export const MIN_TLS_VERSION = 'TLSv1.2';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads the files and checks that they can be used: certificates that parse, a key that is the certificate's, and all of it strong enough for TLS.
 *  @throws AppError `tls-files-invalid` that names the file and what is wrong with it, never its content */
export function readTlsFiles(files: TlsFiles): TlsMaterial {
  const own = readOwn(files);
  if (files.caPath === null) return acceptedByTls(own, files);
  const ca = readCertificates(files.caPath);
  return acceptedByTls({ ...own, ca: ca.bytes, expiries: [...own.expiries, expiryOf('ca', ca.parsed)] }, files);
}

/** What parses may still be too weak for OpenSSL (a short key, an old digest): whoever uses it would find out by an exception. */
function acceptedByTls(material: TlsMaterial, { certificatePath, caPath }: TlsFiles): TlsMaterial {
  const { cert, key, ca } = material;
  try {
    createSecureContext({ cert, key, ca, minVersion: MIN_TLS_VERSION });
    return material;
  } catch (cause) {
    const what =
      certificatePath === null ? `the certificates ${caPath}` : `the certificate ${certificatePath} with its key`;
    throw invalid(`TLS does not take ${what} (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`, cause);
  }
}

function readOwn({ certificatePath, keyPath }: TlsFiles): TlsMaterial {
  if (certificatePath === null && keyPath === null) return { expiries: [] };
  if (certificatePath === null || keyPath === null)
    throw invalid('a certificate needs its private key, and a key its certificate');
  const { bytes: cert, parsed } = readCertificates(certificatePath);
  const key = readKey(keyPath);
  if (!parsed[0].checkPrivateKey(key.parsed))
    throw invalid(`the private key ${keyPath} does not belong to the certificate ${certificatePath}`);
  return { cert, key: key.bytes, expiries: [expiryOf('certificate', parsed)] };
}

/** True when both were read from the same bytes. */
export function isSameMaterial(one: TlsMaterial, other: TlsMaterial): boolean {
  return (['cert', 'key', 'ca'] as const).every((part) => {
    const [a, b] = [one[part], other[part]];
    return a === undefined || b === undefined ? a === b : a.equals(b);
  });
}

function expiryOf(part: CertificateExpiry['part'], certificates: readonly X509Certificate[]): CertificateExpiry {
  const ends = certificates.map((one) => one.validToDate.getTime());
  return { part, expiresAt: new Date(Math.min(...ends)) };
}

function readCertificates(path: string): { bytes: Buffer; parsed: [X509Certificate, ...X509Certificate[]] } {
  const bytes = read(path);
  try {
    const [first, ...rest] = (bytes.toString('latin1').match(PEM_CERTIFICATE) ?? []).map(
      (pem) => new X509Certificate(pem),
    );
    if (first !== undefined) return { bytes, parsed: [first, ...rest] };
  } catch (cause) {
    throw invalid(`${path} holds a certificate that cannot be read`, cause);
  }
  throw invalid(`${path} holds no certificate in PEM`);
}

function readKey(path: string): { bytes: Buffer; parsed: KeyObject } {
  const bytes = read(path);
  try {
    return { bytes, parsed: createPrivateKey(bytes) };
  } catch (cause) {
    throw invalid(`${path} holds no private key in PEM that can be read without a password`, cause);
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw invalid(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`, cause);
  }
}

function invalid(detail: string, cause?: unknown): AppError {
  return new AppError({ code: 'tls-files-invalid', disposition: 'person', detail, cause });
}
