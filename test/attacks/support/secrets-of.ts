import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Secret {
  /** File and member, never the value. */
  where: string;
  value: string;
}

const SECRET_NAME = /secret|password|totp|^d$|^k$|key$/i;
const SECRET_TEXT = /[A-Za-z0-9+/_=-]{16,}/g;

/** What an installation's folder keeps secret: members of that kind in its JSON files, passwords in addresses, and whatever else looks
 *  like one in its folder of keys. */
export function secretsOf(dataDir: string): Secret[] {
  const files = ['credentials.json', 'database.json', ...filesBelow(dataDir, 'keys')];
  return files.flatMap((file) => {
    const text = readFileSync(join(dataDir, file), 'utf8');
    if (text.trimStart().startsWith('{')) return inJson(JSON.parse(text), file);
    return [...text.matchAll(SECRET_TEXT)].map(([value]) => ({ where: file, value }));
  });
}

/** Every file of a folder, by its path in it. */
export function filesBelow(dataDir: string, folder: string): string[] {
  return readdirSync(join(dataDir, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(join(dataDir, path)).isFile());
}

function inJson(value: unknown, where: string): Secret[] {
  if (typeof value === 'string') {
    const password = /^\w+:\/\/[^:/@]+:([^@]+)@/.exec(value)?.[1];
    const name = where.split(/[./]/).at(-1) ?? '';
    if (password !== undefined) return [{ where, value: decodeURIComponent(password) }];
    return SECRET_NAME.test(name) && value.length >= 8 ? [{ where, value }] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => inJson(member, `${where}.${name}`));
}

/** Places of those secrets that stand in a text. */
export function foundIn(text: string, secrets: readonly Secret[]): string[] {
  return secrets.filter(({ value }) => text.includes(value)).map(({ where }) => where);
}
