import type { FiredFaults } from '../faults/fired-faults';
import { jsonReply, type Reply } from '../server/reply';

/** `{error_code, message, result[]}` (dvcqg.md §1); `codeAsString` gives "0", or "00" as its value says (Q02). */
export function portalReply(
  faults: FiredFaults,
  errorCode: number,
  message: string,
  result: readonly unknown[] = [],
): Reply {
  return jsonReply(200, { error_code: spelledCode(faults, errorCode), message, result });
}

/** The code as a number, or as the text that `codeAsString` asks for. */
export function spelledCode(faults: FiredFaults, errorCode: number): number | string {
  const zero = faults.text('codeAsString') ?? '0';
  if (!faults.isOn('codeAsString')) return errorCode;
  return errorCode === 0 ? zero : String(errorCode);
}
