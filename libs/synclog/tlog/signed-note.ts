import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** Signature types of C2SP signed-note and tlog-cosignature. */
const ED25519 = 0x01;
const ED25519_COSIGNATURE = 0x04;

const PUBLIC_KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
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

/** A note taken apart: its text, and its signature lines. */
export interface Note {
  /** Ends with a line feed; what is signed. */
  text: string;
  signatures: readonly { name: string; keyId: Buffer; signature: Buffer }[];
}

/** @param seed 32 bytes (RFC 8032) */
export function ed25519FromSeed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.concat([PKCS8_PREFIX, seed]) });
}

/** @throws TypeError for a name that is empty or holds white space or `+` */
export function noteSigner(name: string, privateKey: KeyObject): NoteSigner {
  if (!isKeyName(name)) throw new TypeError('a key name is not empty and holds neither white space nor +');
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES);
  const keyId = keyIdOf(name, ED25519, raw);
  return {
    name,
    keyId,
    vkey: `${name}+${keyId.toString('hex')}+${Buffer.concat([Buffer.of(ED25519), raw]).toString('base64')}`,
    sign: (text) => sign(null, text, privateKey),
  };
}

/** Reads a verifier key. @throws TypeError when it is none, or its id is not its key's */
export function parseVerifierKey(vkey: string): NoteVerifier {
  const [, name, id, base64] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\n?$/.exec(vkey) ?? [];
  const bytes = Buffer.from(base64 ?? '', 'base64');
  const [type, raw] = [bytes[0], bytes.subarray(1)];
  const isKnown = type === ED25519 || type === ED25519_COSIGNATURE;
  if (name === undefined || !isKeyName(name) || !isKnown || raw.length !== PUBLIC_KEY_BYTES)
    throw new TypeError('no verifier key of an Ed25519 key');
  const keyId = keyIdOf(name, type, raw);
  if (keyId.toString('hex') !== id) throw new TypeError('the id of the verifier key is not that of its key');
  const publicKey = createPublicKey({ format: 'der', type: 'spki', key: Buffer.concat([SPKI_PREFIX, raw]) });
  return { name, keyId, type, publicKey };
}

/** The note with this one signature. @param text ends with a line feed */
export function signNote(text: string, signer: NoteSigner): string {
  return `${text}\n${signatureLine(signer.name, signer.keyId, signer.sign(Buffer.from(text, 'utf8')))}`;
}

function signatureLine(name: string, keyId: Uint8Array, signature: Uint8Array): string {
  return `${DASH} ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}

const SIGNATURE_LINE = new RegExp(`^${DASH} ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})$`, 'u');
/** Control characters but the line feed. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u;

/** Takes a note apart, checking its form only. @throws TypeError when it is malformed */
export function parseNote(note: string): Note {
  const at = note.lastIndexOf('\n\n');
  if (at === -1 || !note.endsWith('\n') || CONTROL.test(note)) throw new TypeError('no signed note');
  const text = note.slice(0, at + 1);
  const signatures = note
    .slice(at + 2, -1)
    .split('\n')
    .map((line) => {
      const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
      const bytes = Buffer.from(base64 ?? '', 'base64');
      if (name === undefined || bytes.length <= KEY_ID_BYTES) throw new TypeError('a line of the note is no signature');
      return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
    });
  return { text, signatures };
}

/** Whether a key that we know has signed: lines of unknown keys say nothing, and one of a known key that does not verify spoils the note. */
export function isSignedBy({ text, signatures }: Note, verifier: NoteVerifier): boolean {
  const own = signatures.filter(({ name, keyId }) => name === verifier.name && keyId.equals(verifier.keyId));
  const bytes = Buffer.from(text, 'utf8');
  return own.length > 0 && own.every(({ signature }) => isSignature(bytes, verifier, signature));
}

function isSignature(text: Buffer, { type, publicKey }: NoteVerifier, signature: Buffer): boolean {
  if (type === ED25519) return signature.length === 64 && verify(null, text, publicKey, signature);
  if (signature.length !== 72) return false;
  const signed = Buffer.concat([Buffer.from(`cosignature/v1\ntime ${signature.readBigUInt64BE(0)}\n`), text]);
  return verify(null, signed, publicKey, signature.subarray(8));
}

function keyIdOf(name: string, type: number, raw: Uint8Array): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(type))
    .update(raw)
    .digest()
    .subarray(0, KEY_ID_BYTES);
}

function isKeyName(name: string): boolean {
  return /^[^\s+]+$/u.test(name);
}
