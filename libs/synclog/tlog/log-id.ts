import { createHash } from 'node:crypto';

/** By what a witness knows a log: the lower-case hex digits of SHA-256 of its origin (C2SP tlog-witness). */
export function logIdOf(origin: string): string {
  return createHash('sha256').update(origin).digest('hex');
}
