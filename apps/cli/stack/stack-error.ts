/** A failure of the local stack that a person can mend: `message` is a sentence that says what to do. */
export class StackError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StackError';
  }
}

/** The system's code of a thrown value (`ENOSPC`, `EACCES`), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A sentence for a failure of any step: our own errors as they are, system codes translated, the rest with the step's name. */
export function sentenceOf(error: unknown, dataDir: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = systemCode(error);
  if (code === 'ENOSPC' || message.includes('No space left on device')) {
    return `The disk is full: make room where ${dataDir} lies, or choose another folder with --data DIR.`;
  }
  if (error instanceof StackError) return error.message;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `The data folder ${dataDir} cannot be used (${code}): give yourself the rights on it, or choose another folder with --data DIR.`;
  }
  return `Liên Thông could not start: ${message}`;
}
