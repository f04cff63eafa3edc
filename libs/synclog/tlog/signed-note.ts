import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** Type byte of an Ed25519 key: one that signs notes (C2SP signed-note), or one that cosigns them (C2SP tlog-cosignature). */
export const KEY_TYPE = { signature: 0x01, cosignature: 0x04 } as const;

const PUBLIC_KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const DASH = '\u2014';

/** Who may have signed a note: name and public key as they stand in a verifier key (vkey). */
export interface NoteVerifier {
  name: string;
  keyId: Buffer;
  type: number;
  publicKey: KeyObject;
}

/** Signs notes under a name. */
export interface NoteSigner {
  name: string;
  /** The verifier key, one line without its end. */
  vkey: string;
  /** @returns 64 bytes */
  sign(text: Uint8Array): Buffer;
  keyId: Buffer;
}

/** Says when it saw a note (C2SP tlog-cosignature, `cosignature/v1`). */
export interface NoteCosigner {
  name: string;
  /** The verifier key, one line without its end. */
  vkey: string;
  /** @param text of the note, with its last line feed
   *  @param time POSIX seconds
   *  @returns the signature line, with its end */
  cosign(text: string, time: number): string;
}

/** One line below the text of a note. */
export interface SignatureLine {
  name: string;
  keyId: Buffer;
  /** 64 bytes; of a cosignature 72, its time first. */
  signature: Buffer;
}

/** A note taken apart: its text, and its signature lines. */
export interface Note {
  /** Ends with a line feed; what is signed. */
  text: string;
  signatures: readonly SignatureLine[];
}

/** @param seed 32 bytes (RFC 8032) */
export function ed25519FromSeed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.concat([PKCS8_PREFIX, seed]) });
}

/** @throws TypeError for a name that is empty or holds white space or `+` */
export function noteSigner(name: string, privateKey: KeyObject): NoteSigner {
  const published = publicPart(name, KEY_TYPE.signature, privateKey);
  return { name, ...published, sign: (text) => sign(null, text, privateKey) };
}

/** @throws TypeError for a name that is empty or holds white space or `+` */
export function noteCosigner(name: string, privateKey: KeyObject): NoteCosigner {
  const { keyId, vkey } = publicPart(name, KEY_TYPE.cosignature, privateKey);
  return {
    name,
    vkey,
    cosign: (text, seconds) => {
      const time = Buffer.alloc(TIME_BYTES);
      time.writeBigUInt64BE(BigInt(seconds));
      const signature = sign(null, cosigned(time, Buffer.from(text, 'utf8')), privateKey);
      return signatureLine({ name, keyId, signature: Buffer.concat([time, signature]) });
    },
  };
}

function publicPart(name: string, type: number, privateKey: KeyObject): { keyId: Buffer; vkey: string } {
  assertKeyName(name);
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES);
  const keyId = keyIdOf(name, type, raw);
  const base64 = Buffer.concat([Buffer.of(type), raw]).toString('base64');
  return { keyId, vkey: `${name}+${keyId.toString('hex')}+${base64}` };
}

/** Reads a verifier key. @throws TypeError when it is none, or its id is not its key's */
export function parseVerifierKey(vkey: string): NoteVerifier {
  const [, name, id, base64] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\n?$/.exec(vkey) ?? [];
  const bytes = Buffer.from(base64 ?? '', 'base64');
  const [type, raw] = [bytes[0], bytes.subarray(1)];
  const isKnown = type === KEY_TYPE.signature || type === KEY_TYPE.cosignature;
  if (name === undefined || !isKeyName(name) || !isKnown || raw.length !== PUBLIC_KEY_BYTES)
    throw new TypeError('no verifier key of an Ed25519 key');
  const keyId = keyIdOf(name, type, raw);
  if (keyId.toString('hex') !== id) throw new TypeError('the id of the verifier key is not that of its key');
  const publicKey = createPublicKey({ format: 'der', type: 'spki', key: Buffer.concat([SPKI_PREFIX, raw]) });
  return { name, keyId, type, publicKey };
}

/** The note with a signature of each. @param text ends with a line feed */
export function signNote(text: string, ...signers: readonly NoteSigner[]): string {
  const bytes = Buffer.from(text, 'utf8');
  const lines = signers.map((signer) => {
    const { name, keyId } = signer;
    return signatureLine({ name, keyId, signature: signer.sign(bytes) });
  });
  return `${text}\n${lines.join('')}`;
}

/** As it stands below a note, with its end. */
export function signatureLine({ name, keyId, signature }: SignatureLine): string {
  return `${DASH} ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}

const SIGNATURE_LINE = new RegExp(`^${DASH} ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})$`, 'u');
/** Control characters but the line feed. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u;

/** Takes a note apart, checking its form only. @throws TypeError when it is malformed */
export function parseNote(note: string): Note {
  const at = note.lastIndexOf('\n\n');
  if (at === -1 || CONTROL.test(note)) throw new TypeError('no signed note');
  return { text: note.slice(0, at + 1), signatures: parseSignatureLines(note.slice(at + 2)) };
}

/** Reads signature lines, each with its end, checking their form only. @throws TypeError when one is malformed, or there is none */
export function parseSignatureLines(lines: string): SignatureLine[] {
  if (!lines.endsWith('\n')) throw new TypeError('a line has no end');
  return lines
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
      const bytes = Buffer.from(base64 ?? '', 'base64');
      if (name === undefined || bytes.length <= KEY_ID_BYTES) throw new TypeError('a line is no signature');
      return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
    });
}

/** Whether a key that we know has signed: lines of unknown keys say nothing, and one of a known key that does not verify spoils the note. */
export function isSignedBy(note: Note, verifier: NoteVerifier): boolean {
  const own = linesOf(note, verifier);
  const bytes = Buffer.from(note.text, 'utf8');
  return own.length > 0 && own.every(({ signature }) => isSignature(bytes, verifier, signature));
}

/** Signature lines that carry the name and the id of a key; whether they verify is another question. */
export function linesOf({ signatures }: Note, verifier: NoteVerifier): SignatureLine[] {
  return signatures.filter(({ name, keyId }) => name === verifier.name && keyId.equals(verifier.keyId));
}

function isSignature(text: Buffer, { type, publicKey }: NoteVerifier, signature: Buffer): boolean {
  if (type === KEY_TYPE.signature)
    return signature.length === SIGNATURE_BYTES && verify(null, text, publicKey, signature);
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return false;
  return verify(null, cosigned(signature, text), publicKey, signature.subarray(TIME_BYTES));
}

/** What a cosignature signs. @param time in its first 8 bytes */
function cosigned(time: Buffer, text: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`cosignature/v1\ntime ${time.readBigUInt64BE(0)}\n`), text]);
}

function keyIdOf(name: string, type: number, raw: Uint8Array): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(type))
    .update(raw)
    .digest()
    .subarray(0, KEY_ID_BYTES);
}

/** @throws TypeError for a name that is empty or holds white space or `+` */
export function assertKeyName(name: string): void {
  if (!isKeyName(name)) throw new TypeError('a key name is not empty and holds neither white space nor +');
}

function isKeyName(name: string): boolean {
  return /^[^\s+]+$/u.test(name);
}
