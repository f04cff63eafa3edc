import type { Vault } from '#access';
import { readLinked, type LinkedDelivery } from '../adapters/linked-delivery';
import type { RegistrationResult } from '#dossier';
import { AppError, type Ids, type Tx } from '#platform';
import { indexPersons, numbersInResult } from '#privacy';
import type { RegistrationLink } from '../domain/plan';

/** A registration that officers made outside the flow, as they typed it from the register. Holds personal data. */
export interface ManualRegistration {
  registrationNumber: string;
  bookNumber: string;
  pageNumber?: string;
  /** `YYYY-MM-DD`. */
  registeredOn: string;
  /** Personal number of the child; needed at birth. */
  identityNumber?: string;
  /** The result paper, PDF. */
  file: Buffer;
}

/** Seals a registration for the dossier of this delivery (P7: the push is never made, and the dossier goes on as registered).
 *  @throws AppError 422 `link-not-possible`, `link-incomplete`; 409 `link-not-possible` with the dossier's state */
export async function sealRegistration(
  tx: Tx,
  { planId, registration }: { planId: string; registration: ManualRegistration },
  { vault, ids }: { vault: Pick<Vault, 'seal' | 'dedupDigest'>; ids: Ids },
): Promise<{ link: RegistrationLink; digest: Buffer }> {
  const target = await readLinked(tx, planId);
  refuseUnfit(target, registration);
  const fileRef = ids.next();
  const resultRef = ids.next();
  const result = resultOf(registration, fileRef, target.module);
  const [sealed] = await vault.seal(tx, { ownerKind: 'dossier', ownerId: target.dossierId }, [
    {
      ref: resultRef,
      kind: 'result',
      contentType: 'application/json',
      bytes: Buffer.from(JSON.stringify(result), 'utf8'),
    },
    { ref: fileRef, kind: 'result-file', contentType: 'application/pdf', bytes: registration.file },
  ]);
  const persons = [{ dossierId: target.dossierId, numbers: numbersInResult(result) }];
  indexPersons(tx, persons, (bytes) => vault.dedupDigest(bytes));
  const registryCode = registryCodeOf(target, registration);
  return {
    link: { registryCode, resultRef, resultDigest: sealed.digest.toString('base64') },
    digest: sealed.digest,
  };
}

function refuseUnfit(target: LinkedDelivery, registration: ManualRegistration): void {
  if (target.operation !== 'submit-registration')
    throw refusal('link-not-possible', 'delivery', `a ${target.operation} registers nothing`);
  if (target.state !== 'with-registry')
    throw refusal('link-not-possible', 'delivery', 'the dossier does not wait for its registration', {
      status: 409,
      state: target.state,
    });
  if (target.module === 'KS' && registration.identityNumber === undefined)
    throw refusal('link-incomplete', 'identityNumber', 'a birth needs the child’s personal number');
  if (!registration.file.subarray(0, 5).equals(Buffer.from('%PDF-')))
    throw refusal('link-incomplete', 'file', 'the result paper must be a PDF');
}

function resultOf(registration: ManualRegistration, fileRef: string, module: 'KS' | 'KT'): RegistrationResult {
  const { registrationNumber, bookNumber, pageNumber, registeredOn, identityNumber, file } = registration;
  const [year, month, day] = registeredOn.split('-');
  return {
    registrationNumber,
    bookNumber,
    ...(pageNumber === undefined ? {} : { pageNumber }),
    ...(identityNumber === undefined ? {} : { identityNumber }),
    registeredOnText: `${day}/${month}/${year}`,
    fields: {},
    fileRef,
    fileName: `${module === 'KS' ? 'giayKhaiSinh' : 'giayKhaiTu'}.pdf`,
    fileSizeBytes: file.length,
  };
}

/** Named as hộ tịch's own: unit, module, number, book, and the year where the book does not name it. */
function registryCodeOf({ unit, module }: LinkedDelivery, registration: ManualRegistration): string {
  const { registrationNumber, bookNumber, registeredOn } = registration;
  const year = /\d{4}/.test(bookNumber) ? [] : [registeredOn.slice(0, 4)];
  return [unit, module, registrationNumber, bookNumber, ...year].join('/');
}

function refusal(
  code: string,
  field: string,
  detail: string,
  { status = 422, state }: { status?: number; state?: string } = {},
): AppError {
  return new AppError({
    code,
    disposition: 'refuse',
    status,
    field,
    detail,
    ...(state === undefined ? {} : { extra: { state } }),
  });
}
