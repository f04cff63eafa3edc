import type { Claim, Finding } from '../findings';
import { jwkVerifier } from '../../receipts/domain/jwk-verifier';
import type { PublicJwk } from '../../receipts/signing-keys';
import { canonicalText } from './canonical';

/** A receipt of the gateway as a checker needs it; all its other members are signed too. */
export interface ReceiptToCheck {
  leafHash: string;
  keyId: string;
  signature: string;
  /** What it is about; an entry that names these names the same. */
  dossierId?: unknown;
  operation?: unknown;
}

/** A receipt and the published keys, under a name for the report. */
export interface ReceiptEvidence {
  name: string;
  receipt: ReceiptToCheck;
  keys: readonly PublicJwk[];
}

/** @returns undefined when the value is no receipt */
export function receiptOf(value: unknown): ReceiptToCheck | undefined {
  const found = value as Partial<ReceiptToCheck> | null;
  const isReceipt = [found?.leafHash, found?.keyId, found?.signature].every((text) => typeof text === 'string');
  return isReceipt && hasText(value) ? (found as ReceiptToCheck) : undefined;
}

/** What nests too deep for the stack has no form that could be signed. */
function hasText(value: unknown): boolean {
  try {
    return canonicalText(value) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether one of the keys has signed the receipt: Ed25519 over the RFC 8785 form of its other members. */
export function checkReceiptSignature({ name, receipt, keys }: ReceiptEvidence): Claim | Finding {
  const { signature, ...rest } = receipt;
  const bytes = Buffer.from(canonicalText(rest), 'utf8');
  return jwkVerifier(keys)(receipt.keyId, bytes, Buffer.from(signature, 'base64'))
    ? { code: 'receipt-signature' }
    : { code: 'receipt-signature-wrong', file: name };
}

/** Whether the entry with the receipt's leaf hash is about the same as the receipt. An entry need not name its dossier and its operation.
 *  @param entry undefined when it can no longer be read */
export function checkReceiptEntry(
  { name, receipt }: ReceiptEvidence,
  { leaf, entry }: { leaf: number; entry: Buffer | undefined },
): Claim | Finding {
  const named = membersOf(entry);
  const isOther = (['dossierId', 'operation'] as const).some((member) => {
    const [said, sealed] = [receipt[member], named[member]];
    return typeof said === 'string' && typeof sealed === 'string' && said !== sealed;
  });
  return isOther ? { code: 'receipt-differs', leaf, file: name } : { code: 'receipt', leaf };
}

/** None for bytes that are no entry: that is told elsewhere. */
function membersOf(entry: Buffer | undefined): Partial<Record<string, unknown>> {
  try {
    return (JSON.parse(entry?.toString('utf8') ?? '{}') as Record<string, unknown> | null) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return {};
    throw error;
  }
}
