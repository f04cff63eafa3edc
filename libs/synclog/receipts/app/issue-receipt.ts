import { rfc3339, type Clock, type Ids, type Tx } from '#platform';
import { insertReceipt } from '../adapters/receipt-store';
import { signReceipt, type Receipt, type SaltedDigest } from '../domain/receipt';
import type { SigningKeys } from '../signing-keys';

export interface ReceiptInput extends SaltedDigest {
  clientId: string;
  operation: string;
  dossierId: string | null;
  /** From `SyncLog.append` in the same transaction. */
  leafHash: Buffer;
}

/** Signs a receipt and stores it in the caller's transaction: it exists if and only if what it speaks of does. */
export async function issueReceipt(
  tx: Tx,
  input: ReceiptInput,
  deps: { keys: SigningKeys; ids: Ids; clock: Clock },
): Promise<Receipt> {
  const { clientId, operation, dossierId, contentDigest, salt, leafHash } = input;
  const at = deps.clock.now();
  const receipt = signReceipt(
    {
      id: deps.ids.next(),
      at: rfc3339(at),
      clientId,
      operation,
      dossierId,
      contentDigest,
      salt,
      leafHash: leafHash.toString('base64'),
    },
    deps.keys,
  );
  insertReceipt(tx, receipt, at);
  return receipt;
}
