import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import type { Finding, PublicJwk, Receipt, ReceiptFindings } from '#synclog';
import { CliError, EXIT } from '../client/cli-error';
import { printer } from '../output/print';
import { pairsOf } from '../output/table';
import { examples, type GlobalOptions } from './context';

interface ReceiptOptions {
  keys: string;
  body?: string;
  proof?: string;
  logKey?: string;
}

/** `lienthong verify receipt FILE`: on any machine, without the gateway. Exit code 1 when something does not fit. */
export function addVerifyReceipt(verify: Command): void {
  verify
    .command('receipt <file>')
    .description('a receipt of the gateway, on any machine and without it')
    .requiredOption('--keys <file>', 'the published keys, saved from /.well-known/jwks.json')
    .option('--body <file>', 'the JSON that was handed over: is the receipt about it?')
    .option('--proof <file>', 'saved from /api/v1/receipts/ID/proof: does the sealed log hold it?')
    .option('--log-key <file>', 'the verifier key of the log, got on a second way; with --proof')
    .addHelpText(
      'after',
      examples([
        'verify receipt receipt.json --keys jwks.json --body sent.json',
        'verify receipt receipt.json --keys jwks.json --proof receipt.tlog-proof --log-key synclog.vkey',
      ]),
    )
    .action(async (file: string, given: ReceiptOptions, command: Command) => {
      const { checkReceipt } = await import('#synclog');
      if ((given.proof === undefined) !== (given.logKey === undefined))
        throw new CliError('--proof and --log-key belong together.', EXIT.usage);
      const findings = checkReceipt({
        receipt: receiptIn(file),
        keys: keysIn(given.keys),
        ...(given.body === undefined ? {} : { body: jsonIn(given.body) }),
        ...(given.proof === undefined || given.logKey === undefined
          ? {}
          : { sealed: { proof: textIn(given.proof), logKey: textIn(given.logKey) } }),
      });
      printer(command.optsWithGlobals<GlobalOptions>().json).show(findings, () => findingsText(findings));
      if (Object.values(findings).some(({ result }: Finding) => result === 'wrong')) process.exitCode = EXIT.no;
    });
}

function findingsText({ signature, body, sealed }: ReceiptFindings): string {
  return pairsOf([
    ['signed with one of these keys', said(signature)],
    ['about this body', said(body)],
    ['in the sealed log', said(sealed)],
  ]);
}

const FETCH_ANEW = 'only a key has that the log replaced later; fetch the proof anew from the gateway';

function said(finding: Finding): string {
  if (finding.result === 'wrong') return `NO: ${finding.code}`;
  if (finding.result === 'not-looked-at') return 'not looked at';
  return finding.open === undefined ? 'proven' : `proven, if the log itself signed it (${finding.open}): ${FETCH_ANEW}`;
}

function receiptIn(file: string): Receipt {
  const found = jsonIn(file) as Partial<Receipt> | null;
  const texts = [found?.id, found?.keyId, found?.signature, found?.leafHash, found?.salt, found?.contentDigest];
  if (texts.every((text) => typeof text === 'string')) return found as Receipt;
  throw new CliError(`${file} holds no receipt.`, EXIT.usage);
}

function keysIn(file: string): readonly PublicJwk[] {
  const found = jsonIn(file) as { keys?: unknown } | null;
  if (Array.isArray(found?.keys)) return found.keys as PublicJwk[];
  throw new CliError(`${file} holds no keys (RFC 7517).`, EXIT.usage);
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(textIn(file));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${file} is no JSON.`, EXIT.usage);
  }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CliError(`${file} cannot be read.`, EXIT.usage);
  }
}
