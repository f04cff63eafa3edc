import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '#platform';
import type { UnitCrossWalk } from '../domain/unit-cross-walk';

/** Reads `config/units.yaml`, checks it against its schema and reports all errors at once.
 *  @throws AppError `configuration-invalid` */
export function loadUnits(configDir: string): UnitCrossWalk {
  const schema = JSON.parse(readFileSync(join(configDir, 'units.schema.json'), 'utf8')) as object;
  const check = new Ajv({ allErrors: true }).compile<UnitCrossWalk>(schema);
  const value: unknown = parse(readFileSync(join(configDir, 'units.yaml'), 'utf8'));
  const errors = check(value)
    ? danglingSuccessors(value)
    : (check.errors ?? []).map((error) => `units.yaml${error.instancePath}: ${error.message}`);
  if (errors.length > 0)
    throw new AppError({ code: 'configuration-invalid', disposition: 'bug', detail: errors.join('\n') });
  return value as UnitCrossWalk;
}

function danglingSuccessors({ units, successors }: UnitCrossWalk): string[] {
  const known = new Set([...units.map((unit) => unit.code), ...successors.map((change) => change.old)]);
  return successors
    .filter((change) => !known.has(change.new))
    .map((change) => `units.yaml: successor ${change.new} of ${change.old} is no unit`);
}
