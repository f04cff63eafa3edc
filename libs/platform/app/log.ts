import pino from 'pino';

/** Fields of a log line: ids, codes, counts, durations. Never bodies, names, numbers of persons (law 8). */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

/** Wide lines with a fixed event name: `{"event","at","level",…}` (CONTRACTS §5). */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
}

/** JSON lines to standard output. `level` from LOG_LEVEL. @default 'info' */
export function jsonLog(component: string, level: string = process.env.LOG_LEVEL ?? 'info'): Log {
  const logger = pino({
    level,
    base: { component },
    messageKey: 'event',
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  });
  return {
    info: (event, fields = {}) => logger.info(fields, event),
    warn: (event, fields = {}) => logger.warn(fields, event),
    error: (event, fields = {}) => logger.error(fields, event),
    debug: (event, fields = {}) => logger.debug(fields, event),
  };
}

export const silentLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};
