import { createHash, X509Certificate } from 'node:crypto';
import { rfc3339, type Queryable } from '#platform';
import { endCertificate, insertCertificate, listCertificates } from '../adapters/certificate-store';
import { isValidAt, MAX_CREDENTIALS, validAt } from '../domain/credential-life';
import type { ClientCertificate } from '../ports';
import {
  assertClient,
  changeOnce,
  lockMachine,
  lockToEnd,
  refuse,
  type ClientChange,
  type CredentialDeps,
} from './credential-change';

/** By which certificate a client is to be known: exactly one of the two. */
export interface CertificateDraft {
  /** PEM. */
  certificate?: string;
  /** The very certificate, or each one with its subject that an authority of ours issues. @default 'certificate' */
  by?: 'certificate' | 'subject';
  /** SHA-256 of the certificate: 64 hex digits, colons allowed. */
  sha256?: string;
}

type Named = Pick<ClientCertificate, 'sha256' | 'subject' | 'expiresAt'>;

const LISTED = 50;

/** Client certificates of machines; up to two at once, so that they can be renewed without a stop. */
export class ManageCertificates {
  constructor(private readonly deps: CredentialDeps) {}

  /** @throws AppError 400 `certificate-invalid`; 404 `client-unknown`; 409 `client-disabled`, `client-is-person`, `client-has-role-of-people`, `too-many-certificates`,
   *  `certificate-in-use`, `idempotency-conflict` */
  async add(change: ClientChange, clientId: string, draft: CertificateDraft): Promise<{ certificateId: string }> {
    const named = namedBy(draft);
    return changeOnce(this.deps, change, { addCertificate: draft, to: clientId }, async (tx, at) => {
      await lockMachine(tx, clientId);
      if (named.expiresAt && named.expiresAt <= at)
        throw refuse('certificate-invalid', 400, 'the certificate has expired', 'certificate');
      if (validAt(await listCertificates(tx, clientId, LISTED), at).length >= MAX_CREDENTIALS)
        throw refuse('too-many-certificates', 409, 'two certificates are valid: end one');
      const certificateId = this.deps.ids.next();
      const isNew = await insertCertificate(tx, { id: certificateId, ...named, createdAt: at }, clientId);
      if (!isNew) throw refuse('certificate-in-use', 409, 'a client is known by this certificate already');
      await this.deps.journal.record(tx, {
        kind: 'client-certificate.added',
        by: change,
        clientId,
        credentialId: certificateId,
      });
      return { certificateId };
    });
  }

  /** Newest first.
   *  @throws AppError 404 `client-unknown` */
  async list(db: Queryable, clientId: string, now: Date): Promise<(ClientCertificate & { isValid: boolean })[]> {
    await assertClient(db, clientId);
    const certificates = await listCertificates(db, clientId, LISTED);
    return certificates.map((certificate) => ({ ...certificate, isValid: isValidAt(certificate, now) }));
  }

  /** @throws AppError 404 `client-unknown`, `certificate-unknown`; 409 `client-is-person`, `idempotency-conflict` */
  async end(change: ClientChange, clientId: string, id: string): Promise<{ certificateId: string; endedAt: string }> {
    return changeOnce(this.deps, change, { endCertificate: id, of: clientId }, async (tx, at) => {
      await lockToEnd(tx, clientId, change.by);
      const known = (await listCertificates(tx, clientId, LISTED)).find((one) => one.id === id);
      if (!known) throw refuse('certificate-unknown', 404, 'this client has no certificate with this id');
      if (known.endedAt) return { certificateId: id, endedAt: rfc3339(known.endedAt) };
      endCertificate(tx, id, at);
      await this.deps.journal.record(tx, {
        kind: 'client-certificate.ended',
        by: change,
        clientId,
        credentialId: id,
      });
      return { certificateId: id, endedAt: rfc3339(at) };
    });
  }
}

function namedBy({ certificate, by = 'certificate', sha256 }: CertificateDraft): Named {
  if ((certificate === undefined) === (sha256 === undefined))
    throw refuse('certificate-invalid', 400, 'either a certificate in PEM or its SHA-256', 'certificate');
  if (certificate === undefined) return { sha256: digestOf(sha256 ?? ''), subject: null, expiresAt: null };
  const parsed = parse(certificate);
  if (by === 'subject') return { sha256: null, subject: subjectText(parsed.subject), expiresAt: null };
  const digest = createHash('sha256').update(parsed.raw).digest('base64url');
  return { sha256: digest, subject: null, expiresAt: parsed.validToDate };
}

function digestOf(text: string): string {
  const hex = text.replaceAll(':', '');
  if (!/^[0-9a-f]{64}$/i.test(hex)) throw refuse('certificate-invalid', 400, '64 hex digits', 'sha256');
  return Buffer.from(hex, 'hex').toString('base64url');
}

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    // The text of the error may quote what was sent.
    throw refuse('certificate-invalid', 400, 'one X.509 certificate in PEM', 'certificate');
  }
}

/** The subject of a certificate as one line: Node gives an attribute a line, and a comma inside a value is escaped. */
export function subjectText(lines: string | undefined): string {
  return (lines ?? '').split('\n').join(', ');
}
