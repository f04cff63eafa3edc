import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '#platform';
import type { Procedure } from '../domain/procedure';

/** Reads `config/procedures/*.yaml`, checks them against the schema, and reports all errors at once.
 *  Every date must have exactly one local code: gaps and overlaps are refused.
 *  Throws AppError `configuration-invalid`. */
export function loadProcedures(configDir: string): readonly Procedure[] {
  const schema = JSON.parse(readFileSync(join(configDir, 'procedures.schema.json'), 'utf8')) as AnySchemaObject;
  const check: ValidateFunction<Procedure> = new Ajv({ allErrors: true }).compile(schema);
  const errors: string[] = [];
  const procedures: Procedure[] = [];
  const folder = join(configDir, 'procedures');
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()) {
    const value: unknown = parse(readFileSync(join(folder, file), 'utf8'));
    if (check(value)) {
      procedures.push(value);
      errors.push(...localCodeGaps(value).map((gap) => `${file}: ${gap}`));
    } else {
      errors.push(...(check.errors ?? []).map((error) => `${file}${error.instancePath}: ${error.message}`));
    }
  }
  if (errors.length > 0)
    throw new AppError({ code: 'configuration-invalid', disposition: 'bug', detail: errors.join('\n') });
  return procedures;
}

/** The ranges of local codes, in order, must touch: from open to open, each `from` the day after the last `to`. */
function localCodeGaps(procedure: Procedure): string[] {
  const ranges = [...procedure.localCodes].sort((a, b) => (a.from ?? '').localeCompare(b.from ?? ''));
  const problems: string[] = [];
  if (ranges[0]?.from !== undefined) problems.push('localCodes: no code before ' + ranges[0].from);
  if (ranges.at(-1)?.to !== undefined) problems.push('localCodes: no code after ' + String(ranges.at(-1)?.to));
  for (const [index, range] of ranges.entries()) {
    const next = ranges[index + 1];
    if (next && next.from !== dayAfter(range.to))
      problems.push(`localCodes: ${range.code} and ${next.code} leave a gap or overlap`);
  }
  return problems;
}

function dayAfter(day: string | undefined): string | undefined {
  if (day === undefined) return undefined;
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
