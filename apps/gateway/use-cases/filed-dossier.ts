import type { DecodedDossier } from '#intake';
import { AppError, localParts } from '#platform';
import { readFileObjects, Undecodable } from '#partners';
import type { NewDossierInput } from '../schema/new-dossier';
import { present } from './present';

const MAX_FILES = 200;

/** What a filed dossier says, with its files decoded.
 *  @throws AppError 400 `request-invalid` for a leaf that is no text or a file that cannot be read */
export function filedDossier(input: NewDossierInput): DecodedDossier {
  const { dvcltCode, unit, receivedAt, content, ...rest } = input;
  const at = new Date(receivedAt);
  const wrong = Object.values(content).some((leaf) => typeof leaf !== 'string');
  if (wrong)
    throw new AppError({
      code: 'request-invalid',
      disposition: 'refuse',
      status: 400,
      field: 'content',
      detail: 'every leaf of the declaration must be a text',
    });
  return {
    code: dvcltCode,
    unitText: unit.padStart(5, '0'),
    procedureCode: rest.procedureCode,
    module: rest.module,
    receivedAt: at,
    receivedAtText: writtenLocally(at),
    subject: present(rest.subject),
    requester: present(rest.requester),
    declaration: content,
    attachments: filesOf(rest.attachments),
  };
}

function filesOf(objects: readonly unknown[]): DecodedDossier['attachments'] {
  try {
    return readFileObjects(objects, MAX_FILES);
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    const place = /\[\d+\]/.exec(error.field ?? '')?.[0] ?? '';
    throw new AppError({
      code: 'request-invalid',
      disposition: 'refuse',
      status: 400,
      field: `attachments${place}`,
      detail: error.reason,
      cause: error,
    });
  }
}

/** As DVCLT writes it, `dd/MM/yyyy HH:mm:ss`: the same dossier reads the same whichever way it came. */
function writtenLocally(at: Date): string {
  const { day, month, year, hour, minute, second } = localParts(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(day)}/${two(month)}/${year} ${two(hour)}:${two(minute)}:${two(second)}`;
}
