import { parseCheckpoint } from '../../tlog/checkpoint';
import { parseProofFile } from '../../tlog/proof-file';
import { isIncluded } from '../../tlog/proofs';
import { isSignedBy, parseNote, parseVerifierKey } from '../../tlog/signed-note';
import type { PublicJwk } from '../signing-keys';
import { jwkVerifier } from './jwk-verifier';
import { verifyReceipt, type Receipt } from './receipt';

/** What somebody has in hand who checks a receipt; nothing of it comes from the gateway that gave it. */
export interface ReceiptEvidence {
  receipt: Receipt;
  /** The published keys (`/.well-known/jwks.json`). */
  keys: readonly PublicJwk[];
  /** The body that was handed over; undefined = not looked at. */
  body?: unknown;
  /** A proof file, and the verifier key of the log. */
  sealed?: { proof: string; logKey: string };
}

/** `wrong` with a code that says what does not fit. */
export type Finding = { result: 'proven' } | { result: 'wrong'; code: string } | { result: 'not-looked-at' };

export interface ReceiptFindings {
  /** The gateway's key has signed this receipt. */
  signature: Finding;
  /** It is about this body. */
  body: Finding;
  /** The sealed log holds what it speaks of. */
  sealed: Finding;
}

const PROVEN: Finding = { result: 'proven' };
const NOT_LOOKED_AT: Finding = { result: 'not-looked-at' };
const wrong = (code: string): Finding => ({ result: 'wrong', code });

/** Checks a receipt offline. Never throws for what the evidence holds. */
export function checkReceipt({ receipt, keys, body, sealed }: ReceiptEvidence): ReceiptFindings {
  const known = { verify: jwkVerifier(keys) };
  const isSigned = verifyReceipt(receipt, known);
  return {
    signature: isSigned ? PROVEN : wrong(signatureProblem(receipt, keys)),
    body: body === undefined ? NOT_LOOKED_AT : verifyReceipt(receipt, known, body) ? PROVEN : wrong('body-differs'),
    sealed: sealed === undefined ? NOT_LOOKED_AT : checkSealed(receipt, sealed),
  };
}

function signatureProblem({ keyId }: Receipt, keys: readonly PublicJwk[]): string {
  return keys.some(({ kid }) => kid === keyId) ? 'signature-wrong' : 'key-unknown';
}

function checkSealed({ leafHash }: Receipt, { proof, logKey }: { proof: string; logKey: string }): Finding {
  try {
    const file = parseProofFile(proof);
    const note = parseNote(file.note);
    const verifier = parseVerifierKey(logKey);
    const { origin, size, root } = parseCheckpoint(note.text);
    if (origin !== verifier.name || !isSignedBy(note, verifier)) return wrong('checkpoint-not-signed');
    const leaf = Buffer.from(leafHash, 'base64');
    return isIncluded(leaf, { index: file.index, size, proof: file.proof }, root) ? PROVEN : wrong('not-in-the-log');
  } catch (error) {
    if (error instanceof TypeError) return wrong('proof-unreadable');
    throw error;
  }
}
