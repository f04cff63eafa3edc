/** A public key as served at `/.well-known/jwks.json` (RFC 7517, RFC 8037). */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  alg: 'EdDSA';
  use: 'sig';
}

/** Ed25519 keys that sign receipts and access tokens. A key service may stand behind it; the file driver reads
 *  KEY_DIR/signing.json. */
export interface SigningKeys {
  /** `kid` of the key that signs now. */
  readonly keyId: string;
  /** 64-byte Ed25519 signature. */
  sign(bytes: Uint8Array): Buffer;
  /** False for an unknown key id too. */
  verify(keyId: string, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** The set for `/.well-known/jwks.json`. */
  publicKeys(): { keys: PublicJwk[] };
}
