import { SYNC_LOG_KINDS, type LoggedEntry } from '#synclog';
import { SENTENCES, sentenceOf, storyText } from './audit-story';

const entry = (more: Partial<LoggedEntry>): LoggedEntry => ({
  v: 1,
  id: '019b0000-0000-7000-8000-000000000001',
  at: '2026-03-02T09:00:00.000+07:00',
  kind: 'dossier.received',
  actor: { id: 'courier', type: 'system' },
  ...more,
});

describe('the story of a dossier', () => {
  it('has a sentence for each kind of entry and for no other', () => {
    expect(Object.keys(SENTENCES).sort()).toEqual([...SYNC_LOG_KINDS].sort());
  });

  it.each(SYNC_LOG_KINDS)('tells %s in one whole sentence, also without any detail', (kind) => {
    const sentence = sentenceOf(entry({ kind }));
    expect(sentence).toMatch(/^(\p{Lu}|hộ tịch).+\.$/u);
    expect(sentence).not.toMatch(/undefined|null|\[object|\.\.|  /);
  });

  it.each<[Partial<LoggedEntry>, string]>([
    [{ kind: 'dossier.received', partner: 'dvclt' }, 'The dossier came in from DVCLT and was stored.'],
    [
      {
        kind: 'attempt.settled',
        partner: 'hotich',
        operation: 'submit-registration',
        outcome: 'refused',
        detail: { attempt: 2, httpStatus: 200, reasonCode: 'field.missing' },
      },
      'The call submit-registration to hộ tịch was refused (attempt 2, HTTP 200), cause field.missing.',
    ],
    [
      { kind: 'delivery.settled', partner: 'onestop', operation: 'hand-over-dossier', outcome: 'already-applied' },
      'The message hand-over-dossier to the one-stop is done: found applied already.',
    ],
    [
      { kind: 'payload.viewed', actor: { id: 'auditor', type: 'person' }, purpose: 'complaint' },
      'Auditor looked at content of the dossier, for complaint.',
    ],
    [
      { kind: 'give-up.requested', actor: { id: 'operator', type: 'person' }, detail: { count: 2 } },
      'Operator asked to give up 2 quarantined items.',
    ],
    [
      { kind: 'give-up.withdrawn', actor: { id: 'operator', type: 'person' }, detail: { count: 1 } },
      'Operator took back the own request to give up 1 quarantined item.',
    ],
    [
      { kind: 'person-request.withdrawn', actor: { id: 'operator', type: 'person' }, operation: 'person.erase' },
      "Operator took back a person's request (person.erase) before anybody approved it.",
    ],
    [{ kind: 'dossier.painted', actor: { id: 'painter', type: 'machine' } }, 'dossier.painted by painter.'],
  ])('tells %j', (more, sentence) => expect(sentenceOf(entry(more))).toBe(sentence));

  it('gives each line its time and its place in the log', () => {
    expect(
      storyText([
        { index: 7, entry: entry({ partner: 'dvclt' }), leafHash: '' },
        { index: 1024, entry: null, leafHash: '' },
      ]),
    ).toBe(
      '02/03/2026 09:00:00  #7     The dossier came in from DVCLT and was stored.\n' +
        '-------------------  #1024  The bytes of this entry are no entry any more: verify the log.',
    );
  });
});
