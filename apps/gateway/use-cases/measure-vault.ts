import { Inject, Injectable } from '@nestjs/common';
import { countToRewrap, type MasterKeys } from '#access';
import { Database, type Metrics } from '#platform';
import { MASTER_KEYS, METRICS } from '../tokens';

/** How far the vault's owner keys have followed the master key, asked of the database at each scrape. */
@Injectable()
export class MeasureVault {
  constructor(db: Database, @Inject(MASTER_KEYS) keys: MasterKeys, @Inject(METRICS) metrics: Metrics) {
    metrics.gauge({
      name: 'lienthong_vault_owner_keys_to_rewrap',
      help: 'Owner keys of the vault that still hang on a master key older than the current one.',
      collect: async () => [{ labels: {}, value: await countToRewrap(db, keys) }],
    });
  }
}
