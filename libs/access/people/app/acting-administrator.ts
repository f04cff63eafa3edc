import { AppError } from '#platform';
import type { Principal } from '../../identity/ports';

/** Who asks, and by which `Idempotency-Key`. */
export interface ActingAdministrator {
  by: Principal;
  idempotencyKey: string;
  addressDigest?: string;
}

/** What is decided about access is decided by people: a machine's secret is renewed by one administrator alone. Machines of versions before may still
 *  have the role.
 *  @throws AppError 403 `person-needed` */
export function refuseMachine({ kind }: Principal): void {
  if (kind === 'person') return;
  throw new AppError({
    code: 'person-needed',
    disposition: 'refuse',
    status: 403,
    detail: 'a person’s account has to do this: the secret of a machine is renewed by one administrator alone',
  });
}
