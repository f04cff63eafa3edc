import type { FiredFaults } from '../faults/fired-faults';
import { jsonReply, type Reply } from '../server/reply';

/** `{error_code, message, result[]}` (dvcqg.md §1); `codeAsString` gives "0", or "00" as its value says (Q02). */
export function portalReply(
  faults: FiredFaults,
  errorCode: number,
  message: string,
  result: readonly unknown[] = [],
): Reply {
  const variant = faults.value('codeAsString');
  const spelled = errorCode === 0 && typeof variant === 'string' ? variant : String(errorCode);
  return jsonReply(200, { error_code: faults.isOn('codeAsString') ? spelled : errorCode, message, result });
}
