import { join } from 'node:path';
import { loadProcedures } from '../adapters/load-procedures';
import { accept } from './accept';
import type { Command, Decision } from './commands';
import type { DossierEvent } from './events';
import { evolve } from './evolve';
import { isMoot, react } from './react';
import type { DossierState } from './state';

const birth = loadProcedures(join(__dirname, '../../../config')).find((one) => one.id === 'birth-group')!;
const NOW = new Date('2026-11-25T02:00:00Z');
const FIRST = '2026-11-25T10:00:00+07:00';
const LATER = '2026-11-25T10:00:01+07:00';

const receive: Command = {
  kind: 'receive',
  module: 'KS',
  procedureCode: '2.000986',
  unit: '00123',
  receivedAt: '2026-11-25T09:00:00+07:00',
  source: 'dvclt',
  dvcltCode: 'G22.99.08-261125-000001',
  contentRef: 'content-1',
  contentDigest: 'digest-1',
};
const handedOver: Command = {
  kind: 'delivery-settled',
  partner: 'onestop',
  operation: 'hand-over-dossier',
  outcome: 'accepted',
  oneStopCode: 'H99.101-261125-0001',
  at: FIRST,
};
const pushed: Command = {
  kind: 'delivery-settled',
  partner: 'hotich',
  operation: 'submit-registration',
  outcome: 'accepted',
  at: FIRST,
};
const supplement: Command = { kind: 'receive-again', contentRef: 'content-2', contentDigest: 'digest-2' };

function decide(decision: Decision, change: Partial<Extract<Command, { kind: 'decide' }>> = {}): Command {
  return { kind: 'decide', decision, decidedAt: FIRST, registration: 'settled', ...change };
}

function asks(changedAt?: string, supplementDeadline?: string): Command {
  return {
    kind: 'registry-reported',
    status: 2,
    at: changedAt ?? FIRST,
    ...(changedAt ? { changedAt } : {}),
    ...(supplementDeadline ? { supplementDeadline } : {}),
  };
}

interface Played {
  state: DossierState;
  /** Of the last command. */
  events: readonly DossierEvent[];
  /** What the last command has us say, as `partner operation status`. */
  says: readonly string[];
}

function play(...commands: readonly Command[]): Played {
  let state: DossierState | null = null;
  let last: Played | undefined;
  for (const command of commands) {
    const verdict = accept(state, command, birth, NOW);
    if ('conflict' in verdict) throw new Error(`${command.kind}: ${verdict.conflict.code}`);
    const says: string[] = [];
    for (const event of verdict.events) {
      state = evolve(state, event, FIRST);
      for (const { partner, operation, facts } of react(state, event, birth, FIRST).deliveries)
        says.push([partner, operation, facts.status].filter((part) => part !== undefined).join(' '));
    }
    last = { state: state!, events: verdict.events, says };
  }
  return last!;
}

const typesOf = ({ events }: Played): string[] => events.map((event) => event.type);
const withRegistry = [receive, handedOver, decide('accept', { registration: 'none' }), pushed] as const;

describe('hộ tịch asks again while its supplement is awaited', () => {
  it('passes the later request on with its deadline', () => {
    const again = play(...withRegistry, asks(FIRST), asks(LATER, '2026-12-10T17:00:00+07:00'));
    expect(again.events).toEqual([
      {
        type: 'supplement.requested',
        data: { decidedAt: LATER, by: 'registry', deadline: '2026-12-10T17:00:00+07:00' },
      },
    ]);
    expect(again.says).toEqual([
      'dvclt push-status 2',
      'onestop report-status 5',
      'dvcqg sync-dossier 5',
      'dvcqg append-progress 5',
    ]);
    expect(again.state).toMatchObject({
      state: 'awaiting-supplement',
      supplement: { by: 'registry', deadline: '2026-12-10T17:00:00+07:00' },
      registry: { askedAt: LATER },
    });
  });

  it.each([
    ['the same time', asks(FIRST)],
    ['no time at all', asks()],
    ['an earlier time', asks('2026-11-25T09:59:59+07:00')],
  ])('takes a row with %s for the same request', (_name, row) => {
    expect(typesOf(play(...withRegistry, asks(FIRST), row))).toEqual([]);
  });

  it('compares instants and not texts', () => {
    expect(typesOf(play(...withRegistry, asks(FIRST), asks('2026-11-25T03:00:00Z')))).toEqual([]);
  });

  it('leaves the citizen with the request of the one-stop when that is the one awaited', () => {
    const counter = [...withRegistry, asks(FIRST), supplement, decide('request-supplement')] as const;
    const again = play(...counter, asks(LATER));
    expect(typesOf(again)).toEqual(['registry-status.reported']);
    expect(again.says).toEqual([]);
    expect(again.state).toMatchObject({ supplement: { by: 'one-stop' }, registry: { askedAt: LATER } });
  });

  it('answers the later request with the push when the supplement lies at the one-stop already', () => {
    const again = play(...withRegistry, asks(FIRST), supplement, asks(LATER), decide('accept'));
    const submission = react(again.state, again.events[0], birth, FIRST).deliveries.find(
      ({ operation }) => operation === 'submit-registration',
    );
    expect(submission?.facts).toMatchObject({ repush: true, answersRequestAt: LATER });
  });

  it('passes on what it asks right after a supplement has reached it', () => {
    const again = play(...withRegistry, asks(FIRST), supplement, decide('accept'), pushed, asks(LATER));
    expect(typesOf(again)).toEqual(['supplement.requested']);
    expect(again.state.registry.askedAt).toBe(LATER);
  });
});

