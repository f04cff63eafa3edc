import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { sha256, type Clock, type Queryable } from '#platform';
import type { MasterKeys } from '../vault/ports';
import { refreshFileToken, revokeFileTokens, useFileToken, type UsedFileToken } from './file-token-store';

export interface FileTokensOptions {
  keys: Pick<MasterKeys, 'derive'>;
  /** PUBLIC_URL, without a slash at its end. */
  publicUrl: string;
  /** FILE_LINK_DAYS: how long a link is valid after it was last handed out. */
  linkDays: number;
  clock: Clock;
}

export interface FileToIssue {
  /** Vault object. */
  ref: string;
  /** Who may fetch it with this link. */
  partner: string;
  /** Only its extension is kept: names of files carry names of people. */
  fileName: string;
  contentType: string;
}

/** Links by which a partner fetches one file (CONTRACTS §1.2, Portal). */
export interface FileTokens {
  /** URL below PUBLIC_URL; the same object and partner give the same URL while it is valid. */
  issueFileToken(tx: Queryable, file: FileToIssue): Promise<string>;
  /** What the token stands for, with this use counted. `state` tells an expired or revoked one from a made-up one. */
  useFileToken(tx: Queryable, token: string): Promise<UsedFileToken | undefined>;
  /** Ends the links of an object (of one partner). Returns how many were valid. */
  revokeFileTokens(tx: Queryable, ref: string, partner?: string): Promise<number>;
}

const TOKEN = /^[\w-]{43}$/;
const DAY_MS = 86_400_000;

/** The token is an HMAC of a random 256-bit seed: the table alone (seed, hash of the token) does not give away a link, and the
 *  same link can still be handed out again. */
export function createFileTokens(options: FileTokensOptions): FileTokens {
  const secret = createSecretKey(options.keys.derive('lienthong/file-links/1'));
  const tokenOf = (seed: Buffer): string => createHmac('sha256', secret).update(seed).digest('base64url');
  return {
    issueFileToken: async (tx, file) => {
      const fresh = randomBytes(32);
      const now = options.clock.now();
      const seed = await refreshFileToken(tx, {
        tokenHash: hashOf(tokenOf(fresh)),
        seed: fresh,
        ref: file.ref,
        partner: file.partner,
        extension: extensionOf(file.fileName),
        contentType: file.contentType,
        now,
        expiresAt: new Date(now.getTime() + options.linkDays * DAY_MS),
      });
      return `${options.publicUrl}/files/${tokenOf(seed)}`;
    },
    useFileToken: async (tx, token) =>
      TOKEN.test(token) ? useFileToken(tx, hashOf(token), options.clock.now()) : undefined,
    revokeFileTokens: (tx, ref, partner) => revokeFileTokens(tx, ref, partner ?? null, options.clock.now()),
  };
}

function hashOf(token: string): Buffer {
  return sha256(Buffer.from(token, 'ascii'));
}

function extensionOf(fileName: string): string {
  const extension = extname(fileName).toLowerCase();
  return /^\.[a-z0-9]{1,8}$/.test(extension) ? extension : '';
}
