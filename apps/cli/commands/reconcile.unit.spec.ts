import { differencesText, dossierDifferences, runsText, runText, type Difference, type Run } from './reconcile-text';

const COUNTS = { agreed: 0, differing: 0, unreadable: 0, notLookedAt: 0, calls: 0 };

function runOf({ counts, ...more }: Partial<Omit<Run, 'counts'>> & { counts?: Partial<Run['counts']> }): Run {
  return {
    id: 'r1',
    partner: 'onestop',
    state: 'finished',
    from: '2026-10-22T13:33:50.000+07:00',
    to: '2026-11-26T13:33:50.000+07:00',
    requestedBy: 'operator',
    requestedAt: '2026-11-26T13:33:50.000+07:00',
    startedAt: '2026-11-26T13:33:51.000+07:00',
    endedAt: '2026-11-26T13:34:10.000+07:00',
    counts: { ...COUNTS, ...counts },
    notLookedAtBecause: {},
    isClean: false,
    reasonCode: null,
    failureCode: null,
    listFailed: false,
    stoppedBy: null,
    ...more,
  };
}

function differenceOf(more: Partial<Difference>): Difference {
  return {
    id: 'd1',
    partner: 'onestop',
    class: 'missing-there',
    dossierId: 'x',
    codes: ['G22.99.08-261125-000001', 'H99.101-261125-0001'],
    unit: '00123',
    ours: 2,
    theirs: null,
    cause: 'partner-lost-it',
    responsible: 'onestop',
    state: 'open',
    ageSeconds: 7_200,
    reconciliationId: 'r1',
    canBeToldAgain: true,
    ...more,
  };
}

describe('the text of a reconciliation', () => {
  it('says plainly that all agree, and only then', () => {
    const clean = runText(runOf({ isClean: true, counts: { agreed: 12, calls: 2 } }));
    expect(clean).toContain('All 12 agree.');
    expect(clean).not.toContain('npx');
    const rest = runText(runOf({ counts: { agreed: 12, notLookedAt: 1 }, notLookedAtBecause: { 'in-flight': 1 } }));
    expect(rest).not.toContain('All 12');
  });

  it('gives the command that shows what differs, and who has to act', () => {
    const text = runText(runOf({ counts: { agreed: 12, differing: 1, unreadable: 2 } }));
    expect(text).toContain('1 dossier differs.');
    expect(text).toMatch(/^ {2}npx lienthong reconcile discrepancies --run r1$/m);
    expect(text).toContain('2 answers or rows of onestop could not be read; nobody knows how those dossiers stand.');
    expect(text).toMatch(/^ {2}npx lienthong reconcile discrepancies --run r1 --class unreadable$/m);
  });

  it('says of what was not looked at that nobody knows, why, and how to ask again', () => {
    const text = runText(
      runOf({ counts: { agreed: 3, notLookedAt: 5 }, notLookedAtBecause: { 'in-flight': 2, 'changed-meanwhile': 3 } }),
    );
    expect(text).toContain('5 dossiers were not looked at; nobody knows how they stand');
    expect(text).toContain('  2 in-flight: our message was on its way to the partner');
    expect(text).toContain('  3 changed-meanwhile: they changed while the partner was asked');
    expect(text).toMatch(
      /^ {2}npx lienthong reconcile start --partner onestop --from 2026-10-22T13:33:50.000\+07:00 --to 2026-11-26T13:33:50.000\+07:00 --follow$/m,
    );
  });

  it('sends nobody to ask a partner again that has no question', () => {
    const text = runText(
      runOf({ partner: 'dvclt', counts: { notLookedAt: 5 }, notLookedAtBecause: { 'cannot-ask': 5 } }),
    );
    expect(text).toContain('5 cannot-ask: the partner has no question that could be asked');
    expect(text).not.toContain('reconcile start');
  });

  it('sends nobody to ask at once for dossiers whose code the one-stop has not given', () => {
    const because = { 'no-code': 2 };
    const text = runText(runOf({ counts: { agreed: 3, notLookedAt: 2 }, notLookedAtBecause: because }));
    expect(text).toContain('2 no-code: the one-stop has not given its code for them yet');
    expect(text).not.toContain('reconcile start');
    const more = { ...because, 'in-flight': 1 };
    const other = runText(runOf({ counts: { agreed: 3, notLookedAt: 3 }, notLookedAtBecause: more }));
    expect(other).toContain('reconcile start');
  });

  it('tells to look for the wrong address before asking again where everything is missing', () => {
    const stopped = { state: 'stopped', reasonCode: 'everything-missing' };
    const text = runText(
      runOf({ ...stopped, counts: { notLookedAt: 900 }, notLookedAtBecause: { 'everything-missing': 900 } }),
    );
    expect(text).toMatch(/^means {2,}the partner knew none of the dossiers that it was asked for/m);
    expect(text).toContain('no difference was written');
    expect(text).toContain('Before you compare again: is the address right (PARTNER_ONESTOP_URL');
    expect(text).not.toContain('later:');
  });

  it('tells to wait for another day where the calls of this one are used', () => {
    const stopped = { state: 'stopped', reasonCode: 'budget-used-up' };
    const counts = { agreed: 5, notLookedAt: 9 };
    const text = runText(runOf({ ...stopped, counts, notLookedAtBecause: { 'budget-used-up': 9 } }));
    expect(text).toMatch(/^means {2,}half of the calls that the partner allows in a day are used/m);
    expect(text).toContain('Compare again tomorrow:');
  });

  it('names the last failure of a partner that was away', () => {
    const away = { state: 'stopped', reasonCode: 'partner-away', failureCode: 'http.5xx' };
    expect(runText(runOf(away))).toMatch(/^last failure {2,}http.5xx$/m);
    expect(runText(runOf({}))).not.toContain('last failure');
    expect(runsText([runOf(away)])).toContain('stopped: partner-away (http.5xx)');
  });

  it('never says that all agree where the list could not be read', () => {
    const text = runText(runOf({ listFailed: true, failureCode: 'http.5xx', counts: { agreed: 12 } }));
    expect(text).not.toContain('All 12');
    expect(text).toContain(
      'The list of onestop could not be read to its end (http.5xx): what only onestop has may not have been found.',
    );
    expect(text).toContain('npx lienthong reconcile start --partner onestop');
    expect(runsText([runOf({ listFailed: true })])).toContain('finished, list-failed');
  });

  it('gives the command to compare again once', () => {
    const counts = { agreed: 3, notLookedAt: 2 };
    const text = runText(runOf({ listFailed: true, counts, notLookedAtBecause: { 'in-flight': 2 } }));
    expect(text.match(/reconcile start/g)).toHaveLength(1);
  });

  it.each(['partner-away', 'partner-held', 'breaker-open'])('says what a stop by %s means', (reasonCode) => {
    const counts = { agreed: 3, notLookedAt: 9 };
    const stopped = { state: 'stopped', reasonCode, notLookedAtBecause: { [reasonCode]: 9 } };
    const text = runText(runOf({ ...stopped, counts }));
    expect(text).toMatch(/^means {2,}\w/m);
    expect(text).toContain('9 dossiers were not looked at');
    expect(text).toContain('npx lienthong reconcile start --partner onestop');
  });

  it('says who stopped a run', () => {
    const text = runText(runOf({ state: 'stopped', reasonCode: 'by-person', stoppedBy: 'colleague' }));
    expect(text).toMatch(/^means {2,}colleague stopped it$/m);
  });

  it.each(['still-running', 'no-worker', 'partner-held', 'breaker-open'])(
    'shows no numbers of a run that was skipped because of %s, and how to make up for it',
    (reasonCode) => {
      const due = { requestedBy: null, to: '2026-11-25T02:00:00.000+07:00' };
      const text = runText(runOf({ state: 'skipped', startedAt: null, reasonCode, ...due }));
      expect(text).toMatch(/^asked by {2,}the schedule, 25\/11\/2026 02:00:00$/m);
      expect(text).toMatch(/^means {2,}\w/m);
      expect(text).not.toMatch(/^(agree|differ|calls)/m);
      expect(text).toContain(
        'Nothing was compared. Compare it now:\n  npx lienthong reconcile start --partner onestop',
      );
    },
  );

  it.each([
    ['queued', 'as soon as a worker with the role `reconciler` has time'],
    ['running', 'running since 26/11/2026 13:33:51'],
  ])('says how to follow one that is %s', (state, said) => {
    const text = runText(runOf({ state, endedAt: null, counts: { agreed: 2 } }));
    expect(text).toContain(said);
    expect(text).toContain('npx lienthong reconcile show r1 --follow');
    expect(text).not.toContain('agree.');
  });

  it('leaves the numbers of skipped runs out of the list', () => {
    const rows = runsText([
      runOf({ state: 'skipped', reasonCode: 'no-worker' }),
      runOf({ counts: { agreed: 7 } }),
    ]).split('\n');
    expect(rows[1]).toMatch(/skipped: no-worker\s+–\s+–\s+–\s+–/);
    expect(rows[2]).toMatch(/finished\s+7\s+0\s+0\s+0/);
  });
});

