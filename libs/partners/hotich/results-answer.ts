import type { RegistryRow } from '#intake';
import type { PartnerConfig } from '../config/partner-config';
import type { JsonObject } from '../http/answer-json';
import { comparableText, occurrences } from '../wire/comparable-text';
import { filledText } from '../wire/fields';
import { registryRows } from './result-rows';

/** What was asked of `layKetQuaDKHT`. */
export interface AskedResults {
  module: 'KS' | 'KT';
  codes: readonly string[];
}

/** Rows of an answer to a poll (hotich.md §4): `status` 1 carries them; 0 with the text of "none known" means that all are absent.
 *  Undefined when it is neither: no answer. */
export function rowsOfAnswer(
  config: PartnerConfig,
  asked: AskedResults,
  json: JsonObject,
): readonly RegistryRow[] | undefined {
  const status = filledText(json['status']);
  if (status === '1') return registryRows(asked.module, asked.codes, json['value']);
  return status === '0' && isNoneKnown(config, filledText(json['statusDescription']) ?? '') ? [] : undefined;
}

function isNoneKnown({ texts }: PartnerConfig, text: string): boolean {
  return texts.noneKnown !== undefined && occurrences(comparableText(text), comparableText(texts.noneKnown)).length > 0;
}
