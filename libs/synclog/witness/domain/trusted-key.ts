import { parseVerifierKey, type NoteVerifier } from '../../tlog/signed-note';

/** A key that a witness trusts for a log. */
export interface TrustedKey {
  /** Verifier key, as it was given. */
  vkey: string;
  verifier: NoteVerifier;
  /** For a key that the log has replaced: alone it counts for checkpoints of so many entries at most. */
  upTo?: number;
}

/** `<vkey>`, or `<vkey> <up to>`: no verifier key holds white space. @throws TypeError when it is neither */
export function parseTrustedKey(line: string): TrustedKey {
  const [vkey, upTo, ...more] = line.split(' ');
  const verifier = parseVerifierKey(vkey);
  if (upTo === undefined) return { vkey, verifier };
  if (more.length > 0 || !/^(0|[1-9]\d{0,15})$/.test(upTo)) throw new TypeError('no trusted key');
  return { vkey, verifier, upTo: Number(upTo) };
}

/** The verifier key in a line, which may be unreadable otherwise. */
export function vkeyIn(line: string): string {
  return line.split(' ', 1)[0];
}

/** As a witness keeps it. */
export function trustedKeyLine({ vkey, upTo }: Pick<TrustedKey, 'vkey' | 'upTo'>): string {
  return upTo === undefined ? vkey : `${vkey} ${upTo}`;
}
