/** What is done about an expected failure; decided where it is born (STYLE, Errors). */
export type Disposition = 'retry' | 'refuse' | 'person' | 'bug';

export interface AppErrorOptions {
  /** Stable, kebab-case, part of the contract. */
  code: string;
  disposition: Disposition;
  /** HTTP status at our edge; only read there. @default 500 */
  status?: number;
  /** Names the field and the kind of value, never a citizen's data. */
  detail?: string;
  field?: string;
  /** Extra members of the problem details, e.g. `state`, `allowedDecisions`. */
  extra?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** An expected failure with a stable code. Anything else that is thrown is a bug. */
export class AppError extends Error {
  readonly code: string;
  readonly disposition: Disposition;
  readonly status: number;
  readonly detail: string | undefined;
  readonly field: string | undefined;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(options: AppErrorOptions) {
    super(options.detail ?? options.code, { cause: options.cause });
    this.name = 'AppError';
    this.code = options.code;
    this.disposition = options.disposition;
    this.status = options.status ?? 500;
    this.detail = options.detail;
    this.field = options.field;
    this.extra = options.extra ?? {};
  }
}

/** Code of any thrown value: an AppError's own code, a system code (ECONNRESET), or `unexpected`. */
export function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return 'unexpected';
}
