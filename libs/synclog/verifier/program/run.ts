import { readFileSync, statSync } from 'node:fs';
import type { NoteVerifier } from '../../tlog/signed-note';
import type { PublicJwk } from '../../receipts/signing-keys';
import { folderSource } from '../adapters/folder-source';
import { threadRanges } from '../adapters/thread-ranges';
import { writeBundleEntries, writeLines } from '../adapters/write-entries';
import { verifyBundle } from '../app/verify-bundle';
import { verifyEvidenceFile, verifyReceiptProof } from '../app/verify-evidence';
import { logKeyIn, witnessKeyIn } from '../domain/check-key';
import { receiptOf, type ReceiptEvidence } from '../domain/check-receipt';
import type { Report } from '../findings';
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

const EXIT = { proven: 0, wrong: 1, usage: 2 } as const;
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
    place.say(options.isJson ? `${JSON.stringify(report, null, 2)}\n` : `${reportText(report, options.language)}\n`);
    return report.wrongCount === 0 ? EXIT.proven : EXIT.wrong;
  } catch (error) {
    if (!(error instanceof UsageError) && !isFileError(error)) throw error;
    place.complain(`${error.message}\n`);
    return EXIT.usage;
  }
}

async function reportOf(options: Options, { threadEntry }: ProgramPlace): Promise<Report> {
  const key = options.key === undefined ? undefined : trustedKey(options.key);
  const witnesses = options.witness.map(witnessKey);
  const receipt = receiptEvidence(options);
  if (statSync(options.path).isDirectory()) {
    const source = folderSource(options.path);
    const older = options.older.map((name) => ({ name, text: readFileSync(name, 'utf8') }));
    const ranges = threadRanges(options.path, threadEntry);
    const { report, proven } = await verifyBundle({ source, ranges, key, older, witnesses, receipt });
    if (options.entries !== undefined) writeBundleEntries(options.entries, source, { proven, size: report.size ?? 0 });
    return report;
  }
  const text = readFileSync(options.path, 'utf8');
  const evidence = { name: options.path, text, key, witnesses, hasOlder: options.older.length > 0 };
  if (text.startsWith(PROOF_HEAD)) {
    if (receipt === undefined || key === undefined)
      throw new UsageError('A proof file is checked with --receipt, --receipt-keys and --key.');
    return verifyReceiptProof({ ...evidence, receipt });
  }
  const { report, entries } = verifyEvidenceFile({ ...evidence, receipt });
  if (options.entries !== undefined) writeLines(options.entries, entries);
  return report;
}

/** @param given a verifier key, or the file that holds it */
function trustedKey(given: string): NoteVerifier {
  const key = logKeyIn(given) ?? logKeyIn(readFileSync(given, 'utf8'));
  if (key === undefined) throw new UsageError(`${given} holds no verifier key of a log.`);
  return key;
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
    if (error instanceof SyntaxError) throw new UsageError(`${file} is no JSON.`);
    throw error;
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return typeof (error as NodeJS.ErrnoException | null)?.syscall === 'string';
}
