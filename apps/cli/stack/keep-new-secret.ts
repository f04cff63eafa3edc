import { join } from 'node:path';
import { readJson, writePrivateJson } from './data-dir';

interface NewSecret {
  clientId: string;
  clientSecret: string;
}

/** Writes the next secret of a machine into credentials.json of the installation that it belongs to.
 *  @param baseUrl of the gateway that gave it
 *  @returns false when the file is not there, is of another installation, or does not name the machine */
export function keepNewSecret(dataDir: string, baseUrl: string, { clientId, clientSecret }: NewSecret): boolean {
  const path = join(dataDir, 'credentials.json');
  const credentials = readJson<Record<string, unknown>>(path);
  const found = Object.entries(credentials ?? {}).find(([, value]) => isOf(value, clientId));
  if (found === undefined || credentials?.baseUrl !== baseUrl) return false;
  const [name, account] = found;
  writePrivateJson(path, { ...credentials, [name]: { ...(account as object), clientSecret } });
  return true;
}

function isOf(value: unknown, clientId: string): boolean {
  return typeof value === 'object' && value !== null && 'clientId' in value && value.clientId === clientId;
}
