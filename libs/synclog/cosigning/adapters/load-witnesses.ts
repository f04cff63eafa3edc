import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '#platform';
import { KEY_TYPE, parseVerifierKey, type NoteVerifier } from '../../tlog/signed-note';
import type { Witness, WitnessPolicy } from '../domain/witness';

/** The file as it is written. */
interface WitnessFile {
  everyMs: number;
  witnesses: { vkey: string; url: string; monitoringUrl?: string }[];
}

/** Reads `config/witnesses.yaml`, checks it against its schema and reports all errors at once.
 *  @throws AppError `configuration-invalid` */
export function loadWitnesses(configDir: string): WitnessPolicy {
  const schema = JSON.parse(readFileSync(join(configDir, 'witnesses.schema.json'), 'utf8')) as object;
  const check = new Ajv({ allErrors: true }).compile<WitnessFile>(schema);
  const value: unknown = parse(readFileSync(join(configDir, 'witnesses.yaml'), 'utf8'));
  if (!check(value)) throw invalid((check.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`));
  const witnesses = value.witnesses.map(witnessOf);
  const known = witnesses.filter((witness) => witness !== undefined);
  const names = new Set(known.map(({ name }) => name));
  const problems = witnesses.flatMap((witness, at) =>
    witness === undefined ? [`/witnesses/${at}/vkey: must be the verifier key of a witness (type 4)`] : [],
  );
  if (names.size < known.length) problems.push('/witnesses: must not name one witness twice');
  if (problems.length > 0) throw invalid(problems);
  return { everyMs: value.everyMs, witnesses: known };
}

function witnessOf({ vkey, url, monitoringUrl = url }: WitnessFile['witnesses'][number]): Witness | undefined {
  const verifier = verifierOf(vkey);
  if (verifier?.type !== KEY_TYPE.cosignature) return undefined;
  return { name: verifier.name, vkey, verifier, url: trimmed(url), monitoringUrl: trimmed(monitoringUrl) };
}

function verifierOf(vkey: string): NoteVerifier | undefined {
  try {
    return parseVerifierKey(vkey);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}

function invalid(problems: readonly string[]): AppError {
  return new AppError({
    code: 'configuration-invalid',
    disposition: 'bug',
    detail: problems.map((problem) => `witnesses.yaml${problem}`).join('\n'),
  });
}
