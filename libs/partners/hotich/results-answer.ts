import type { RegistryRow } from '#intake';
import type { PartnerConfig } from '../config/partner-config';
import type { JsonObject } from '../http/answer-json';
import { comparableText, occurrences } from '#platform';
import { arrayOf, filledText } from '../wire/fields';
import { readRows, type ReadRows } from './result-rows';

/** An answer that carries no rows and does not say that none are known: it refuses the question. */
export const POLL_REFUSED = 'hotich.poll-refused';

/** What was asked of `layKetQuaDKHT`. */
export interface AskedResults {
  module: 'KS' | 'KT';
  codes: readonly string[];
}

/** Reads an answer to a poll (hotich.md §4): `status` 1 carries rows; 0 with the text of "none known" means that all are absent.
 *  Undefined when it is neither: no answer. */
export function readResults(config: PartnerConfig, asked: AskedResults, json: JsonObject): ReadRows | undefined {
  const value = answeredRows(config, json);
  return value === undefined ? undefined : readRows(asked.module, asked.codes, value);
}

/** The rows of an answer, not yet read; undefined when it refuses the question. */
export function answeredRows(config: PartnerConfig, json: JsonObject): readonly unknown[] | undefined {
  const status = filledText(json['status']);
  if (status === '1') return arrayOf(json['value']);
  const isNone = status === '0' && isNoneKnown(config, filledText(json['statusDescription']) ?? '');
  return isNone ? [] : undefined;
}

/** The rows alone. */
export function rowsOfAnswer(
  config: PartnerConfig,
  asked: AskedResults,
  json: JsonObject,
): readonly RegistryRow[] | undefined {
  return readResults(config, asked, json)?.rows;
}

function isNoneKnown({ texts }: PartnerConfig, text: string): boolean {
  return texts.noneKnown !== undefined && occurrences(comparableText(text), comparableText(texts.noneKnown)).length > 0;
}
