import { join } from 'node:path';
import schema from '../../../config/replies.schema.json';
import { compileSchema, configError, readYaml, sentenceOf } from '../config/config-files';
import { comparableText } from '#platform';
import { replyTable, type ReplyTable } from './reply-rules';

const validate = compileSchema<ReplyTable>(schema);

function duplicatesOf(file: string, table: ReplyTable): string[] {
  const ids = table.rules.map((rule) => rule.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${file}: rule id ${id} is used twice`);
  const keys = table.rules.flatMap((rule) =>
    rule.operations.map(
      (operation) => `${operation} / ${comparableText(rule.phrase)} / ${rule.when?.code.join() ?? '*'}`,
    ),
  );
  const phrases = keys.filter((key, at) => keys.indexOf(key) !== at).map((key) => `${file}: two rules for ${key}`);
  return [...twice, ...phrases];
}

/** Reads the reply table `<dir>/<name>`. @throws AppError `config.invalid` with one line for every mistake */
export function loadReplies(dir: string, name: string): ReplyTable {
  const file = join(dir, name);
  const [raw, errors] = readYaml(file);
  if (errors.length > 0) throw configError(errors);
  if (!validate(raw)) throw configError((validate.errors ?? []).map((error) => sentenceOf(file, error)));
  const duplicates = duplicatesOf(file, raw);
  if (duplicates.length > 0) throw configError(duplicates);
  return replyTable(raw);
}
