import type { SealItem, SealedObject, Vault } from '#access';
import type { Tx } from '#platform';
import { callOf, type FinishedAttempt } from '../domain/attempt';
import { replyCode, replyText } from '../domain/reply-text';
import type { AnswerEvidence } from './describe-settlement';
import { textKey } from './reply-rules';

/** Larger answers are known by their digest only. */
const MAX_KEPT_ANSWER_BYTES = 262_144;

/** What is sealed of an answer whose text nobody knows: what an operator reads, and what would become a rule. */
export interface AnswerReading {
  messages: readonly string[];
  code: string;
  text: string;
}

/** Seals the answers that somebody may have to read again: those that did not say yes, up to 256 KiB, and of a text that nobody knows its
 *  reading. Of all others the keyed digest is kept, which proves equality and gives nothing away. One insert for the batch; evidence stands
 *  in the order of the attempts. */
export async function keepAnswers(
  tx: Tx,
  attempts: readonly FinishedAttempt[],
  vault: Pick<Vault, 'sealMany' | 'dedupDigest'>,
): Promise<AnswerEvidence[]> {
  const parts = attempts.map((attempt) => ({
    attempt,
    answer: answerWorthKeeping(attempt),
    reading: readingOf(attempt),
  }));
  const worth = parts.filter(({ answer, reading }) => answer !== undefined || reading !== undefined);
  const sealed = await vault.sealMany(tx, worth.map(sealItem));
  const refs = new Map(worth.map(({ attempt }, at) => [attempt.id, sealed[at]]));
  return parts.map((part) => evidenceOf(part, refs.get(part.attempt.id) ?? [], vault));
}

interface Parts {
  attempt: FinishedAttempt;
  answer: Buffer | undefined;
  reading: AnswerReading | undefined;
}

function sealItem({ attempt, answer, reading }: Parts): SealItem {
  const objects = [
    ...(answer === undefined ? [] : [{ contentType: 'application/octet-stream', bytes: answer }]),
    ...(reading === undefined
      ? []
      : [{ contentType: 'application/json', bytes: Buffer.from(JSON.stringify(reading)) }]),
  ];
  return {
    ownerKind: 'dossier',
    ownerId: attempt.claim.dossierId,
    objects: objects.map((object) => ({ kind: 'answer', ...object })),
  };
}

function evidenceOf(
  { attempt, answer, reading }: Parts,
  sealed: readonly SealedObject[],
  vault: Pick<Vault, 'dedupDigest'>,
): AnswerEvidence {
  const whole = callOf(attempt).answer;
  const digest = whole === undefined ? null : vault.dedupDigest(whole);
  const ref = answer === undefined ? null : sealed[0].ref;
  if (reading === undefined) return { ref, digest, text: null };
  const { partner, operation } = attempt.claim;
  const textDigest = vault.dedupDigest(textKey({ partner, operation, code: reading.code, text: reading.text }));
  return { ref, digest, text: { ref: sealed[sealed.length - 1].ref, digest: textDigest } };
}

function readingOf(attempt: FinishedAttempt): AnswerReading | undefined {
  const { unread, httpStatus } = callOf(attempt);
  if (unread === undefined) return undefined;
  const { messages } = unread;
  return { messages, code: replyCode(unread, httpStatus), text: unread.text ?? replyText(unread, []) };
}

function answerWorthKeeping(attempt: FinishedAttempt): Buffer | undefined {
  const { answer, outcome } = callOf(attempt);
  if (answer === undefined || answer.length === 0 || answer.length > MAX_KEPT_ANSWER_BYTES) return undefined;
  return outcome === 'accepted' || outcome === 'already-applied' ? undefined : answer;
}
