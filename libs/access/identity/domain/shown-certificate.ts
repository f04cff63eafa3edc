import type { ClientCertificate, ClientWithCredentials, ShownCertificate } from '../ports';
import { isValidAt } from './credential-life';

/** The certificate of a client that the shown one is: by its digest, else by its subject. Undefined when it is none of them, or has ended. */
export function certificateOf(
  client: Pick<ClientWithCredentials, 'certificates'>,
  shown: ShownCertificate,
  now: Date,
): ClientCertificate | undefined {
  if (shown.validTo.getTime() <= now.getTime()) return undefined;
  const valid = client.certificates.filter((one) => isValidAt(one, now));
  return (
    valid.find((one) => one.sha256 !== null && one.sha256 === shown.sha256) ??
    valid.find((one) => one.subject !== null && one.subject === shown.subject)
  );
}
