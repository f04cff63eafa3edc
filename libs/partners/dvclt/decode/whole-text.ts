import type { DecodedDossier } from '#intake';
import { Undecodable } from './undecodable';

/** Half a surrogate pair: JSON can hold it as an escape, UTF-8 cannot. */
const HALF_CHARACTER = /\p{Cs}/u;

/** Refuses texts that have no UTF-8 form: two different ones would be stored as the same bytes.
 *  @throws Undecodable at stage `checks` */
export function requireWholeText(dossier: DecodedDossier): DecodedDossier {
  const { unitText, procedureCode, receivedAtText, technicalId, declaration, attachments } = dossier;
  const texts: [string, string | undefined][] = [
    ['maDonVi', unitText],
    ['maTTHC', procedureCode],
    ['ngayTiepNhan', receivedAtText],
    ['techId', technicalId],
    ...Object.entries(declaration).flatMap(([name, text]): [string, string][] => [
      [name, name],
      [name, text],
    ]),
    ...attachments.flatMap(({ sourceId, title, fileName }): [string, string][] =>
      [sourceId, title, fileName].map((text) => ['fileDinhKem', text]),
    ),
  ];
  const broken = texts.find(([, text]) => text !== undefined && HALF_CHARACTER.test(text));
  if (broken) throw new Undecodable('checks', 'checks.half-character', 'a text holds half a character', broken[0]);
  return dossier;
}
