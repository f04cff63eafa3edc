import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '#platform';
import { labelledNames, type LabelList } from '../domain/labels';
import type { PurposePolicy } from '../domain/purposes';

/** Reads `config/personal-data.yaml`. @throws AppError `configuration-invalid` with all errors at once */
export function loadLabels(configDir: string): readonly LabelList[] {
  const { lists } = load<{ lists: readonly LabelList[] }>(configDir, 'personal-data');
  const twice = lists.flatMap((list) => [...repeated(list.KS), ...repeated(list.KT), ...repeated(list.result)]);
  if (twice.length > 0) throw invalid([`personal-data.yaml: labelled twice: ${twice.join(', ')}`]);
  return lists;
}

/** Reads `config/purposes.yaml`. @throws AppError `configuration-invalid` with all errors at once */
export function loadPurposes(configDir: string): PurposePolicy {
  return load<PurposePolicy>(configDir, 'purposes');
}

/** A name under two labels would have the weaker one by chance. */
function repeated(names: LabelList['KS']): string[] {
  const all = labelledNames(names).map(([name]) => name);
  return all.filter((name, at) => all.indexOf(name) !== at);
}

function load<T>(configDir: string, name: string): T {
  const schema = JSON.parse(readFileSync(join(configDir, `${name}.schema.json`), 'utf8')) as object;
  const check = new Ajv({ allErrors: true }).compile<T>(schema);
  const value: unknown = parse(readFileSync(join(configDir, `${name}.yaml`), 'utf8'));
  if (check(value)) return value;
  throw invalid((check.errors ?? []).map((error) => `${name}.yaml${error.instancePath}: ${error.message}`));
}

function invalid(errors: readonly string[]): AppError {
  return new AppError({ code: 'configuration-invalid', disposition: 'bug', detail: errors.join('\n') });
}
