import type { DossierState, PartnerId } from '#dossier';
import type { Found, PartnerRow } from '../ports';
import {
  compare,
  compareUnacknowledged,
  judgeWaiting,
  judgeWithoutCode,
  type DossierFacts,
  type Judging,
} from './compare';

const ASKED = new Date('2026-03-02T10:00:00Z');
const before = (ms: number): Date => new Date(ASKED.getTime() - ms);
const HOUR_MS = 3_600_000;

function stateOf(given: Partial<DossierState> = {}): DossierState {
  return {
    state: 'with-registry',
    source: 'dvclt',
    codes: { dvclt: 'G22.1', oneStop: 'H99.1', registry: [] },
    statuses: {},
    portalKnown: true,
    portalStatus: 4,
    registry: { submitted: true, resubmitAwaited: false },
    ...given,
  } as DossierState;
}

function factsOf(given: Partial<DossierState> = {}, more: Partial<DossierFacts> = {}): DossierFacts {
  return {
    dossierId: 'd1',
    state: stateOf(given),
    version: 7,
    routedSeq: 7,
    updatedAt: before(HOUR_MS),
    waiting: null,
    settledAt: before(HOUR_MS),
    handedOverAt: null,
    acknowledgedAt: before(HOUR_MS),
    ...more,
  };
}

const how = (partner: PartnerId, decisionsByPush = true): Judging => ({
  partner,
  decisionsByPush,
  graceMs: 15_000,
  absentGraceMs: partner === 'hotich' ? 600_000 : 15_000,
  lateAfterMs: HOUR_MS,
});
const rows = (...given: Partial<PartnerRow>[]): Found => ({
  kind: 'rows',
  rows: given.map((row) => ({ codes: { oneStop: 'H99.1' }, status: null, ...row })),
});
const ABSENT: Found = { kind: 'absent' };
/** A verdict in one line: `agrees`, `not-looked-at why`, `class ours theirs cause responsible`. */
function told(
  partner: PartnerId,
  state: Partial<DossierState>,
  found: Found,
  more: Partial<DossierFacts> = {},
): string {
  const verdict = compare(factsOf(state, more), found, ASKED, how(partner));
  switch (verdict.verdict) {
    case 'agrees':
      return 'agrees';
    case 'differs':
      return `${verdict.class} ${verdict.ours} ${verdict.theirs} ${verdict.cause} ${verdict.responsible}`;
    default:
      return `${verdict.verdict} ${verdict.reasonCode}`;
  }
}

