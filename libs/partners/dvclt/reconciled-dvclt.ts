import type { ReconciledPartner } from '#reconciliation';
import type { AdapterDeps } from '../config/adapter-deps';
import { listedOf, namedRow, toldOnce } from '../found-rows';
import type { DvcltSource } from './dvclt-source';

/** DVCLT has no query for a status (CONTRACTS §1.1). What it can be asked is its list of dossiers that it holds for not acknowledged: one page,
 *  whatever the window, of codes alone. With `intake: onestop` the list is the one-stop's to read, and nothing can be asked. */
export function reconciledDvclt({ config }: AdapterDeps, source: DvcltSource): ReconciledPartner {
  const partner = { partner: 'dvclt', codeOf: () => undefined } as const;
  if (config.intake === 'onestop') return partner;
  return {
    ...partner,
    listing: {
      means: 'unacknowledged',
      async page(_window, _page, signal) {
        const { askedAt, items, unreadable, cut } = await source.list(signal);
        const read = items.map(({ code }) => namedRow('dvclt', { dvclt: code }, { status: null }));
        const listed = listedOf(toldOnce(read, 'dvclt.rows-contradict'));
        return {
          askedAt,
          rows: listed.rows,
          unreadable: listed.unreadable + unreadable.length + cut,
          next: null,
        };
      },
    },
  };
}
