import { createHmac, createSecretKey } from 'node:crypto';

/** Addresses remembered; a gateway of a province is called from a handful. */
const MAX_KNOWN = 1_000;

/** Digests of callers' addresses for logs and sync log. Keyed and not salted per process: the same address reads the same in every gateway's
 *  lines, and nobody without the key can try addresses out. */
export function createAddressDigest(key: Buffer): (address: string) => string {
  const secret = createSecretKey(key);
  const known = new Map<string, string>();
  return (address) => {
    const digest = known.get(address) ?? createHmac('sha256', secret).update(address).digest('base64url').slice(0, 22);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(address, digest);
    return digest;
  };
}