describe('what a partner must have of a dossier, and has', () => {
  type Row = readonly [PartnerId, string, Partial<DossierState>, Found, string];
  const ended = { portalStatus: 7, state: 'withdrawn', endedBy: 'one-stop' } as const;
  const none = { submitted: false, resubmitAwaited: false };
  const noCode = { dvclt: 'G22.1', registry: [] };

  it.each<Row>([
    ['onestop', 'the number of now', {}, rows({ status: 4 }), 'agrees'],
    ['onestop', 'an earlier number', { portalStatus: 9 }, rows({ status: 4 }), 'status-differs 9 4 not-taken onestop'],
    [
      'onestop',
      'a decision that we have not heard',
      { portalStatus: 1 },
      rows({ status: 5 }),
      'status-differs 1 5 not-told-back onestop',
    ],
    [
      'onestop',
      'another end of its own',
      { portalStatus: 7 },
      rows({ status: 8 }),
      'status-differs 7 8 not-told-back onestop',
    ],
    ['onestop', 'nothing', {}, ABSENT, 'missing-there 4 null partner-lost-it onestop'],
    ['onestop', 'nothing of what it was not handed', { codes: noCode, portalStatus: 1 }, ABSENT, 'agrees'],
    [
      'onestop',
      'what we did not know to be there',
      { codes: noCode },
      rows({ status: 1 }),
      'status-differs null 1 not-told-back onestop',
    ],
    [
      'onestop',
      'a second code',
      {},
      rows({ status: 4 }, { status: 1, codes: { oneStop: 'H99.2' } }),
      'duplicate 4 1 several-codes onestop',
    ],
    [
      'onestop',
      'another code alone',
      {},
      rows({ status: 4, codes: { oneStop: 'H99.2' } }),
      'duplicate 4 4 other-code onestop',
    ],
    [
      'onestop',
      'two codes of what has none here',
      { codes: noCode },
      rows({ status: 1 }, { status: 1, codes: { oneStop: 'H99.2' } }),
      'duplicate null 1 several-codes onestop',
    ],
    [
      'onestop',
      'one code in two rows: the newest counts',
      {},
      rows(
        { status: 2, changedAt: before(HOUR_MS) },
        { status: 4, changedAt: before(60_000) },
        { status: 1, changedAt: before(2 * HOUR_MS) },
      ),
      'agrees',
    ],
    ['onestop', 'a number that nobody knows', {}, rows({ status: null }), 'unreadable status-unknown'],
    ['onestop', 'what nobody can read', {}, { kind: 'unreadable', reasonCode: 'x' }, 'unreadable x'],
    ['dvcqg', 'the number of now', { portalStatus: 10 }, rows({ status: 10 }), 'agrees'],
    ['dvcqg', 'an earlier number', { portalStatus: 10 }, rows({ status: 9 }), 'status-differs 10 9 not-taken dvcqg'],
    ['dvcqg', 'a later number', { portalStatus: 4 }, rows({ status: 9 }), 'status-differs 4 9 not-told-back gateway'],
    ['dvcqg', 'nothing', {}, ABSENT, 'missing-there 4 null partner-lost-it dvcqg'],
    ['dvcqg', 'nothing of what it was not told', { portalKnown: false }, ABSENT, 'agrees'],
    ['hotich', 'nothing of what was not submitted', { registry: none }, ABSENT, 'agrees'],
    [
      'hotich',
      'what was not submitted',
      { registry: none },
      rows({ status: 1 }),
      'status-differs null 1 not-told-back gateway',
    ],
    ['hotich', 'nothing', {}, ABSENT, 'missing-there null null partner-lost-it hotich'],
    ['hotich', '1, never told us anything', {}, rows({ status: 1 }), 'agrees'],
    ['hotich', '3, never told us anything', {}, rows({ status: 3 }), 'agrees'],
    ['hotich', '2, never told us anything', {}, rows({ status: 2 }), 'status-differs null 2 not-told-back gateway'],
    ['hotich', 'what it told us last', { statuses: { registry: 3 } }, rows({ status: 3 }), 'agrees'],
    [
      'hotich',
      'less than it told us',
      { statuses: { registry: 3 } },
      rows({ status: 1 }),
      'status-differs 3 1 not-taken hotich',
    ],
    [
      'hotich',
      'its request that we answer',
      { statuses: { registry: 2 }, state: 'awaiting-supplement' },
      rows({ status: 2 }),
      'agrees',
    ],
    [
      'hotich',
      'its request, the new push is due',
      { statuses: { registry: 2 }, registry: { submitted: true, resubmitAwaited: true } },
      rows({ status: 2 }),
      'agrees',
    ],
    ['hotich', '1 again after the new push', { statuses: { registry: 2 } }, rows({ status: 1 }), 'agrees'],
    [
      'hotich',
      'its request after the new push',
      { statuses: { registry: 2 } },
      rows({ status: 2 }),
      'status-differs null 2 not-told-back gateway',
    ],
    [
      'hotich',
      '4 with its result',
      {},
      rows({ status: 4, hasResult: true }),
      'status-differs null 4 not-told-back gateway',
    ],
    [
      'hotich',
      '4 without its result',
      {},
      rows({ status: 4, hasResult: false }),
      'result-missing null 4 result-incomplete hotich',
    ],
    ['hotich', '4 of what is registered', { state: 'registered' }, rows({ status: 4, hasResult: false }), 'agrees'],
    ['hotich', '4 of what is finished', { state: 'finished' }, rows({ status: 4 }), 'agrees'],
    [
      'hotich',
      '3 of what is registered',
      { state: 'registered' },
      rows({ status: 3 }),
      'status-differs 4 3 not-taken hotich',
    ],
    [
      'hotich',
      '6 of what it refused',
      { state: 'refused', endedBy: 'registry', statuses: { registry: 6 } },
      rows({ status: 6 }),
      'agrees',
    ],
    ['hotich', 'its own state of what ended elsewhere', ended, rows({ status: 2 }), 'agrees'],
    ['hotich', 'nothing of what ended elsewhere', ended, ABSENT, 'agrees'],
    [
      'hotich',
      '4 of what ended elsewhere',
      ended,
      rows({ status: 4, hasResult: true }),
      'status-differs null 4 registered-after-end gateway',
    ],
  ])('%s has %s', (...[partner, , state, found, expected]) => {
    expect(told(partner, state, found)).toBe(expected);
  });

  it('is the gateway’s to hear of when the one-stop is asked for its decisions', () => {
    const verdict = compare(factsOf({ portalStatus: 1 }), rows({ status: 5 }), ASKED, how('onestop', false));
    expect(verdict).toMatchObject({ cause: 'not-told-back', responsible: 'gateway' });
  });
});

