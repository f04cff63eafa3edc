import { join } from 'node:path';
import { loadProcedures } from '../adapters/load-procedures';
import { accept } from './accept';
import { DECISIONS, type Command, type Verdict } from './commands';
import { allowedDecisions } from './decisions';
import { DOSSIER_STATES, type DossierEvent, type DossierStateName } from './events';
import { evolve } from './evolve';
import type { DossierState } from './state';

const birth = loadProcedures(join(__dirname, '../../../config')).find((one) => one.id === 'birth-group')!;
const NOW = new Date('2026-11-25T02:00:00Z');
const AT = NOW.toISOString();

function born(change: Partial<DossierState> = {}): DossierState {
  const verdict = accept(
    null,
    {
      kind: 'receive',
      module: 'KS',
      procedureCode: '2.000986',
      unit: '00123',
      receivedAt: '2026-11-25T09:00:00+07:00',
      source: 'dvclt',
      dvcltCode: 'G22.99.08-261125-000001',
      contentRef: 'content-1',
      contentDigest: 'digest-1',
    },
    birth,
    NOW,
  );
  if ('conflict' in verdict) throw new Error('a birth is received');
  return {
    ...verdict.events.reduce<DossierState | null>((state, event) => evolve(state, event, AT), null)!,
    id: 'dossier-1',
    ...change,
  };
}

function types(verdict: Verdict): string[] | string {
  return 'conflict' in verdict ? verdict.conflict.code : verdict.events.map((event) => event.type);
}

describe('accept: decisions', () => {
  const cases = DOSSIER_STATES.flatMap((state) => DECISIONS.map((decision) => ({ state, decision })));

  it.each(cases)('$decision in $state follows the table', ({ state, decision }) => {
    const before = born({ state, codes: { dvclt: 'G22.99.08-261125-000001', oneStop: 'H99.1', registry: [] } });
    const verdict = accept(before, { kind: 'decide', decision, decidedAt: AT, registration: 'none' }, birth, NOW);
    if (allowedDecisions(state).includes(decision)) expect(Array.isArray(types(verdict))).toBe(true);
    else
      expect(verdict).toEqual({
        conflict: { code: 'decision-not-allowed', state, allowedDecisions: allowedDecisions(state) },
      });
  });

  it.each<[Parameters<typeof born>[0], Command, DossierStateName]>([
    [
      { state: 'with-one-stop' },
      { kind: 'decide', decision: 'accept', decidedAt: AT, registration: 'none' },
      'with-registry',
    ],
    [
      { state: 'with-one-stop' },
      { kind: 'decide', decision: 'request-supplement', decidedAt: AT, registration: 'none' },
      'awaiting-supplement',
    ],
    [
      { state: 'awaiting-supplement' },
      { kind: 'decide', decision: 'refuse', decidedAt: AT, registration: 'none' },
      'refused',
    ],
    [
      { state: 'with-registry' },
      { kind: 'decide', decision: 'withdraw', decidedAt: AT, registration: 'unsent' },
      'withdrawn',
    ],
    [
      { state: 'with-registry' },
      { kind: 'decide', decision: 'stop', decidedAt: AT, registration: 'settled' },
      'stopped',
    ],
    [
      { state: 'with-one-stop' },
      { kind: 'decide', decision: 'require-fee', decidedAt: AT, registration: 'none' },
      'with-one-stop',
    ],
    [
      { state: 'registered' },
      { kind: 'decide', decision: 'hand-over', decidedAt: AT, registration: 'settled' },
      'finished',
    ],
  ])('moves %o by %o to %s', (before, command, after) => {
    const verdict = accept(born(before), command, birth, NOW);
    const events = 'events' in verdict ? verdict.events : [];
    expect(events.reduce<DossierState>((state, event) => evolve(state, event, AT), born(before)).state).toBe(after);
  });

  it('takes a decision with the code of the one-stop as evidence of the hand-over', () => {
    const verdict = accept(
      born(),
      { kind: 'decide', decision: 'accept', decidedAt: AT, oneStopCode: 'H99.7', registration: 'none' },
      birth,
      NOW,
    );
    expect(types(verdict)).toEqual(['one-stop-code.assigned', 'dossier.accepted']);
  });

  it('does not take a decision that names another code', () => {
    const before = born({
      state: 'with-one-stop',
      codes: { dvclt: 'G22.99.08-261125-000001', oneStop: 'H99.1', registry: [] },
    });
    expect(
      types(
        accept(
          before,
          { kind: 'decide', decision: 'accept', decidedAt: AT, oneStopCode: 'H99.2', registration: 'none' },
          birth,
          NOW,
        ),
      ),
    ).toBe('one-stop-code-mismatch');
  });

  it.each(['in-flight', 'unknown'] as const)(
    'records a discrepancy when a withdrawal meets a registration that is %s',
    (registration) => {
      const verdict = accept(
        born({ state: 'with-registry' }),
        { kind: 'decide', decision: 'withdraw', decidedAt: AT, registration },
        birth,
        NOW,
      );
      expect(types(verdict)).toEqual(['dossier.withdrawn', 'discrepancy.found']);
    },
  );

  it('sets the deadline of a supplement seven working days after the request', () => {
    const verdict = accept(
      born({ state: 'with-one-stop' }),
      { kind: 'decide', decision: 'request-supplement', decidedAt: '2026-11-25T09:00:00+07:00', registration: 'none' },
      birth,
      NOW,
    );
    expect('events' in verdict && (verdict.events[0]?.data as { deadline: string }).deadline).toBe(
      '2026-12-04T17:00:00.000+07:00',
    );
  });
});

