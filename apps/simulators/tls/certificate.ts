import { generateKeyPairSync, randomBytes, sign, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto';
import { bits, element, integer, octets, oid, sequence, set, time, TRUE, utf8 } from './der';

/** A certificate with its key, both PEM. */
export interface KeyedCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface Issued {
  readonly name: string;
  /** IPv4 address and DNS name of the holder. */
  readonly host: { readonly ip: string; readonly dns: string };
  readonly fromMs: number;
  readonly toMs: number;
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const NAME = 'Co quan cap chung thu mau';

/** An authority made at start that nobody knows: it issues right, expired and misnamed certificates (X.509 v3, P-256). */
export class SampleAuthority {
  private readonly keys = ellipticKeys();
  /** For the trust store of a client. */
  readonly cert: string;

  constructor(nowMs: number) {
    const validity = { fromMs: nowMs - 3_600_000, toMs: nowMs + 365 * 86_400_000 };
    const isAuthority = extension('2.5.29.19', sequence(TRUE), true);
    this.cert = pem(signed({ issuer: NAME, subject: NAME, ...validity, extensions: [isAuthority] }, this.keys));
  }

  /** @param keys of the holder. @default a new pair, P-256 */
  issue(issued: Issued, keys: KeyPairKeyObjectResult = ellipticKeys()): KeyedCertificate {
    return keyed(
      issued,
      { publicKey: keys.publicKey, privateKey: this.keys.privateKey },
      { issuer: NAME, own: keys.privateKey },
    );
  }
}

/** Signed by its own key: no authority stands behind it. */
export function selfSigned(issued: Issued): KeyedCertificate {
  const keys = ellipticKeys();
  return keyed(issued, keys, { issuer: issued.name, own: keys.privateKey });
}

function ellipticKeys(): KeyPairKeyObjectResult {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

interface Keys {
  /** Of the holder. */
  readonly publicKey: KeyObject;
  /** Of the issuer. */
  readonly privateKey: KeyObject;
}

function keyed(issued: Issued, keys: Keys, { issuer, own }: { issuer: string; own: KeyObject }): KeyedCertificate {
  const { name, fromMs, toMs, host } = issued;
  const address = element(0x87, Buffer.from(host.ip.split('.').map(Number)));
  const alternatives = sequence(element(0x82, Buffer.from(host.dns)), address);
  const extensions = [extension('2.5.29.17', alternatives)];
  const cert = signed({ issuer, subject: name, fromMs, toMs, extensions }, keys);
  return { cert: pem(cert), key: own.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

interface Content {
  readonly issuer: string;
  readonly subject: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly extensions: readonly Buffer[];
}

function signed({ issuer, subject, fromMs, toMs, extensions }: Content, keys: Keys): Buffer {
  const content = sequence(
    element(0xa0, integer(Buffer.of(2))),
    integer(serialNumber()),
    ECDSA_SHA256,
    nameOf(issuer),
    sequence(time(fromMs), time(toMs)),
    nameOf(subject),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...extensions)),
  );
  return sequence(content, ECDSA_SHA256, bits(sign('sha256', content, keys.privateKey)));
}

/** Positive and without a leading zero, as DER wants it. */
function serialNumber(): Buffer {
  return Buffer.concat([Buffer.of(0x4d), randomBytes(15)]);
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))));
}

function extension(id: string, content: Buffer, isCritical = false): Buffer {
  return sequence(oid(id), ...(isCritical ? [TRUE] : []), octets(content));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
