import { PARTNER_IDS, type PartnerId } from '#dossier';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import schema from '../../../config/partners.schema.json';
import { compileSchema, configError, readYaml, sentenceOf } from './config-files';
import type { PartnerConfig } from './partner-config';

type Env = Readonly<Record<string, string | undefined>>;
type RawAuth = Record<string, unknown>;

const validate = compileSchema<PartnerConfig>(schema);

/** Environment names, without the prefix `PARTNER_<ID>_`, and the field of `auth` that they set. */
const SECRETS: readonly (readonly [suffix: string, field: string])[] = [
  ['USERNAME', 'username'],
  ['PASSWORD', 'password'],
  ['SECRET_ID', 'secretId'],
  ['SECRET_PASS', 'secretPass'],
];

/** A value of the environment, or the content of the file that `<name>_FILE` names (container secrets). */
function fromEnvironment(env: Env, name: string, errors: string[]): string | undefined {
  const direct = env[name];
  if (direct !== undefined && direct !== '') return direct;
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    errors.push(`${name}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
    return undefined;
  }
}

function override(raw: Record<string, unknown>, id: PartnerId, env: Env, errors: string[]): void {
  const prefix = `PARTNER_${id.toUpperCase()}`;
  const url = fromEnvironment(env, `${prefix}_URL`, errors);
  if (url !== undefined) raw['baseUrl'] = url;
  const auth: RawAuth = typeof raw['auth'] === 'object' && raw['auth'] !== null ? (raw['auth'] as RawAuth) : {};
  raw['auth'] = auth;
  for (const [suffix, field] of SECRETS) {
    const value = fromEnvironment(env, `${prefix}_${suffix}`, errors);
    if (value !== undefined) auth[field] = value;
  }
  for (const field of ['username', 'password']) {
    if (auth[field] === undefined)
      errors.push(`auth.${field} of ${id} is missing: set ${prefix}_${field.toUpperCase()}`);
  }
}

function loadOne(dir: string, id: PartnerId, env: Env, errors: string[]): PartnerConfig | undefined {
  const file = join(dir, `${id}.yaml`);
  const [raw, readErrors] = readYaml(file);
  errors.push(...readErrors);
  if (readErrors.length > 0) return undefined;
  if (typeof raw !== 'object' || raw === null) {
    errors.push(`${file}: the file must be a map`);
    return undefined;
  }
  override(raw as Record<string, unknown>, id, env, errors);
  if (!validate(raw)) {
    errors.push(
      ...(validate.errors ?? []).filter((error) => error.keyword !== 'if').map((error) => sentenceOf(file, error)),
    );
    return undefined;
  }
  if (raw.id !== id) errors.push(`${file}: id must be ${id}`);
  if (raw.tls !== undefined && !raw.baseUrl.startsWith('https:'))
    errors.push(`${file}: tls needs a baseUrl that begins https://`);
  return raw.tls === undefined ? raw : { ...raw, tls: absolute(dir, raw.tls) };
}

function absolute(dir: string, files: Readonly<Record<string, string>>): PartnerConfig['tls'] {
  return Object.fromEntries(Object.entries(files).map(([name, path]) => [name, resolve(dir, path)]));
}

/** Reads `<dir>/<id>.yaml` of the four partners. `PARTNER_<ID>_URL`, `_USERNAME`, `_PASSWORD`, `_SECRET_ID`, `_SECRET_PASS` win,
 *  each also as `…_FILE` (CONTRACTS §1.1).
 *  @throws AppError `config.invalid` whose detail has one line for every mistake: file, path, what is expected */
export function loadPartnerConfigs(dir: string, env: Env): Record<PartnerId, PartnerConfig> {
  const errors: string[] = [];
  const loaded = PARTNER_IDS.map((id) => [id, loadOne(dir, id, env, errors)] as const);
  if (errors.length > 0) throw configError(errors);
  return Object.fromEntries(loaded) as Record<PartnerId, PartnerConfig>;
}
