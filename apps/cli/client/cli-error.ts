/** Exit codes of `lienthong` (CONTRACTS §5). */
export const EXIT = { done: 0, no: 1, usage: 2, unreachable: 3, notAllowed: 4 } as const;

/** An error that the user can act on: a sentence and an exit code. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
    this.name = 'CliError';
  }
}
