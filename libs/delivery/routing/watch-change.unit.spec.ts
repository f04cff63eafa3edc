import type { DossierEvent, DossierState } from '#dossier';
import { watchChange } from './watch-change';

const AT = '2026-11-25T09:00:00+07:00';

function stateOf(state: DossierState['state'], submitted: boolean, registry?: 3 | 4 | 6): DossierState {
  const known = { state, registry: { submitted, resubmitAwaited: false }, statuses: registry ? { registry } : {} };
  return known as unknown as DossierState;
}

const withdrawn: DossierEvent = { type: 'dossier.withdrawn', data: { decidedAt: AT } };
const refused = (by: 'one-stop' | 'registry'): DossierEvent => ({
  type: 'dossier.refused',
  data: { decidedAt: AT, by },
});
const told = (status: 3 | 4 | 6): DossierEvent => ({ type: 'registry-status.reported', data: { status, at: AT } });
const found = (name: string): DossierEvent => ({ type: 'discrepancy.found', data: { partner: 'hotich', class: name } });

describe('the poll of hộ tịch', () => {
  it.each<[string, DossierState, DossierEvent, 'begin' | 'end' | null]>([
    [
      'begins with a push',
      stateOf('with-registry', true),
      { type: 'registration.submitted', data: { at: AT, repeat: false } },
      'begin',
    ],
    ['goes on after a withdrawal of what hộ tịch holds', stateOf('withdrawn', true, 3), withdrawn, 'begin'],
    ['ends with a withdrawal of what it never got', stateOf('withdrawn', false), withdrawn, 'end'],
    ['ends with a withdrawal of what it has registered', stateOf('withdrawn', true, 4), withdrawn, 'end'],
    ['ends with its own refusal', stateOf('refused', true, 6), refused('registry'), 'end'],
    ['goes on when the one-stop refuses what hộ tịch holds', stateOf('refused', true), refused('one-stop'), 'begin'],
    ['begins when a push has arrived after the end', stateOf('stopped', false), found('submitted-after-end'), 'begin'],
    ['does not begin for another difference', stateOf('stopped', false), found('registered-after-end'), null],
    ['ends when hộ tịch has registered after the end', stateOf('withdrawn', true, 4), told(4), 'end'],
    ['goes on while hộ tịch is at work', stateOf('withdrawn', true, 3), told(3), null],
    ['goes on while only the file is missing', stateOf('with-registry', true, 4), told(4), null],
  ])('%s', (_name, state, event, expected) => {
    expect(watchChange(state, event)).toBe(expected);
  });
});
