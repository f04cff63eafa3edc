import { rfc3339 } from '#platform';
import { dossierDueAt, supplementDueAt } from './due-dates';

describe('due dates', () => {
  it.each([
    ['before 15:00 of a working day', '2026-11-25T14:59:59+07:00', '2026-11-25T17:00:00.000+07:00'],
    ['at 15:00', '2026-11-25T15:00:00+07:00', '2026-11-26T17:00:00.000+07:00'],
    ['on Friday afternoon', '2026-11-27T16:00:00+07:00', '2026-11-30T17:00:00.000+07:00'],
    ['on Saturday morning', '2026-11-28T09:00:00+07:00', '2026-11-30T17:00:00.000+07:00'],
    ['at the end of a year', '2026-12-31T18:00:00+07:00', '2027-01-01T17:00:00.000+07:00'],
  ])('a dossier received %s', (_name, receivedAt, dueAt) => {
    expect(rfc3339(dossierDueAt(new Date(receivedAt)))).toBe(dueAt);
  });

  it('a supplement is due seven working days after the day of the request, whatever the hour', () => {
    expect(rfc3339(supplementDueAt(new Date('2026-11-25T23:30:00+07:00')))).toBe('2026-12-04T17:00:00.000+07:00');
  });
});
