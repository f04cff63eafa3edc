import { DOSSIER_STATES, type PartnerId } from '#dossier';
import type { DiscrepancyClass } from './discrepancy';
import { canBeToldAgain } from './healing';

describe('whether a difference can be told again', () => {
  it.each<[boolean, PartnerId, DiscrepancyClass, string]>([
    [true, 'dvcqg', 'missing-there', 'partner-lost-it'],
    [true, 'onestop', 'status-differs', 'not-taken'],
    [false, 'onestop', 'status-differs', 'not-told-back'],
    [false, 'onestop', 'missing-there', 'partner-lost-it'],
    [true, 'dvclt', 'missing-there', 'receipt-lost-there'],
    [false, 'dvclt', 'missing-there', 'unacknowledged'],
    [false, 'hotich', 'result-missing', 'result-incomplete'],
  ])('is %s for %s %s (%s), whatever the state of the dossier', (expected, partner, cls, cause) => {
    for (const state of [...DOSSIER_STATES, null])
      expect([state, canBeToldAgain({ partner, class: cls, cause }, state)]).toEqual([state, expected]);
  });

  it('is true of a registration that hộ tịch lost only while the dossier is with hộ tịch', () => {
    const lost = { partner: 'hotich', class: 'missing-there', cause: 'partner-lost-it' } as const;
    const states = [...DOSSIER_STATES, null].filter((state) => canBeToldAgain(lost, state));
    expect(states).toEqual(['with-registry']);
  });
});
