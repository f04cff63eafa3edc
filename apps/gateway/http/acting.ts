import type { ActingAdministrator, Principal } from '#access';
import { callerOf, type AuthenticatedRequest } from './access';

/** Who changes accounts, as the use cases take it. */
export function actingOf(
  request: AuthenticatedRequest,
  idempotencyKey: string,
  addressDigest: (address: string) => string,
): ActingAdministrator {
  return { by: callerOf(request), idempotencyKey, addressDigest: addressDigest(request.ip) };
}

/** User names and subjects are personal data: they are for those who administer accounts. */
export function maySeeNames({ roles }: Principal): boolean {
  return roles.includes('administrator');
}
