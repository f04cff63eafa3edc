import { join } from 'node:path';
import { loadProcedures } from '../adapters/load-procedures';
import { accept } from './accept';
import type { Command } from './commands';
import type { DossierEvent } from './events';
import { evolve } from './evolve';
import { isMoot, react } from './react';
import type { DossierState } from './state';

const procedures = loadProcedures(join(__dirname, '../../../config'));
const birth = procedures.find((one) => one.id === 'birth-group')!;
const NOW = new Date('2026-11-25T02:00:00Z');
const AT = NOW.toISOString();

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
const decide = (decision: Extract<Command, { kind: 'decide' }>['decision']): Command => ({
  kind: 'decide',
  decision,
  decidedAt: AT,
  registration: 'none',
});

/** Runs commands through accept and evolve, and collects what react plans for each event. */
function run(commands: readonly Command[]): { state: DossierState; events: DossierEvent[]; messages: string[] } {
  let state: DossierState | null = null;
  const events: DossierEvent[] = [];
  const messages: string[] = [];
  for (const command of commands) {
    const verdict = accept(state, command, birth, NOW);
    if ('conflict' in verdict) throw new Error(`${command.kind}: ${verdict.conflict.code}`);
    for (const event of verdict.events) {
      state = evolve(state, event, AT);
      events.push(event);
      messages.push(
        ...react(state, event, birth, AT).deliveries.map((one) =>
          [one.partner, one.operation, one.facts.status].filter((part) => part !== undefined).join(' '),
        ),
      );
    }
  }
  return { state: state!, events, messages };
}

const handedOver: Command = {
  kind: 'delivery-settled',
  partner: 'onestop',
  operation: 'hand-over-dossier',
  outcome: 'accepted',
  oneStopCode: 'H99.101-261125-0001',
  at: AT,
};
const pushed: Command = {
  kind: 'delivery-settled',
  partner: 'hotich',
  operation: 'submit-registration',
  outcome: 'accepted',
  at: AT,
};
const completed: Command = {
  kind: 'registry-reported',
  status: 4,
  at: AT,
  result: { registryCode: '17/2026', resultRef: 'result-1', resultDigest: 'digest-r' },
};

describe('react over a birth journey', () => {
  it('sends the messages of the mapping table in order [Q14]', () => {
    const { state, messages } = run([
      receive,
      handedOver,
      decide('accept'),
      pushed,
      { kind: 'registry-reported', status: 3, at: AT },
      completed,
      decide('hand-over'),
    ]);
    expect(state.state).toBe('finished');
    expect(messages).toEqual([
      'dvclt acknowledge-receipt',
      'onestop hand-over-dossier',
      'dvclt push-status 1',
      'dvcqg sync-dossier 1',
      'dvcqg append-progress 1',
      'dvclt push-status 3',
      'hotich submit-registration',
      'dvcqg sync-dossier 2',
      'dvcqg append-progress 2',
      'dvclt push-status 7',
      'onestop report-status 4',
      'dvcqg sync-dossier 4',
      'dvcqg append-progress 4',
      'dvclt push-status 4',
      'onestop report-status 9',
      'dvcqg sync-dossier 9',
      'dvcqg append-progress 9',
      'dvclt push-status 5',
      'dvcqg sync-dossier 10',
      'dvcqg append-progress 10',
    ]);
  });

  it('repeats 3, 7 and 4 after a supplement that hộ tịch asked for, and never a second 1', () => {
    const { messages, state } = run([
      receive,
      handedOver,
      decide('accept'),
      pushed,
      { kind: 'registry-reported', status: 2, at: AT },
      { kind: 'receive-again', contentRef: 'content-2', contentDigest: 'digest-2' },
      decide('accept'),
      pushed,
      completed,
      decide('hand-over'),
    ]);
    expect(
      messages.filter((message) => message.startsWith('dvclt push-status')).map((message) => message.slice(-1)),
    ).toEqual(['1', '3', '7', '2', '3', '7', '4', '5']);
    expect(state.round).toBe(1);
  });

  it('marks the second push of a registration as a re-push only when the first one arrived', () => {
    const before = run([
      receive,
      handedOver,
      decide('request-supplement'),
      { kind: 'receive-again', contentRef: 'content-2', contentDigest: 'digest-2' },
      decide('accept'),
    ]);
    const first = react(before.state, before.events.at(-1)!, birth, AT).deliveries.find(
      (one) => one.operation === 'submit-registration',
    );
    expect(first?.facts).toMatchObject({ round: 1, repush: false, contentRef: 'content-2' });
  });

  it('tells the re-push which request it answers', () => {
    const { state, events } = run([
      receive,
      handedOver,
      decide('accept'),
      pushed,
      { kind: 'registry-reported', status: 2, at: '2026-11-25T03:00:00Z' },
      { kind: 'receive-again', contentRef: 'content-2', contentDigest: 'digest-2' },
      decide('accept'),
    ]);
    const again = react(state, events.at(-1)!, birth, AT).deliveries.find(
      (one) => one.operation === 'submit-registration',
    );
    expect(again?.facts).toMatchObject({
      repush: true,
      answersRequestAt: '2026-11-25T03:00:00Z',
      contentRef: 'content-2',
    });
  });

  it('tells the portal alone of a fee, a withdrawal and a stop', () => {
    for (const [decision, status] of [
      ['require-fee', 6],
      ['withdraw', 7],
      ['stop', 8],
    ] as const) {
      const { messages } = run([receive, handedOver, decide(decision)]);
      expect(messages.slice(5)).toEqual([`dvcqg sync-dossier ${status}`, `dvcqg append-progress ${status}`]);
    }
  });

  it('calls an unsent registration moot once the dossier has ended', () => {
    const { state, events } = run([receive, handedOver, decide('accept')]);
    const registration = react(state, events.at(-1)!, birth, AT).deliveries.find(
      (one) => one.operation === 'submit-registration',
    )!;
    expect(isMoot(registration, state)).toBe(false);
    expect(isMoot(registration, { ...state, state: 'withdrawn' })).toBe(true);
  });
});

describe('procedures as data', () => {
  it('asks the one-stop and the portal for their code by date of receipt', () => {
    const code = (day: string): unknown => {
      const verdict = accept(null, { ...receive, receivedAt: `${day}T09:00:00+07:00` }, birth, NOW);
      return 'events' in verdict
        ? (verdict.events[0]?.data as { localProcedureCode: string }).localProcedureCode
        : undefined;
    };
    expect(code('2026-08-31')).toBe('2.002621');
    expect(code('2026-09-01')).toBe('3.000722');
  });

  it('adds the identity card leg from 01/09/2026 and narrows the legs of 2.001023', () => {
    const legs = (day: string, procedureCode: string): string[] => {
      const verdict = accept(null, { ...receive, procedureCode, receivedAt: `${day}T09:00:00+07:00` }, birth, NOW);
      return 'events' in verdict
        ? (verdict.events[0]?.data as { legs: { leg: string }[] }).legs.map((leg) => leg.leg)
        : [];
    };
    expect(legs('2026-08-31', '2.000986')).toEqual([
      'birth-registration',
      'permanent-residence',
      'health-insurance-card',
    ]);
    expect(legs('2026-09-01', '3.000722')).toContain('child-identity-card');
    expect(legs('2026-09-01', '2.001023')).toEqual(['birth-registration', 'health-insurance-card']);
  });
});