describe('the text of differences', () => {
  it('says of each what it is, why, who must act, and what it means', () => {
    const text = differencesText([
      differenceOf({}),
      differenceOf({ class: 'late', cause: 'held', ours: 4, theirs: 2, responsible: 'onestop', canBeToldAgain: false }),
    ]);
    expect(text).toMatch(
      /2 h\s+onestop\s+missing-there\s+G22.99.08-261125-000001\s+00123\s+2\s+–\s+partner-lost-it\s+onestop\s+yes/,
    );
    expect(text).toMatch(/^missing-there, partner-lost-it {2}the partner was told and does not have it/m);
    expect(text).toMatch(/^late, held {2,}our message is held: `hold list`$/m);
  });

  it('says who is in the way of a dossier whose events are not routed', () => {
    const text = differencesText([differenceOf({ class: 'late', cause: 'not-routed', responsible: 'gateway' })]);
    expect(text).toMatch(
      /^late, not-routed {2}what follows from an event of it was never planned: `dossier show`, `verify state`$/m,
    );
  });

  it('explains a cause that it does not know by its class', () => {
    const text = differencesText([differenceOf({ class: 'duplicate', cause: 'something-new' })]);
    expect(text).toMatch(/^duplicate, something-new {2}the partner has it more than once/m);
  });

  it('gives one command for each run whose differences can be told again', () => {
    const text = differencesText([
      differenceOf({}),
      differenceOf({ id: 'd2' }),
      differenceOf({ id: 'd3', reconciliationId: 'r2' }),
      differenceOf({ id: 'd4', reconciliationId: 'r3', canBeToldAgain: false }),
    ]);
    expect(text.match(/reconcile replay r\d/g)).toEqual(['reconcile replay r1', 'reconcile replay r2']);
    expect(differencesText([differenceOf({ canBeToldAgain: false })])).not.toContain('reconcile replay');
  });

  it('tells those of one dossier in a line each', () => {
    expect(dossierDifferences([differenceOf({})])).toBe(
      'differs\n  onestop missing-there (partner-lost-it), for 2 h: we expect 2, it has –; onestop must act',
    );
  });
});
