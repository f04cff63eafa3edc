import { join } from 'node:path';
import { PARTNER_IDS } from '#dossier';
import { silentLog } from '#platform';
import { fixedClock } from '#testing';
import { createPartners } from './create-partners';
import { PARTNER_ENV } from './testing/partner-config';

const OPTIONS = {
  configDir: join(__dirname, '../../config'),
  log: silentLog,
  clock: fixedClock(),
  budget: (): never => {
    throw new Error('the shipped partners set no limits');
  },
};

describe('createPartners', () => {
  it('makes all four adapters, both sources and what can be asked of each from the shipped configuration, without a call', () => {
    const partners = createPartners({ ...OPTIONS, env: PARTNER_ENV });
    for (const id of PARTNER_IDS) {
      expect(partners.adapters[id].partner).toBe(id);
      expect(partners.adapters[id].policy.deadlineMs).toBe(10_000);
      expect(partners.reconciled[id].partner).toBe(id);
    }
    expect(partners.dossierSource.id).toBe('dvclt');
    expect(partners.registryResults.maxCodesPerCall).toBe(3);
    partners.close();
  });

  it('says at once everything that is missing', () => {
    expect(() => createPartners({ ...OPTIONS, env: {} })).toThrow(/PARTNER_DVCLT_USERNAME[^]*PARTNER_ONESTOP_PASSWORD/);
  });
});
