import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '#platform';
import type { ReconciliationPolicy } from '../domain/reconciliation-policy';

/** Reads `config/reconciliation.yaml`, checks it against its schema and reports all errors at once.
 *  @throws AppError `configuration-invalid` */
export function loadReconciliationPolicy(configDir: string): ReconciliationPolicy {
  const schema = JSON.parse(readFileSync(join(configDir, 'reconciliation.schema.json'), 'utf8')) as object;
  const check = new Ajv({ allErrors: true }).compile<ReconciliationPolicy>(schema);
  const value: unknown = parse(readFileSync(join(configDir, 'reconciliation.yaml'), 'utf8'));
  if (check(value)) return value;
  const errors = (check.errors ?? []).map((error) => `reconciliation.yaml${error.instancePath}: ${error.message}`);
  throw new AppError({ code: 'configuration-invalid', disposition: 'bug', detail: errors.join('\n') });
}
