import { followKeys, parseKeyChain, type LogKey } from '../../tlog/key-chain';
import { parseProofFile } from '../../tlog/proof-file';
import { isIncluded } from '../../tlog/proofs';
import type { NoteVerifier } from '../../tlog/signed-note';
import { logKeyIn } from '../../verifier/domain/check-key';
import { isByReplacedKey, readCheckpoint } from '../../verifier/domain/check-notes';
import type { PublicJwk } from '../signing-keys';
import { jwkVerifier } from './jwk-verifier';
import { saltedDigest, verifyReceipt, type Receipt } from './receipt';

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

/** `wrong` with a code that says what does not fit. `open`: proven, if the log itself signed it: only a key has that the log replaced later, and who stole that
 *  could have made it up; a proof that is fetched anew carries the newest key. */
export type Finding =
  | { result: 'proven'; open?: 'signed-by-replaced-key' }
  | { result: 'wrong'; code: string }
  | { result: 'not-looked-at' };

export interface ReceiptFindings {
  /** The gateway's key has signed this receipt. */
  signature: Finding;
  /** It is about this body. */
  body: Finding;
  /** The sealed log holds what it speaks of. */
  sealed: Finding;
}

const PROVEN = { result: 'proven' } as const;
const NOT_LOOKED_AT: Finding = { result: 'not-looked-at' };
const wrong = (code: string): Finding => ({ result: 'wrong', code });

/** Checks a receipt offline. Never throws for what the evidence holds. */
export function checkReceipt(evidence: ReceiptEvidence): ReceiptFindings {
  const { body, sealed, receipt } = evidence;
  return {
    signature: checkSignature(evidence),
    body: body === undefined ? NOT_LOOKED_AT : checkBody(body, evidence),
    sealed: sealed === undefined ? NOT_LOOKED_AT : checkSealed(receipt, sealed),
  };
}

function checkSignature({ receipt, keys }: ReceiptEvidence): Finding {
  if (verifyReceipt(receipt, { verify: jwkVerifier(keys) })) return PROVEN;
  return wrong(keys.some(({ kid }) => kid === receipt.keyId) ? 'signature-wrong' : 'key-unknown');
}

/** A receipt that nobody has signed proves nothing about a body, also when it names its digest. */
function checkBody(body: unknown, evidence: ReceiptEvidence): Finding {
  const { salt, contentDigest } = evidence.receipt;
  const isAbout = saltedDigest(body, Buffer.from(salt, 'base64')).contentDigest === contentDigest;
  return isAbout ? checkSignature(evidence) : wrong('body-differs');
}

function checkSealed(receipt: Receipt, { proof, logKey }: { proof: string; logKey: string }): Finding {
  const verifier = logKeyIn(logKey);
  return verifier === undefined ? wrong('log-key-unreadable') : checkProof(receipt, proof, verifier);
}

function checkProof({ leafHash }: Receipt, proof: string, trusted: NoteVerifier): Finding {
  try {
    const file = parseProofFile(proof);
    const keys = keysFor(trusted, file.extra);
    const read = readCheckpoint(file.note, keys);
    if (read === undefined) return wrong('proof-unreadable');
    if (read.problem !== undefined) return wrong('checkpoint-not-signed');
    const { size, root } = read.checkpoint;
    const leaf = Buffer.from(leafHash, 'base64');
    if (!isIncluded(leaf, { index: file.index, size, proof: file.proof }, root)) return wrong('not-in-the-log');
    return isByReplacedKey(read) ? { ...PROVEN, open: 'signed-by-replaced-key' } : PROVEN;
  } catch (error) {
    if (error instanceof TypeError) return wrong('proof-unreadable');
    throw error;
  }
}

/** Those that the proof's own statements lead to from the key that is trusted. */
function keysFor(trusted: NoteVerifier, extra: Buffer | undefined): readonly LogKey[] {
  return extra === undefined
    ? [{ verifier: trusted, fromSize: 0 }]
    : followKeys(trusted, parseKeyChain(extra.toString('utf8'))).keys;
}
