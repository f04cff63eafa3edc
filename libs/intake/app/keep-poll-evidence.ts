import type { Tx } from '#platform';
import { hasEvidenceSince, insertEvidence, readEvidence } from '../adapters/poll-evidence';
import type { IntakeDeps } from './intake-deps';

/** An answer of a poll that is worth keeping. */
export interface Evidence {
  raw: Buffer;
  /** Code of what could not be understood; null for one that changed something. */
  unclear: string | null;
}

/** Between two answers that are kept for the same lack of understanding. */
const UNCLEAR_EVERY_MS = 60_000;

/** Seals answers as they came (law 4, DESIGN §6 "with which bytes"): every one that changed something, and of those that could not be
 *  understood each different one, but not more than one a minute for the same reason, since a registry that is broken is asked on.
 *  Returns the reference of each answer, in order; undefined for one that was not kept. */
export async function keepPollEvidence(
  tx: Tx,
  partner: string,
  answers: readonly Evidence[],
  { vault, ids, clock }: Pick<IntakeDeps, 'vault' | 'ids' | 'clock'>,
): Promise<(string | undefined)[]> {
  if (answers.length === 0) return [];
  const now = clock.now();
  const digests = answers.map(({ raw }) => vault.dedupDigest(raw));
  const refs = await readEvidence(tx, partner, digests);
  const fresh = new Map<string, { answer: Evidence; digest: Buffer }>();
  for (const [index, answer] of answers.entries()) {
    const key = digests[index].toString('base64');
    const isDue =
      answer.unclear === null ||
      !(await hasEvidenceSince(tx, partner, answer.unclear, new Date(now.getTime() - UNCLEAR_EVERY_MS)));
    if (!refs.has(key) && isDue) fresh.set(key, { answer, digest: digests[index] });
  }
  const rows = [...fresh.values()];
  const sealed = await vault.sealMany(
    tx,
    rows.map(({ answer }) => ({
      ownerKind: 'message' as const,
      ownerId: ids.next(),
      objects: [{ kind: 'answer' as const, contentType: 'application/octet-stream', bytes: answer.raw }],
    })),
  );
  const kept = rows.map(({ answer, digest }, index) => ({
    digest,
    ref: sealed[index][0].ref,
    reason: answer.unclear ?? 'changed',
  }));
  await insertEvidence(tx, partner, kept, now);
  for (const { digest, ref } of kept) refs.set(digest.toString('base64'), ref);
  return digests.map((digest) => refs.get(digest.toString('base64')));
}
