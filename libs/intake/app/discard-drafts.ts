import type { IntakeItem } from '../domain/intake-item';
import { discardRefs, type DecodeMessageDeps } from './decode-message';

/** Removes what the large ones among these items brought into the vault and no transaction has taken. Never rejects: what cannot be removed
 *  now has no key any more. */
export async function discardDrafts(
  items: readonly IntakeItem[],
  deps: Pick<DecodeMessageDeps, 'vault' | 'log'>,
): Promise<void> {
  const refs = items.flatMap(draftRefs);
  if (refs.length > 0) await discardRefs(refs, deps);
}

function draftRefs(item: IntakeItem): string[] {
  const raw = Buffer.isBuffer(item.raw) ? [] : [item.raw.ref];
  const files = 'dossier' in item ? item.dossier.attachments.flatMap(({ draft }) => draft?.ref ?? []) : [];
  return [...raw, ...files];
}
