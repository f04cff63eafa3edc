import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SampleAuthority, type Issued, type KeyedCertificate } from '../../apps/simulators/tls/certificate';

const DAY_MS = 86_400_000;

/** An authority of a test, with files of what it issues in a folder of its own. */
export interface CertificateFolder {
  caFile: string;
  /** Certificate and key for 127.0.0.1 and localhost, in memory. */
  issue(name: string, days?: number): KeyedCertificate;
  /** One that parses and fits its key, and that TLS refuses: its key has 512 bits. */
  issueWeak(name: string): KeyedCertificate;
  /** The same as files; the same file name again replaces them. */
  write(fileName: string, issued: KeyedCertificate): { certificateFile: string; keyFile: string };
  remove(): void;
}

/** @param nowMs certificates begin a day before. @default now */
export function certificateFolder(nowMs = Date.now()): CertificateFolder {
  const dir = mkdtempSync(join(tmpdir(), 'certificates-'));
  const authority = new SampleAuthority(nowMs);
  const caFile = join(dir, 'ca.pem');
  writeFileSync(caFile, authority.cert);
  const issued = (name: string, days: number): Issued => ({
    name,
    host: { ip: '127.0.0.1', dns: 'localhost' },
    fromMs: nowMs - 400 * DAY_MS,
    toMs: nowMs + days * DAY_MS,
  });
  return {
    caFile,
    issue: (name, days = 90) => authority.issue(issued(name, days)),
    issueWeak: (name) => authority.issue(issued(name, 90), generateKeyPairSync('rsa', { modulusLength: 512 })),
    write: (fileName, { cert, key }) => {
      const [certificateFile, keyFile] = [join(dir, `${fileName}.pem`), join(dir, `${fileName}.key`)];
      writeFileSync(certificateFile, cert);
      writeFileSync(keyFile, key, { mode: 0o600 });
      return { certificateFile, keyFile };
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
