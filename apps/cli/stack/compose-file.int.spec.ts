import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { settingsReference } from '#platform';
import { composeSecrets } from './compose-secrets';

interface ComposeFile {
  services: Record<string, { environment: Record<string, string | number>; secrets?: (string | { source: string })[] }>;
  secrets: Record<string, { file: string }>;
}

const compose = parse(readFileSync(join(__dirname, '../../../docker-compose.yml'), 'utf8'), {
  merge: true,
}) as ComposeFile;

describe('docker-compose.yml', () => {
  it.each(['gateway', 'worker'])('gives the %s only variables that the configuration reference knows', (service) => {
    const known = new Set([...settingsReference().matchAll(/^\| `([A-Z_]+)` \|/gm)].map((found) => found[1]));
    const given = Object.keys(compose.services[service].environment).map((name) => name.replace(/_FILE$/, ''));
    expect(given.filter((name) => !known.has(name))).toEqual([]);
    expect(given.length).toBeGreaterThan(15);
  });

  it('has every secret in a file that npm run compose:secrets makes, kept from run to run, in a folder for the owner only', () => {
    const dir = join(mkdtempSync(join(tmpdir(), 'lienthong-compose-')), 'compose');
    composeSecrets(dir);
    const files = Object.values(compose.secrets).map(({ file }) => join(dir, basename(file)));
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    const before = files.map((file) => readFileSync(file, 'utf8'));
    composeSecrets(dir);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    rmSync(join(dir, '..'), { recursive: true });
  });

  it('names every secret that a service uses, and holds no secret itself', () => {
    const used = Object.values(compose.services).flatMap(({ secrets = [] }) =>
      secrets.map((secret) => (typeof secret === 'string' ? secret : secret.source)),
    );
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.secrets).sort());
    const values = Object.values(compose.services).flatMap(({ environment }) => Object.entries(environment));
    expect(values.filter(([name]) => /PASSWORD|SECRET|DATABASE_URL/.test(name) && !name.endsWith('_FILE'))).toEqual([]);
  });
});
