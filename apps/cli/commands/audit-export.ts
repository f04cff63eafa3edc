import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { AppError, codeOf, systemClock } from '#platform';
import type { ApiClient } from '../client/api-client';
import { CliError, EXIT } from '../client/cli-error';
import { localTime } from '../output/print';
import { productVersion } from '../output/product-version';
import { pairsOf } from '../output/table';
import { auditorContext } from './audit-filter';
import { examples } from './context';

interface ExportOptions {
  to: string;
  key?: string;
  witnessed?: boolean;
}

/** `lienthong audit export`: the log as a folder that anybody checks offline. */
export function addAuditExport(audit: Command): void {
  audit
    .command('export')
    .description(
      'the whole sealed log as a folder that lienthong-verify checks offline; the same folder again adds what is new',
    )
    .requiredOption('--to <dir>', 'the folder; what is there and fits is not fetched again')
    .option('--key <file>', 'the verifier key of the log, got on a second way; without it the log’s own word is taken')
    .option('--witnessed', 'up to the newest checkpoint that most witnesses have cosigned')
    .addHelpText(
      'after',
      examples(['audit export --to ./log --key synclog.vkey', 'audit export --to ./log --as auditor --witnessed']),
    )
    .action(async (given: ExportOptions, command: Command) => {
      const { api, print } = auditorContext(command);
      const { manifest, misfits } = await exported(api, given);
      const { files, ...about } = manifest;
      const { origin, size, firstAt, lastAt } = about;
      print.show({ folder: given.to, ...about, files: files.length, misfits }, () =>
        [
          pairsOf([
            ['log', origin],
            ['entries', size],
            ['from', localTime(firstAt)],
            ['to', localTime(lastAt)],
            ['files', files.length],
          ]),
          ...misfitText(misfits),
          `Anybody can check it without us: npx lienthong-verify ${given.to} --key synclog.vkey`,
        ].join('\n\n'),
      );
      if (misfits.length > 0) process.exitCode = EXIT.no;
    });
}

/** Places that a screen names. */
const SHOWN = 20;

/** What the log gives otherwise than it has signed: taken home as it is. */
export function misfitText(misfits: readonly { path: string; isMissing: boolean }[]): string[] {
  if (misfits.length === 0) return [];
  const more = misfits.length - SHOWN;
  return [
    [
      'The log does NOT give what it has signed. Keep this folder, it is the evidence; the check says which entries are meant:',
      ...misfits.slice(0, SHOWN).map(({ path, isMissing }) => `  ${path}${isMissing ? ' is missing' : ''}`),
      ...(more > 0 ? [`  … and ${more} more`] : []),
    ].join('\n'),
  ];
}

async function exported(api: ApiClient, { to, key, witnessed }: ExportOptions) {
  const { bundleFolder, exportBundle } = await import('#synclog');
  try {
    return await exportBundle({
      log: { read: (path) => api.bytes(`/synclog/${path}`) },
      folder: bundleFolder(to),
      trustedKey: key === undefined ? undefined : readFileSync(key, 'utf8'),
      isWitnessed: witnessed === true,
      exportedBy: `lienthong ${productVersion()}`,
      clock: systemClock,
      tell,
    });
  } catch (error) {
    if (error instanceof AppError) throw new CliError(`${error.message} (${error.code})`, EXIT.no);
    if (typeof (error as NodeJS.ErrnoException).syscall === 'string')
      throw new CliError(`A file could not be read or written (${codeOf(error)}).`, EXIT.usage);
    throw error;
  }
}

function tell(done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`  ${done} of ${total} parts\r`);
}