describe('accept: the same code again', () => {
  const again = (contentDigest: string): Command => ({ kind: 'receive-again', contentRef: 'content-2', contentDigest });

  it.each<[DossierStateName, string, string[]]>([
    ['received', 'digest-1', ['listing.repeated']],
    ['with-registry', 'digest-1', ['listing.repeated']],
    ['awaiting-supplement', 'digest-1', []],
    ['awaiting-supplement', 'digest-2', ['supplement.received']],
    ['with-registry', 'digest-2', ['conflict.recorded']],
    ['finished', 'digest-2', ['conflict.recorded']],
  ])('in %s with %s gives %j [Q10 Q11]', (state, digest, expected) => {
    expect(types(accept(born({ state }), again(digest), birth, NOW))).toEqual(expected);
  });

  it('holds the digest of a conflicting content, so that its next listing is a repeat', () => {
    const verdict = accept(born(), again('digest-2'), birth, NOW);
    const after = evolve(born(), ('events' in verdict ? verdict.events[0] : undefined)!, AT);
    expect(after.attention).toBe(true);
    expect(types(accept(after, again('digest-2'), birth, NOW))).toEqual(['listing.repeated']);
  });
});

describe('accept: hộ tịch reports', () => {
  const report = (status: 1 | 2 | 3 | 4 | 6, hasResult = false): Command => ({
    kind: 'registry-reported',
    status,
    at: AT,
    ...(hasResult ? { result: { registryCode: '17/2026', resultRef: 'r', resultDigest: 'd' } } : {}),
  });
  const waiting = (): DossierState =>
    born({ state: 'with-registry', registry: { submitted: true, resubmitAwaited: false } });

  it.each<[string, Command, string[]]>([
    ['waiting', report(1), ['registry-status.reported']],
    ['in process', report(3), ['registry-status.reported']],
    ['supplement', report(2), ['supplement.requested']],
    ['refused', report(6), ['dossier.refused']],
    ['completed with file', report(4, true), ['registration.completed']],
    ['completed without file', report(4), ['registry-status.reported']],
  ])('%s', (_name, command, expected) => {
    expect(types(accept(waiting(), command, birth, NOW))).toEqual(expected);
  });

  it('says a number once', () => {
    const after = evolve(waiting(), { type: 'registry-status.reported', data: { status: 3, at: AT } }, AT);
    expect(types(accept(after, report(3), birth, NOW))).toEqual([]);
  });

  it('takes a row as evidence that the push arrived', () => {
    expect(types(accept(born({ state: 'with-registry' }), report(4, true), birth, NOW))).toEqual([
      'registration.submitted',
      'registration.completed',
    ]);
  });

  it('reports a registration that came after a withdrawal as a discrepancy', () => {
    expect(types(accept(born({ state: 'withdrawn' }), report(4, true), birth, NOW))).toEqual([
      'registry-status.reported',
      'discrepancy.found',
    ]);
  });
});

describe('accept: deliveries', () => {
  it('does not assign a code twice, and reports another code as a discrepancy', () => {
    const settled = (oneStopCode: string): Command => ({
      kind: 'delivery-settled',
      partner: 'onestop',
      operation: 'hand-over-dossier',
      outcome: 'accepted',
      oneStopCode,
      at: AT,
    });
    const known = born({
      state: 'with-one-stop',
      codes: { dvclt: 'G22.99.08-261125-000001', oneStop: 'H99.1', registry: [] },
    });
    expect(types(accept(born(), settled('H99.1'), birth, NOW))).toEqual([
      'one-stop-code.assigned',
      'partner-status.confirmed',
    ]);
    expect(types(accept(known, settled('H99.1'), birth, NOW))).toEqual(['partner-status.confirmed']);
    expect(types(accept(known, settled('H99.2'), birth, NOW))).toEqual(['discrepancy.found']);
  });

  it("does not let a late answer of the one-stop overtake the one-stop's own decision", () => {
    const reported = (causedSeq: number): Command => ({
      kind: 'delivery-settled',
      partner: 'onestop',
      operation: 'report-status',
      outcome: 'accepted',
      status: 9,
      causedSeq,
      at: AT,
    });
    const registered = born({ state: 'registered', version: 7 });
    const handedOver = evolve(registered, { type: 'result.handed-over', data: { decidedAt: AT } }, AT);
    expect(types(accept(registered, reported(7), birth, NOW))).toEqual(['partner-status.confirmed']);
    expect(types(accept(handedOver, reported(7), birth, NOW))).toEqual([]);
    expect(handedOver.statuses.oneStop).toBe(10);
  });

  it('tells nobody of a push that arrived after a withdrawal', () => {
    const verdict = accept(
      born({ state: 'withdrawn' }),
      { kind: 'delivery-settled', partner: 'hotich', operation: 'submit-registration', outcome: 'accepted', at: AT },
      birth,
      NOW,
    );
    expect(types(verdict)).toEqual(['discrepancy.found']);
  });

  it('raises attention on a passed supplement deadline and refuses nothing', () => {
    const before = born({ state: 'awaiting-supplement', supplement: { by: 'one-stop', deadline: AT } });
    const verdict = accept(before, { kind: 'supplement-deadline-passed', deadline: AT }, birth, NOW);
    const events: readonly DossierEvent[] = 'events' in verdict ? verdict.events : [];
    expect(events.reduce<DossierState>((state, event) => evolve(state, event, AT), before)).toMatchObject({
      state: 'awaiting-supplement',
      attention: true,
    });
  });
});
