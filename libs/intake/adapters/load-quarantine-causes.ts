import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '#platform';
import type { QuarantineCause } from '../domain/quarantine-causes';

const FILE = 'quarantine-causes.yaml';

/** Reads `config/quarantine-causes.yaml`, checks it against its schema and reports all errors at once.
 *  @throws AppError `configuration-invalid` */
export function loadQuarantineCauses(configDir: string): readonly QuarantineCause[] {
  const schema = JSON.parse(readFileSync(join(configDir, 'quarantine-causes.schema.json'), 'utf8')) as object;
  const check = new Ajv({ allErrors: true }).compile<{ causes: readonly QuarantineCause[] }>(schema);
  const value: unknown = parse(readFileSync(join(configDir, FILE), 'utf8'));
  if (check(value)) return value.causes;
  const errors = (check.errors ?? []).map((error) => `${FILE}${error.instancePath}: ${error.message}`);
  throw new AppError({ code: 'configuration-invalid', disposition: 'bug', detail: errors.join('\n') });
}
