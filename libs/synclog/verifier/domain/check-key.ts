import { KEY_TYPE, parseVerifierKey, type NoteVerifier } from '../../tlog/signed-note';
import type { ReportDraft } from './report-draft';

/** @returns undefined when the text is no verifier key of a log */
export function logKeyIn(text: string): NoteVerifier | undefined {
  return keyOfType(KEY_TYPE.signature, text);
}

/** @returns undefined when the text is no verifier key of a witness */
export function witnessKeyIn(text: string): NoteVerifier | undefined {
  return keyOfType(KEY_TYPE.cosignature, text);
}

function keyOfType(type: number, text: string): NoteVerifier | undefined {
  try {
    // A line end of another system is no fault of the key.
    const key = parseVerifierKey(text.trim());
    return key.type === type ? key : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Whether two verifier keys are the same key under the same name. */
export function isSameKey(one: NoteVerifier, other: NoteVerifier): boolean {
  return one.name === other.name && one.publicKey.equals(other.publicKey);
}

/** The key that counts: the one that was got on another way, else the evidence's own word.
 *  @param own the key of the evidence as text; undefined where it brings none
 *  @returns undefined when there is none */
export function keyToTrust(
  draft: ReportDraft,
  trusted: NoteVerifier | undefined,
  { file, own }: { file: string; own: string | undefined },
): NoteVerifier | undefined {
  const key = own === undefined ? undefined : logKeyIn(own);
  if (key === undefined && (own !== undefined || trusted === undefined)) draft.add({ code: 'key-malformed', file });
  if (trusted === undefined) {
    draft.leaveOpen('key-own-word');
    return key;
  }
  draft.add(key === undefined || isSameKey(key, trusted) ? { code: 'key' } : { code: 'key-foreign', file });
  return trusted;
}
