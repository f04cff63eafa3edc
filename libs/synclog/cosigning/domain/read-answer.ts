import {
  isSignedBy,
  parseSignatureLines,
  signatureLine,
  type NoteVerifier,
  type SignatureLine,
} from '../../tlog/signed-note';

/** What a witness has said to `add-checkpoint`. */
export type WitnessSaid =
  /** `line` verifies with the witness's key over exactly the text that was sent. */
  | { kind: 'cosigned'; line: string }
  /** It has signed this size last, and not the one that was named. */
  | { kind: 'has'; size: number }
  /** The proof does not hold against what it has signed. */
  | { kind: 'inconsistent' }
  /** Nothing that can be used: `witness-refuses` is a matter for its administrator, `witness-wrong` is a fault of the witness, `witness-away` passes. */
  | { kind: 'nothing'; code: 'witness-refuses' | 'witness-wrong' | 'witness-away' };

const SIZE = /^(0|[1-9]\d{0,15})\n?$/;
/** Malformed, key not trusted, log unknown. */
const REFUSALS: readonly number[] = [400, 403, 404];

/** Reads an answer; nothing in it is believed but a signature.
 *  @param text of the note that was sent */
export function readAnswer(
  { status, body }: { status: number; body: string },
  text: string,
  verifier: NoteVerifier,
): WitnessSaid {
  if (status === 200) {
    const line = ownLine(body, text, verifier);
    return line === undefined ? { kind: 'nothing', code: 'witness-wrong' } : { kind: 'cosigned', line };
  }
  if (status === 409) {
    const size = Number(SIZE.exec(body)?.[1] ?? Number.NaN);
    return Number.isSafeInteger(size) ? { kind: 'has', size } : { kind: 'nothing', code: 'witness-wrong' };
  }
  if (status === 422) return { kind: 'inconsistent' };
  return { kind: 'nothing', code: REFUSALS.includes(status) ? 'witness-refuses' : 'witness-away' };
}

/** The line of the witness's key, written anew; undefined when there is none, or one that does not verify. */
function ownLine(body: string, text: string, verifier: NoteVerifier): string | undefined {
  const signatures = linesOf(body);
  if (!isSignedBy({ text, signatures }, verifier)) return undefined;
  const own = signatures.find(({ name, keyId }) => name === verifier.name && keyId.equals(verifier.keyId));
  return own && signatureLine(own);
}

function linesOf(body: string): SignatureLine[] {
  try {
    return parseSignatureLines(body);
  } catch (error) {
    if (error instanceof TypeError) return [];
    throw error;
  }
}
