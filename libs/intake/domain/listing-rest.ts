/** How long a listed row rests whose detail brought nothing: an old listing while a supplement is awaited, or a detail that the source
 *  refuses. Its detail may change behind an unchanged row, so it is never left alone for good. */
export interface ListingRest {
  /** After the first fetch in vain; doubles. @default 1_000 ms */
  firstMs: number;
  /** @default 180_000 ms */
  maxMs: number;
  /** Refusals in a row after which the item goes to quarantine. @default 5 */
  maxRefused: number;
}

/** Rest after the n-th fetch in vain (n ≥ 1), ms. */
export function restAfter(fetches: number, { firstMs, maxMs }: Pick<ListingRest, 'firstMs' | 'maxMs'>): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(fetches - 1, 30));
}
