import { existsSync, readFileSync, statSync } from 'node:fs';
import type { NoteVerifier } from '../../tlog/signed-note';
import type { PublicJwk } from '../../receipts/signing-keys';
import { folderSource } from '../adapters/folder-source';
import { threadRanges } from '../adapters/thread-ranges';
import { writeBundleEntries, writeLines } from '../adapters/write-entries';
import { verifyBundle } from '../app/verify-bundle';
import { verifyEvidenceFile, verifyReceiptProof } from '../app/verify-evidence';
import { logKeyIn, witnessKeyIn, type KeyChainText } from '../domain/check-key';
import type { OlderCheckpoint } from '../domain/check-older';
import { receiptOf, type ReceiptEvidence } from '../domain/check-receipt';
import type { Report } from '../findings';
import { printable, printableJson } from '../report/printable';
import { reportText } from '../report/report-text';
import { HELP, optionsOf, UsageError, type Options } from './options';

/** Where the program speaks, and what its threads run. */
export interface ProgramPlace {
  env: NodeJS.ProcessEnv;
  say(text: string): void;
  complain(text: string): void;
  /** The program's own file. */
  threadEntry: string;
}

const EXIT = { proven: 0, wrong: 1, usage: 2, ownKey: 3 } as const;
const PROOF_HEAD = 'c2sp.org/tlog-proof@v1\n';

/** Runs the verifier. @returns its exit code */
export async function runVerifier(args: readonly string[], place: ProgramPlace): Promise<number> {
  try {
    const options = optionsOf(args, place.env);
    if (options === undefined) {
      place.say(HELP);
      return EXIT.proven;
    }
    const report = await reportOf(options, place);
    place.say(`${options.isJson ? printableJson(report) : reportText(report, options.language)}\n`);
    return exitOf(report);
  } catch (error) {
    if (!(error instanceof UsageError) && !isFileError(error)) throw error;
    place.complain(`${error.message.split('\n').map(printable).join('\n')}\n`);
    return EXIT.usage;
  }
}

/** Under a key that came with the evidence nothing is proven to somebody who doubts the evidence. */
function exitOf({ wrongCount, open }: Report): number {
  if (wrongCount > 0) return EXIT.wrong;
  return open.includes('key-own-word') ? EXIT.ownKey : EXIT.proven;
}

/** What the reader holds beside the evidence. */
interface Beside {
  key: NoteVerifier | undefined;
  keys: KeyChainText | undefined;
  older: readonly OlderCheckpoint[];
  witnesses: readonly NoteVerifier[];
  receipt: ReceiptEvidence | undefined;
}

async function reportOf(options: Options, { threadEntry }: ProgramPlace): Promise<Report> {
  const { path, entries } = options;
  if (entries !== undefined && existsSync(entries)) throw new UsageError(`${entries} is there already.`);
  const key = options.key === undefined ? undefined : trustedKey(options.key);
  const older = options.older.map((name) => ({ name, text: readFileSync(name, 'utf8') }));
  const keys =
    options.keys === undefined ? undefined : { file: options.keys, text: readFileSync(options.keys, 'utf8') };
  const beside = { key, keys, older, witnesses: witnessKeys(options.witness, key), receipt: receiptEvidence(options) };
  return statSync(path).isDirectory() ? bundleReport(options, beside, threadEntry) : fileReport(options, beside);
}

async function bundleReport({ path, entries }: Options, beside: Beside, threadEntry: string): Promise<Report> {
  const source = folderSource(path);
  const { report, ...found } = await verifyBundle({ source, ranges: threadRanges(path, threadEntry), ...beside });
  if (entries !== undefined && !writeBundleEntries(entries, source, { tree: undefined, ...found }))
    throw new UsageError(`${path} was changed during the check; nothing was written.`);
  return report;
}

function fileReport({ path, entries: file }: Options, beside: Beside): Report {
  const evidence = { name: path, text: readFileSync(path, 'utf8'), ...beside };
  if (evidence.text.startsWith(PROOF_HEAD)) {
    const { key, receipt } = beside;
    if (receipt === undefined || key === undefined)
      throw new UsageError('A proof file is checked with --receipt, --receipt-keys and --key.');
    return verifyReceiptProof({ ...evidence, receipt });
  }
  const { report, entries } = verifyEvidenceFile(evidence);
  if (file !== undefined) writeLines(file, entries);
  return report;
}

/** @param given a verifier key, or the file that holds it */
function trustedKey(given: string): NoteVerifier {
  const key = logKeyIn(given) ?? logKeyIn(readFileSync(given, 'utf8'));
  if (key === undefined) throw new UsageError(`${given} holds no verifier key of a log.`);
  return key;
}

/** Witnesses of which each is somebody else than the log and the other ones. */
function witnessKeys(given: readonly string[], logKey: NoteVerifier | undefined): NoteVerifier[] {
  const witnesses = given.map(witnessKey);
  const keys = [...(logKey === undefined ? [] : [logKey]), ...witnesses].map(({ publicKey }) => publicKey);
  if (keys.some((one, nth) => keys.slice(0, nth).some((other) => other.equals(one))))
    throw new UsageError('Each --witness is a key of its own: not the key of the log, and not given twice.');
  return witnesses;
}

function witnessKey(given: string): NoteVerifier {
  const key = witnessKeyIn(given);
  if (key === undefined) throw new UsageError('--witness is the verifier key of a witness, not of a log.');
  return key;
}

function receiptEvidence({ receipt: name, receiptKeys }: Options): ReceiptEvidence | undefined {
  if (name === undefined || receiptKeys === undefined) return undefined;
  const receipt = receiptOf(jsonIn(name));
  if (receipt === undefined) throw new UsageError(`${name} holds no receipt.`);
  const { keys } = (jsonIn(receiptKeys) ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new UsageError(`${receiptKeys} holds no keys (RFC 7517).`);
  return { name, receipt, keys: keys as PublicJwk[] };
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // RangeError: it nests too deep for the stack.
    if (error instanceof SyntaxError || error instanceof RangeError) throw new UsageError(`${file} is no JSON.`);
    throw error;
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return typeof (error as NodeJS.ErrnoException | null)?.syscall === 'string';
}
