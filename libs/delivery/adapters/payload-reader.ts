import type { FileTokens } from '#access';
import type { DossierContent, OfficerNote, PartnerId, RegistrationResult } from '#dossier';
import type { Tx } from '#platform';
import type { PayloadReader } from '../ports';
import type { PayloadOpener } from './payload-opener';

export interface PayloadReaderDeps {
  partner: PartnerId;
  opener: PayloadOpener;
  fileTokens: Pick<FileTokens, 'issueFileToken'>;
  db: Tx;
}

/** Payloads of the vault as the adapters see them. Nothing of it is kept. */
export function createPayloadReader({ partner, opener, fileTokens, db }: PayloadReaderDeps): PayloadReader {
  const json = async (ref: string): Promise<unknown> => JSON.parse((await opener.open(ref)).toString('utf8'));
  return {
    content: async (ref) => (await json(ref)) as DossierContent,
    result: async (ref) => (await json(ref)) as RegistrationResult,
    officer: async (ref) => (await json(ref)) as OfficerNote,
    file: (ref) => opener.open(ref),
    fileUrl: (ref, fileName, contentType) => fileTokens.issueFileToken(db, { ref, partner, fileName, contentType }),
  };
}
