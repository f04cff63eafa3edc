import { createHash } from 'node:crypto';
import { canonicalBytes, sha256 } from '#platform';
import type { ItemAction, ItemClass } from './item-class';

/** Digest of a frozen selection: what was asked for, and the deliveries that it stood for, in the order of the plan. */
export function selectionHashOf(selection: object, deliveryIds: Buffer, payloadDigest: Buffer | null): Buffer {
  const parts = [sha256(canonicalBytes(selection)), deliveryIds, payloadDigest ?? Buffer.alloc(0)];
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

/** Item by item, so that a plan of a hundred thousand needs no list of them in memory. */
export class PlanHash {
  private readonly hash = createHash('sha256');

  constructor(selectionHash: Buffer) {
    this.hash.update(selectionHash);
  }

  add(item: { number: number; deliveryId: string; class: ItemClass; action: ItemAction }): void {
    this.hash.update(`\n${item.number} ${item.deliveryId} ${item.class} ${item.action}`);
  }

  digest(): Buffer {
    return this.hash.digest();
  }
}
