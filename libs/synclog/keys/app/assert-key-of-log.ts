import { AppError, type Queryable } from '#platform';
import { parseStatement } from '../../tlog/key-statement';
import { readLastStatement } from '../adapters/key-statement-store';
import type { LogKeyRing } from '../log-key-ring';

/** Only the key that the database names last signs: read after the head that is to be signed, so that a checkpoint that covers a rotation carries the new
 *  key's signature, whoever signs it and however late the new key comes to that machine.
 *  @throws AppError `synclog-key-missing`: KEY_DIR does not hold the key that the log has now; `synclog-behind`: the database does not know the newest key,
 *  so it was set back */
export async function assertKeyOfLog(tx: Queryable, { current, chain }: LogKeyRing): Promise<void> {
  const last = await readLastStatement(tx);
  const known = last?.newKey ?? chain.first;
  if (known === current.vkey) return;
  const isBehind = known === chain.first || chain.statements.some((note) => parseStatement(note).newKey === known);
  throw isBehind
    ? refusal('synclog-behind', 'the database does not hold the rotation of the log’s key that KEY_DIR knows')
    : refusal('synclog-key-missing', 'the log has another key by now, and KEY_DIR/synclog.json does not hold it');
}

function refusal(code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'person', detail });
}