describe('a passed deadline', () => {
  const overdue: Command = { kind: 'supplement-deadline-passed', deadline: LATER };
  const asked = decide('request-supplement', { registration: 'none', supplementDeadline: LATER });

  it('calls a person once, however many timers ran to it', () => {
    expect(typesOf(play(receive, handedOver, asked, overdue))).toEqual(['supplement.overdue']);
    expect(typesOf(play(receive, handedOver, asked, overdue, overdue))).toEqual([]);
  });

  it('calls again in a later round with the same deadline', () => {
    const round = [receive, handedOver, asked, overdue, supplement, asked] as const;
    expect(typesOf(play(...round, overdue))).toEqual(['supplement.overdue']);
  });

  it('says nothing when the supplement came in time', () => {
    expect(typesOf(play(receive, handedOver, asked, supplement, overdue))).toEqual([]);
  });

  it('leaves the supplement welcome', () => {
    const late = play(receive, handedOver, asked, overdue, supplement);
    expect(late.state).toMatchObject({ state: 'with-one-stop', attention: true, round: 1 });
  });
});

describe('hộ tịch after an end by the one-stop', () => {
  const ended = [...withRegistry, decide('withdraw')] as const;
  const report = (status: 1 | 2 | 3 | 4 | 6): Command => ({ kind: 'registry-reported', status, at: LATER });

  it('is a difference when it registers, once', () => {
    const registered = play(...ended, report(4));
    expect(registered.events.map((event) => event.data)).toEqual([
      { status: 4, at: LATER },
      { partner: 'hotich', class: 'registered-after-end' },
    ]);
    expect(registered.says).toEqual([]);
    expect(registered.state).toMatchObject({ state: 'withdrawn', attention: true });
    expect(typesOf(play(...ended, report(4), report(4)))).toEqual([]);
  });

  it.each([
    [1, []],
    [2, []],
    [3, []],
    [6, ['registry-status.reported']],
  ] as const)('is none when it says %d', (status, expected) => {
    const told = play(...ended, report(status));
    expect(typesOf(told)).toEqual(expected);
    expect(told.state.attention).toBe(false);
  });
});

describe('an end by the one-stop', () => {
  const completedWithoutFile: Command = { kind: 'registry-reported', status: 4, at: FIRST };

  it.each(['withdraw', 'stop'] as const)('by %s is a discrepancy when hộ tịch says that it has registered', (end) => {
    const ended = play(...withRegistry, completedWithoutFile, decide(end));
    expect(ended.events.at(-1)).toEqual({
      type: 'discrepancy.found',
      data: { partner: 'hotich', class: 'registered-before-end' },
    });
    expect(ended.state.attention).toBe(true);
  });

  it('is none when hộ tịch only has the dossier', () => {
    expect(typesOf(play(...withRegistry, decide('withdraw')))).toEqual(['dossier.withdrawn']);
  });

  it('while the registration is on its way names that alone', () => {
    const ended = play(...withRegistry.slice(0, 3), decide('withdraw', { registration: 'unknown' }));
    expect(ended.events.slice(1).map((event) => event.data)).toEqual([
      { partner: 'hotich', class: 'registration-on-its-way-at-end' },
    ]);
  });

  it.each([
    ['withdraw', withRegistry],
    ['stop', withRegistry],
    ['refuse', [...withRegistry, asks(FIRST)]],
  ] as const)('by %s makes what the one-stop was to be told of hộ tịch moot', (end, before) => {
    const { state } = play(...before, decide(end));
    expect(isMoot({ operation: 'report-status' }, state)).toBe(true);
    expect(isMoot({ operation: 'push-status' }, state)).toBe(false);
  });

  it('by hộ tịch leaves the one-stop to be told', () => {
    const { state } = play(...withRegistry, { kind: 'registry-reported', status: 6, at: FIRST });
    expect(isMoot({ operation: 'report-status' }, state)).toBe(false);
  });
});
