import type { Claim, Finding } from '../findings';
import { jwkVerifier } from '../../receipts/domain/jwk-verifier';
import type { PublicJwk } from '../../receipts/signing-keys';
import { canonicalText } from './canonical';

/** A receipt of the gateway as a checker needs it; all its other members are signed too. */
export interface ReceiptToCheck {
  leafHash: string;
  keyId: string;
  signature: string;
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
  return isReceipt ? (found as ReceiptToCheck) : undefined;
}

/** Whether one of the keys has signed the receipt: Ed25519 over the RFC 8785 form of its other members. */
export function checkReceiptSignature({ name, receipt, keys }: ReceiptEvidence): Claim | Finding {
  const { signature, ...rest } = receipt;
  const bytes = Buffer.from(canonicalText(rest), 'utf8');
  return jwkVerifier(keys)(receipt.keyId, bytes, Buffer.from(signature, 'base64'))
    ? { code: 'receipt-signature' }
    : { code: 'receipt-signature-wrong', file: name };
}
