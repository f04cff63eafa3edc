import type { Command } from 'commander';
import { ApiClient } from '../client/api-client';
import { connectionOf, type ConnectionOptions } from '../client/connection';
import { printer, type Printer } from '../output/print';

export type GlobalOptions = ConnectionOptions & { json: boolean };

export interface CommandContext {
  api: ApiClient;
  print: Printer;
  options: GlobalOptions;
}

/** What a command needs, from the options of the whole command line. */
export function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  return { api: new ApiClient(connectionOf(options, process.env)), print: printer(options.json), options };
}

/** Examples below the help of a command. */
export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ npx lienthong ${line}`).join('\n')}\n`;
}

/** `--limit` of lists. */
export function limitOf(text: string): number {
  const limit = Number(text);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, 10_000) : 20;
}
