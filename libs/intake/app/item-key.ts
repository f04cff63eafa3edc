import type { Vault } from '#access';
import type { IntakeItem } from '../domain/intake-item';

/** Key of an item in quarantine: its code, or a keyed digest of its row where no code can be read. */
export function itemKeyOf(item: Pick<IntakeItem, 'code' | 'listing'>, vault: Pick<Vault, 'dedupDigest'>): string {
  return item.code ?? `row:${vault.dedupDigest(item.listing ?? Buffer.alloc(0)).toString('base64url')}`;
}
