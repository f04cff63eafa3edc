import type { PartnerId } from '#dossier';

/** How far a dossier is at its number (codes-and-statuses.md §7.1): filed, asked for more, received, processed, returned; refusal and other ends last. */
const PORTAL: Readonly<Record<number, number>> = { 1: 0, 5: 1, 6: 1, 2: 2, 4: 3, 9: 4, 10: 5, 3: 6, 7: 6, 8: 6 };
/** §7.3. */
const REGISTRY: Readonly<Record<number, number>> = { 1: 0, 3: 1, 2: 2, 4: 3, 6: 3 };

/** Whether the partner is further than we think. Of two numbers as far, the one-stop's own counts: it decides; the others are told.
 *  @param ours null: it should not be there, or has told us nothing yet */
export function isFurther(partner: PartnerId, theirs: number, ours: number | null): boolean {
  if (ours === null) return true;
  const order = partner === 'hotich' ? REGISTRY : PORTAL;
  const [there, here] = [order[theirs] ?? 0, order[ours] ?? 0];
  return there > here || (there === here && partner === 'onestop');
}
