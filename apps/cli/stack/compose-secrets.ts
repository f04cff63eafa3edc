import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureCredentials } from './credentials';
import { ensureKeys } from './keys';

const PARTNERS = ['dvclt', 'hotich', 'dvcqg', 'onestop'] as const;

/** Makes the secret files that docker-compose.yml names, each with its own random value; what is there stays.
 *  @param dir folder for them; only its owner may enter. The files themselves must be readable for the user of the containers. */
export function composeSecrets(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  ensureKeys(dir, 'http://gateway:3000');
  const { oneStop } = ensureCredentials(dir, {
    baseUrl: 'http://127.0.0.1:3000',
    simulatorsUrl: 'http://127.0.0.1:4000',
  });
  const secret = (): string => randomBytes(24).toString('base64url');
  const [owner, application] = [secret(), secret()];
  // The three belong together: they are made together or not at all.
  if (!existsSync(join(dir, 'database-owner-password'))) {
    writeFileSync(join(dir, 'migrator-database-url'), `postgresql://lienthong_owner:${owner}@postgres:5432/lienthong`);
    writeFileSync(join(dir, 'database-url'), `postgresql://lienthong_gateway:${application}@postgres:5432/lienthong`);
    writeFileSync(join(dir, 'database-owner-password'), owner);
  }
  for (const id of PARTNERS) {
    const file = join(dir, `partner-${id}-password`);
    if (!existsSync(file)) writeFileSync(file, secret());
  }
  writeFileSync(join(dir, 'onestop-client-secret'), oneStop.clientSecret);
  // Compose mounts files with the rights they have here; its containers run as another user.
  for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o644);
}

if (require.main === module) {
  const dir = resolve(process.argv[2] ?? join('.lienthong', 'compose'));
  composeSecrets(dir);
  process.stdout.write(`The secrets for docker compose are in ${dir}.\n`);
}
