import type { Vault } from '#access';
import type { Database } from '#platform';
import type { SyncLog, SyncLogActor } from '#synclog';
import { lastReadingRef } from '../adapters/standing-deliveries';
import type { AnswerReading } from './keep-answers';

/** What a partner wrote that no rule knows. */
export interface LastReading {
  /** Number of the attempt that was answered so. */
  attempt: number;
  /** HTTP status and the partner's own result code. */
  code: string;
  /** The message fields, numbers that name a person masked. */
  messages: readonly string[];
  /** The text that would become a rule: echoes and codes blanked. */
  text: string;
}

export interface ReadingDeps {
  db: Pick<Database, 'run' | 'query' | 'execute'>;
  vault: Pick<Vault, 'open'>;
  syncLog: Pick<SyncLog, 'append'>;
}

/** Identity and telephone numbers. Masked whole: in a commune the last digits tell who it is. */
const PERSONAL_NUMBER = /(?<![\p{L}\p{N}])\+?\d{9,12}(?![\p{L}\p{N}])/gu;

/** Opens the last unknown answer of a delivery for a person, and says so in the sync log (DESIGN §10: every view of personal data).
 *  @returns null when no text of it is kept */
export async function readLastReading(
  delivery: { id: string; dossierId: string; partner: string; operation: string },
  actor: SyncLogActor,
  { db, vault, syncLog }: ReadingDeps,
): Promise<LastReading | null> {
  const kept = await lastReadingRef(db, delivery.id);
  if (kept === null) return null;
  const { messages, code, text } = JSON.parse((await vault.open(kept.ref)).toString('utf8')) as AnswerReading;
  const entry = {
    kind: 'payload.viewed',
    actor,
    dossierId: delivery.dossierId,
    partner: delivery.partner,
    operation: delivery.operation,
    purpose: 'classification',
    detail: { deliveryId: delivery.id, attemptId: kept.attemptId, refs: [kept.ref] },
  } as const;
  await db.run((tx) => syncLog.append(tx, [entry]));
  return { attempt: kept.number, code, messages: messages.map(masked), text };
}

function masked(message: string): string {
  return message.replace(PERSONAL_NUMBER, '•••••');
}
