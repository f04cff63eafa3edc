import { setQuota as saveQuota } from '../adapters/client-store';
import type { Quota } from '../ports';
import { changeOnce, lockMachine, type ClientChange, type CredentialDeps } from './credential-change';

/** How many requests a machine may make; counts within seconds everywhere. Never a person: one administrator could shut out all others.
 *  @throws AppError 404 `client-unknown`; 409 `client-is-person`, `client-has-role-of-people`, `client-disabled`, `idempotency-conflict` */
export async function setQuota(
  deps: Omit<CredentialDeps, 'ids'>,
  change: ClientChange,
  clientId: string,
  quota: Quota,
): Promise<{ clientId: string; quota: Quota }> {
  return changeOnce(deps, change, { setQuota: clientId, quota }, async (tx) => {
    await lockMachine(tx, clientId);
    saveQuota(tx, clientId, quota);
    await deps.journal.record(tx, { kind: 'client.changed', by: change, clientId, quota });
    return { clientId, quota };
  });
}
