import type { FileTokens, Vault } from '#access';
import type { DossierContent, OfficerNote, PartnerId, RegistrationResult } from '#dossier';
import type { Clock, Queryable } from '#platform';
import type { PayloadReader } from '../ports';
import { createLargeBody } from './large-body';
import type { PayloadOpener } from './payload-opener';

export interface PayloadReaderDeps {
  partner: PartnerId;
  opener: PayloadOpener;
  vault: Pick<Vault, 'openStream'>;
  fileTokens: Pick<FileTokens, 'issueFileToken'>;
  db: Queryable;
  clock: Clock;
}

/** How long a link is given again without asking: the messages of one dossier name the same files within moments. */
const LINK_KEPT_MS = 60_000;
const MAX_LINKS = 5_000;

/** Payloads of the vault as the adapters see them. Nothing of it is kept but links. */
export function createPayloadReader({
  partner,
  opener,
  vault,
  fileTokens,
  db,
  clock,
}: PayloadReaderDeps): PayloadReader {
  const json = async (ref: string): Promise<unknown> => JSON.parse((await opener.open(ref)).toString('utf8'));
  const links = new Map<string, { url: Promise<string>; until: number }>();
  const linkTo = (ref: string, fileName: string, contentType: string): Promise<string> => {
    const now = clock.now().getTime();
    const known = links.get(ref);
    if (known && known.until > now) return known.url;
    if (links.size >= MAX_LINKS) links.clear();
    const url = fileTokens.issueFileToken(db, { ref, partner, fileName, contentType });
    links.set(ref, { url, until: now + LINK_KEPT_MS });
    url.catch(() => links.delete(ref));
    return url;
  };
  return {
    content: async (ref) => (await json(ref)) as DossierContent,
    result: async (ref) => (await json(ref)) as RegistrationResult,
    officer: async (ref) => (await json(ref)) as OfficerNote,
    file: (ref) => opener.open(ref),
    largeBody: (parts) => createLargeBody(parts, vault),
    fileUrl: linkTo,
  };
}
