import type { LoggerService } from '@nestjs/common';
import type { Log } from '#platform';

/** Nest's own lines: only its warnings and errors, and of those the source, since their texts may quote values. */
export function nestLogger(log: Log): LoggerService {
  const contextOf = (rest: unknown[]): string =>
    typeof rest.at(-1) === 'string' ? String(rest.at(-1)).slice(0, 64) : 'unknown';
  return {
    log: () => undefined,
    error: (_message: unknown, ...rest: unknown[]) => log.error('nest.error', { context: contextOf(rest) }),
    warn: (_message: unknown, ...rest: unknown[]) => log.warn('nest.warning', { context: contextOf(rest) }),
  };
}
