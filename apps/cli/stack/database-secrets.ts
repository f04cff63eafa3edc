import { join } from 'node:path';
import { readJson } from './data-dir';

/** Superuser of a PostgreSQL that the stack brings up. */
export const OWNER = 'lienthong_owner';

/** `DIR/database.json` (0600): made once, since the cluster keeps the owner's password. */
export interface DatabaseSecrets {
  ownerPassword: string;
  applicationPassword: string;
}

export const databaseSecretsPath = (dataDir: string): string => join(dataDir, 'database.json');

/** The same database as its owner, where the stack of this folder brought it up; undefined elsewhere. @param url as the application */
export function asOwner(dataDir: string, url: string): string | undefined {
  const secrets = readJson<DatabaseSecrets>(databaseSecretsPath(dataDir));
  if (secrets === undefined) return undefined;
  const { host, pathname } = new URL(url);
  return `postgresql://${OWNER}:${secrets.ownerPassword}@${host}${pathname}`;
}
