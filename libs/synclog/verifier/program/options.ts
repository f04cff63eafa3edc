import { parseArgs } from 'node:util';
import { LANGUAGES, type Language } from '../report/texts';

/** What the program was told. */
export interface Options {
  /** Folder of a bundle, an evidence file or a proof file. */
  path: string;
  key?: string;
  keys?: string;
  older: readonly string[];
  witness: readonly string[];
  receipt?: string;
  receiptKeys?: string;
  language: Language;
  isJson: boolean;
  /** File for the verified entries. */
  entries?: string;
}

/** Wrong use, or a file that cannot be read: a sentence for the person. */
export class UsageError extends Error {}

/** Reads the arguments. @returns undefined when help is wanted
 *  @throws UsageError */
export function optionsOf(args: readonly string[], env: NodeJS.ProcessEnv): Options | undefined {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new UsageError('One folder or file to check.');
  const { key, keys, older = [], witness = [], receipt, 'receipt-keys': receiptKeys, entries } = values;
  if ((receipt === undefined) !== (receiptKeys === undefined))
    throw new UsageError('--receipt and --receipt-keys belong together.');
  const language = languageOf(values.lang, env);
  return { path, key, keys, older, witness, receipt, receiptKeys, language, isJson: values.json === true, entries };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        keys: { type: 'string' },
        older: { type: 'string', multiple: true },
        witness: { type: 'string', multiple: true },
        receipt: { type: 'string' },
        'receipt-keys': { type: 'string' },
        lang: { type: 'string' },
        json: { type: 'boolean' },
        entries: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function languageOf(given: string | undefined, env: NodeJS.ProcessEnv): Language {
  if (given === undefined) return /^vi/i.test(env.LANG ?? '') ? 'vi' : 'en';
  const known = LANGUAGES.find((language) => language === given);
  if (known === undefined) throw new UsageError(`--lang is one of ${LANGUAGES.join(', ')}.`);
  return known;
}

export const HELP = `lienthong-verify PATH [options]

Checks evidence of a sync log of Liên Thông, offline. PATH is the folder of a log bundle, an evidence file, or a
proof file of a receipt (with --receipt).

  --key FILE|VKEY       the log's key, got on another way; an older or a newer one does, too, if the log has
                        signed which key follows which. Without it the evidence's own key is taken, and nothing is
                        proven against whoever made the evidence (exit code 3)
  --keys FILE           the keys that the log has had, saved from /synclog/keys: for evidence that does not bring them
                        along, and was signed with another key than --key
  --older FILE          an older checkpoint: does the log begin with it? May be given several times
  --witness VKEY        a witness that must have signed the checkpoint. May be given several times
  --receipt FILE        a receipt: does the log hold what it speaks of?
  --receipt-keys FILE   the published keys, saved from /.well-known/jwks.json; with --receipt
  --entries FILE        writes the verified entries into this new file, one a line, byte for byte
  --lang vi|en          language of the report; else LANG decides
  --json                the report as JSON

Exit codes: 0 everything that was looked at is proven, 1 something is wrong, 2 wrong use or a file that cannot be read,
3 nothing is wrong, but the key is only the evidence's own word.
`;
