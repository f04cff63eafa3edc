import type { Queryable } from '#platform';
import { readCheckpoint } from '../../sealing/adapters/tree-store';
import { readWaitingSince, readWitnessedSize } from '../adapters/cosignature-store';
import { mostOf, type WitnessPolicy } from '../domain/witness';

type Named = Pick<WitnessPolicy['witnesses'][number], 'name' | 'vkey'>;

/** The newest checkpoint that more than half of the witnesses have cosigned, with all the cosignatures that it has.
 *  @returns undefined before there is one, and without witnesses */
export async function readWitnessed(tx: Queryable, witnesses: readonly Named[]): Promise<string | undefined> {
  if (witnesses.length === 0) return undefined;
  const keys = witnesses.map(({ vkey }) => vkey);
  const size = await readWitnessedSize(tx, keys, mostOf(keys.length));
  return size === undefined ? undefined : (await readCheckpoint(tx, size))?.note;
}

/** How long each witness has not cosigned what the log has signed, seconds; 0 for one that has the newest checkpoint.
 *  @returns in the order of the witnesses */
export async function readSilence(
  tx: Queryable,
  witnesses: readonly Named[],
  now: Date,
): Promise<{ name: string; seconds: number }[]> {
  return Promise.all(
    witnesses.map(async ({ name, vkey }) => {
      const since = await readWaitingSince(tx, vkey);
      return { name, seconds: since === undefined ? 0 : Math.max(0, (now.getTime() - since.getTime()) / 1_000) };
    }),
  );
}
