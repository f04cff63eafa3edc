import type { Vault } from '#access';
import type { Tx } from '#platform';
import { callOf, type FinishedAttempt } from '../domain/attempt';
import type { AnswerEvidence } from './describe-settlement';

/** Larger answers are known by their digest only. */
const MAX_KEPT_ANSWER_BYTES = 262_144;

/** Seals the answers that somebody may have to read again: those that did not say yes, up to 256 KiB. Of all others the keyed digest
 *  is kept, which proves equality and gives nothing away. One insert for the batch; evidence stands in the order of the attempts. */
export async function keepAnswers(
  tx: Tx,
  attempts: readonly FinishedAttempt[],
  vault: Pick<Vault, 'sealMany' | 'dedupDigest'>,
): Promise<AnswerEvidence[]> {
  const worth = attempts.filter(isWorthKeeping);
  const sealed = await vault.sealMany(
    tx,
    worth.map((attempt) => ({
      ownerKind: 'dossier',
      ownerId: attempt.claim.dossierId,
      objects: [
        { kind: 'answer', contentType: 'application/octet-stream', bytes: callOf(attempt).answer ?? Buffer.alloc(0) },
      ],
    })),
  );
  const refs = new Map(worth.map((attempt, at) => [attempt.id, sealed[at][0].ref]));
  return attempts.map((attempt) => {
    const { answer } = callOf(attempt);
    return { ref: refs.get(attempt.id) ?? null, digest: answer === undefined ? null : vault.dedupDigest(answer) };
  });
}

function isWorthKeeping(attempt: FinishedAttempt): boolean {
  const { answer, outcome } = callOf(attempt);
  if (answer === undefined || answer.length === 0 || answer.length > MAX_KEPT_ANSWER_BYTES) return false;
  return outcome !== 'accepted' && outcome !== 'already-applied';
}
