import { canonicalBytes, sha256 } from '#platform';
import type { DecodedDossier } from '../ports';

/** Bytes that are equal exactly when two messages say the same about a dossier: everything the source wrote, with files by
 *  their digest. How the source spelt its JSON, and under which list id, does not matter. Personal data: only its keyed
 *  digest (`Vault.dedupDigest`) may leave the vault. */
export function contentFingerprint(dossier: Omit<DecodedDossier, 'receivedAt'>): Buffer {
  const { code, procedureCode, module, unitText, receivedAtText, technicalId, subject, requester, declaration } =
    dossier;
  const attachments = dossier.attachments.map(({ bytes, draft, ...file }) => ({
    ...file,
    bytes: (bytes ? sha256(bytes) : draft?.sha256)?.toString('hex') ?? null,
  }));
  return canonicalBytes({
    code,
    procedureCode,
    module,
    unitText,
    receivedAtText,
    technicalId,
    subject,
    requester,
    declaration,
    attachments,
  });
}
