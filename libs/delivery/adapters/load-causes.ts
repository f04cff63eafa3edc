import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '#platform';
import type { Cause } from '../domain/causes';

/** Reads `config/causes.yaml`, checks it against its schema and reports all errors at once.
 *  @throws AppError `configuration-invalid` */
export function loadCauses(configDir: string): readonly Cause[] {
  const schema = JSON.parse(readFileSync(join(configDir, 'causes.schema.json'), 'utf8')) as object;
  const check = new Ajv({ allErrors: true }).compile<{ causes: readonly Cause[] }>(schema);
  const value: unknown = parse(readFileSync(join(configDir, 'causes.yaml'), 'utf8'));
  if (check(value)) return value.causes;
  const errors = (check.errors ?? []).map((error) => `causes.yaml${error.instancePath}: ${error.message}`);
  throw new AppError({ code: 'configuration-invalid', disposition: 'bug', detail: errors.join('\n') });
}
