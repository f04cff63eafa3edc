import { setQuota as saveQuota } from '../adapters/client-store';
import type { Quota } from '../ports';
import { changeOnce, clientUnknown, type ClientChange, type CredentialDeps } from './credential-change';

/** How many requests a client may make; counts within seconds everywhere.
 *  @throws AppError 404 `client-unknown`, 409 `idempotency-conflict` */
export async function setQuota(
  deps: Omit<CredentialDeps, 'ids'>,
  change: ClientChange,
  clientId: string,
  quota: Quota,
): Promise<{ clientId: string; quota: Quota }> {
  return changeOnce(deps, change, { setQuota: clientId, quota }, async (tx) => {
    if (!(await saveQuota(tx, clientId, quota))) throw clientUnknown();
    await deps.journal.record(tx, { kind: 'client.changed', by: change.by, clientId });
    return { clientId, quota };
  });
}
