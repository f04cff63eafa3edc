import { AppError } from '#platform';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

/** Compiles a JSON Schema; defaults are filled in. */
export function compileSchema<T>(schema: object): ValidateFunction<T> {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false });
  addFormats(ajv);
  return ajv.compile<T>(schema);
}

/** One sentence for an ajv error: where and what, never the value (it may be a secret). */
export function sentenceOf(file: string, error: ErrorObject): string {
  const name: unknown = error.params['additionalProperty'] ?? error.params['missingProperty'];
  const place = `${error.instancePath}${typeof name === 'string' ? `/${name}` : ''}`
    .replaceAll('/', '.')
    .replace(/^\./, '');
  return `${file}: ${place === '' ? 'the file' : place} ${error.message ?? 'is not valid'}`;
}

/** Reads a YAML file. The second part holds sentences about what is wrong with it; with one or more the value is undefined. */
export function readYaml(file: string): [value: unknown, errors: string[]] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return [undefined, [`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`]];
  }
  const document = parseDocument(text);
  const errors = document.errors.map((error) => `${file}: ${error.message.split('\n')[0] ?? 'not YAML'}`);
  return errors.length > 0 ? [undefined, errors] : [document.toJS(), []];
}

/** The one error that carries all sentences. */
export function configError(sentences: readonly string[]): AppError {
  return new AppError({ code: 'config.invalid', disposition: 'bug', detail: sentences.join('\n') });
}
