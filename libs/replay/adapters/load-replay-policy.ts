import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '#platform';
import type { ReplayPolicy } from '../domain/replay-policy';

/** Reads `config/replay.yaml`, checks it against its schema and reports all errors at once.
 *  @throws AppError `configuration-invalid` */
export function loadReplayPolicy(configDir: string): ReplayPolicy {
  const schema = JSON.parse(readFileSync(join(configDir, 'replay.schema.json'), 'utf8')) as object;
  const check = new Ajv({ allErrors: true }).compile<ReplayPolicy>(schema);
  const value: unknown = parse(readFileSync(join(configDir, 'replay.yaml'), 'utf8'));
  if (check(value)) return value;
  const errors = (check.errors ?? []).map((error) => `replay.yaml${error.instancePath}: ${error.message}`);
  throw new AppError({ code: 'configuration-invalid', disposition: 'bug', detail: errors.join('\n') });
}
