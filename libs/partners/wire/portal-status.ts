import { PortalStatus } from '#dossier';
import { integerOf } from './fields';

const STATUSES: ReadonlySet<unknown> = new Set(Object.values(PortalStatus));

/** One of the states 1 to 10 that portal and one-stop share, as number or digits (Q02); null for anything else. */
export function portalStatusOf(value: unknown): PortalStatus | null {
  const status = integerOf(value);
  return STATUSES.has(status) ? (status as PortalStatus) : null;
}
