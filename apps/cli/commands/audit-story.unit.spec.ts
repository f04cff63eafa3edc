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

  describe('of a comparison', () => {
    const told = (kind: LoggedEntry['kind'], detail: LoggedEntry['detail'], partner = 'onestop') =>
      sentenceOf(entry({ kind, partner, detail, actor: { id: 'reconciliation', type: 'system' } }));

    it.each<[NonNullable<LoggedEntry['detail']>, string]>([
      [{ class: 'status-differs', reasonCode: 'agrees' }, 'The one-stop and we agree again.'],
      [
        { class: 'unreadable', reasonCode: 'agrees' },
        'The answer of the one-stop can be read again, and agrees with what we have.',
      ],
      [
        { class: 'status-differs', reasonCode: 'became-another' },
        'The difference with the one-stop (status-differs) became another one.',
      ],
      [
        { class: 'unreadable', reasonCode: 'became-another' },
        'The answer of the one-stop can be read again, and differs from what we have.',
      ],
      [{ class: 'missing-here', reasonCode: 'arrived' }, 'What only the one-stop had has come to us.'],
      [
        { class: 'late', reasonCode: 'seen-no-more' },
        'A comparison with the one-stop saw the difference (late) no more.',
      ],
      [
        { class: 'duplicate', reasonCode: 'something-new' },
        'The difference with the one-stop (duplicate) is over, cause something-new.',
      ],
      [{}, 'The difference with the one-stop is over.'],
    ])('says of the end of a difference what is true of it: %j', (detail, sentence) =>
      expect(told('discrepancy.closed', detail)).toBe(sentence),
    );

    it.each<[NonNullable<LoggedEntry['detail']>, string]>([
      [
        { class: 'missing-there', cause: 'partner-lost-it', responsible: 'onestop', ours: 4 },
        'A new difference with the one-stop: it does not have the dossier (partner-lost-it); the one-stop has to act.',
      ],
      [
        { class: 'status-differs', cause: 'not-told-back', responsible: 'gateway', ours: 2, theirs: 4 },
        'A new difference with the one-stop: it says 4 where we say 2 (not-told-back); an operator has to act.',
      ],
      [
        { class: 'unreadable', cause: 'status-unknown', responsible: 'onestop', ours: 4 },
        'The answer of the one-stop about the dossier cannot be read (status-unknown); nobody knows how it stands there; the one-stop has to act.',
      ],
      [{ reasonCode: 'onestop.refused' }, 'The one-stop and we do not agree, cause onestop.refused.'],
    ])('says of a new difference what it is and why: %j', (detail, sentence) =>
      expect(told('discrepancy.found', detail)).toBe(sentence),
    );

    it.each<[NonNullable<LoggedEntry['detail']>, string]>([
      [{ class: 'status-differs', cause: 'not-taken', ours: 4, theirs: 2 }, 'it says 2 where we say 4 (not-taken)'],
      [{ class: 'status-differs', cause: 'c', theirs: 4 }, 'it says 4, and we know of no status there (c)'],
      [{ class: 'status-differs', cause: 'c', ours: 4 }, 'it says no status where we say 4 (c)'],
      [{ class: 'status-differs' }, 'its status is another than ours'],
      [{ class: 'missing-there', cause: 'receipt-lost-there' }, 'it has lost our receipt (receipt-lost-there)'],
      [{ class: 'missing-there', cause: 'unacknowledged' }, 'it has no receipt of ours (unacknowledged)'],
      [{ class: 'duplicate', cause: 'several-codes' }, 'it has the dossier more than once (several-codes)'],
      [{ class: 'duplicate', cause: 'other-code' }, 'it has the dossier under a code that we do not know (other-code)'],
      [{ class: 'painted-over', cause: 'c' }, 'painted-over (c)'],
    ])('says no number and no state that nobody gave: %j', (detail, said) =>
      expect(told('reconciliation.judged', detail)).toBe(`Compared with the one-stop: ${said}.`),
    );

    it.each([
      ['finished', {}, 'ended'],
      ['finished', { code: 'http.5xx' }, 'ended without its whole list (http.5xx)'],
      ['stopped', { reasonCode: 'by-person' }, 'was stopped, cause by-person'],
      [
        'stopped',
        { reasonCode: 'partner-away', code: 'http.5xx' },
        'was stopped, cause partner-away, last failure http.5xx',
      ],
    ])('says of one that %s with %j why', (outcome, why, said) => {
      const detail = { agreed: 3, differing: 0, unreadable: 0, notLookedAt: 9, ...why };
      expect(sentenceOf(entry({ kind: 'reconciliation.finished', partner: 'hotich', outcome, detail }))).toBe(
        `The comparison with hộ tịch ${said}: 3 agree, 0 differ, 0 unreadable, 9 not looked at.`,
      );
    });
  });

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