describe('an answer is judged as of when it was asked', () => {
  const waiting = (ms: number, status = 'waiting', isHeld = false): Partial<DossierFacts> => ({
    waiting: { since: before(ms), status, isHeld },
  });

  it.each<readonly [string, Partial<DossierFacts>, string]>([
    ['a message is on its way', waiting(1_000), 'not-looked-at in-flight'],
    ['a message has waited as long as it may', waiting(HOUR_MS), 'not-looked-at in-flight'],
    ['a message waits too long', waiting(HOUR_MS + 1), 'late 4 null waits onestop'],
    ['a message is held too long', waiting(HOUR_MS + 1, 'queued', true), 'late 4 null held gateway'],
    ['a message was given up', waiting(HOUR_MS + 1, 'dead', true), 'late 4 null dead-letter gateway'],
    ['nobody knows what became of a message', waiting(HOUR_MS + 1, 'unknown'), 'late 4 null unknown-outcome gateway'],
    ['an event is not routed', { version: 8 }, 'not-looked-at in-flight'],
    [
      'an event is not routed for too long',
      { version: 8, updatedAt: before(HOUR_MS + 1) },
      'late 4 null not-routed gateway',
    ],
    ['the dossier changed at that moment', { updatedAt: ASKED }, 'not-looked-at changed-meanwhile'],
    ['a message was settled at that moment', { settledAt: ASKED }, 'not-looked-at changed-meanwhile'],
    ['all was quiet', { settledAt: before(15_000), updatedAt: before(1) }, 'status-differs 4 2 not-taken onestop'],
    ['what we told a moment ago does not show', { settledAt: before(14_999) }, 'not-looked-at just-changed'],
  ])('%s', (_name, more, expected) => {
    expect(told('onestop', {}, rows({ status: 2 }), more)).toBe(expected);
  });

  it('and nothing that was asked decides over what waits', () => {
    expect(judgeWaiting(factsOf(), ASKED, how('onestop'))).toBeUndefined();
  });

  it.each<readonly [string, Found, Partial<DossierFacts>, string]>([
    ['its row changed a moment ago', rows({ status: 2, changedAt: before(14_999) }), {}, 'not-looked-at just-changed'],
    [
      'its row changed after the question',
      rows({ status: 2, changedAt: before(-5_000) }),
      {},
      'not-looked-at just-changed',
    ],
    [
      'its row changes in a future that is none of a clock',
      rows({ status: 2, changedAt: before(-15_000) }),
      {},
      'status-differs 4 2 not-taken onestop',
    ],
    [
      'its row changed longer ago',
      rows({ status: 2, changedAt: before(15_000) }),
      {},
      'status-differs 4 2 not-taken onestop',
    ],
    ['it agrees, however young', rows({ status: 4, changedAt: before(1) }), {}, 'agrees'],
    ['what we told a moment ago does not show', ABSENT, { settledAt: before(14_999) }, 'not-looked-at just-changed'],
    [
      'what we told longer ago does not show',
      ABSENT,
      { settledAt: before(15_000) },
      'missing-there 4 null partner-lost-it onestop',
    ],
  ])('with the grace: %s', (_name, found, more, expected) => {
    expect(told('onestop', {}, found, more)).toBe(expected);
  });

  it('and what they have decided meanwhile is no younger for what we told', () => {
    const further = told('onestop', {}, rows({ status: 9 }), { settledAt: before(1) });
    expect(further).toBe('status-differs 4 9 not-told-back onestop');
  });

  it('and hộ tịch may take longer until it has what it was told', () => {
    const at = (ms: number): string => told('hotich', {}, ABSENT, { settledAt: before(ms) });
    expect(at(599_999)).toBe('not-looked-at just-changed');
    expect(at(600_000)).toBe('missing-there null null partner-lost-it hotich');
  });

  it('and without a code to ask by, nothing is missing where nothing was told', () => {
    const none = factsOf({ portalKnown: false, registry: { submitted: false, resubmitAwaited: false } });
    expect(judgeWithoutCode(none, how('dvcqg'))).toEqual({ verdict: 'agrees' });
    expect(judgeWithoutCode(none, how('hotich'))).toEqual({ verdict: 'agrees' });
    for (const partner of ['dvcqg', 'hotich'] as const)
      expect(judgeWithoutCode(factsOf(), how(partner))).toEqual({ verdict: 'not-looked-at', reasonCode: 'no-code' });
  });
});

describe('a dossier that DVCLT lists as unacknowledged', () => {
  it.each<readonly [string, Partial<DossierState>, Partial<DossierFacts>, object]>([
    ['was acknowledged', {}, {}, { class: 'missing-there', cause: 'receipt-lost-there', responsible: 'dvclt' }],
    ['was acknowledged a moment ago', {}, { acknowledgedAt: before(10_000) }, { reasonCode: 'just-changed' }],
    [
      'was acknowledged after the question',
      {},
      { settledAt: ASKED, acknowledgedAt: ASKED },
      { reasonCode: 'changed-meanwhile' },
    ],
    [
      'is being acknowledged',
      {},
      { waiting: { since: before(1), status: 'queued', isHeld: false } },
      { reasonCode: 'in-flight' },
    ],
    [
      'was never acknowledged',
      {},
      { acknowledgedAt: null },
      { class: 'missing-there', cause: 'unacknowledged', responsible: 'gateway' },
    ],
    ['awaits a supplement', { state: 'awaiting-supplement' }, {}, { reasonCode: 'awaiting-supplement' }],
    ['is the one-stop’s to acknowledge', { source: 'onestop' }, { acknowledgedAt: null }, { reasonCode: 'cannot-ask' }],
  ])('%s', (_name, state, more, expected) => {
    expect(compareUnacknowledged(factsOf(state, more), ASKED, how('dvclt'))).toMatchObject(expected);
  });
});
