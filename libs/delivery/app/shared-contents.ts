import type { Vault } from '#access';
import { PayloadOpener } from '../adapters/payload-opener';
import { ContentKeeper, type ContentKeeperDeps } from './content-keeper';

/** Opens payloads and keeps rendered contents for all couriers of a process: few statements for many messages. */
export interface SharedContents {
  opener: PayloadOpener;
  keeper: ContentKeeper;
}

export function createSharedContents(
  deps: Omit<ContentKeeperDeps, 'vault'> & { vault: Pick<Vault, 'sealMany' | 'openMany'> },
): SharedContents {
  return { opener: new PayloadOpener(deps.vault), keeper: new ContentKeeper(deps) };
}
