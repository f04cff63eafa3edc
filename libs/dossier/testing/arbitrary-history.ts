import fc from 'fast-check';
import { accept } from '../domain/accept';
import type { Command, Decision, Verdict } from '../domain/commands';
import type { DossierEvent } from '../domain/events';
import { evolve } from '../domain/evolve';
import { PARTNER_IDS } from '../domain/partners';
import type { Procedure } from '../domain/procedure';
import { react, type PlannedDelivery } from '../domain/react';
import type { DossierState } from '../domain/state';
import { RegistryStatus } from '../domain/statuses';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

const MINUTE_MS = 60_000;
const START = Date.parse('2026-08-28T01:00:00Z');

/** Times round the dates of change of 01/09/2026. */
const instant = fc.integer({ min: 0, max: 12_000 }).map((minutes) => new Date(START + minutes * MINUTE_MS));
const instantText = instant.map((at) => at.toISOString());
/** What a caller may hand over where an instant is asked for. */
const anyTimeText = fc.oneof({ weight: 9, arbitrary: instantText }, { weight: 1, arbitrary: fc.string() });
/** Few, so that a deadline that passes is one that was set. */
const deadline = fc.constantFrom('2026-09-10T17:00:00.000+07:00', '2026-09-11T17:00:00.000+07:00');
const reference = fc.constantFrom('ref-1', 'ref-2', 'ref-3');
/** Few, so that contents and codes meet again. */
const digest = fc.constantFrom('digest-1', 'digest-2', 'digest-3', 'digest-4', 'digest-5');
const oneStopCode = fc.constantFrom('H99.101-261125-0001', 'H99.101-261125-0002');
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Members without those that are undefined: an absent member is absent on the wire too. */
function present<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

/** The first command of a dossier of this procedure, from either source, on either side of the dates of change. */
function receiveOf(procedure: Procedure): fc.Arbitrary<Of<'receive'>> {
  return fc
    .record({
      kind: fc.constant('receive' as const),
      module: fc.constant(procedure.module),
      procedureCode: fc.constantFrom(...procedure.codes.map((one) => one.code)),
      unit: fc.constantFrom('00123', '99001'),
      receivedAt: instantText,
      source: fc.constantFrom('dvclt' as const, 'onestop' as const),
      dvcltCode: fc.constant('G22.99.08-261125-000001'),
      contentRef: reference,
      contentDigest: digest,
      oneStopCode: optional(oneStopCode),
    })
    .map((command) =>
      present({ ...command, oneStopCode: command.source === 'onestop' ? command.oneStopCode : undefined }),
    );
}

const decision: fc.Arbitrary<Decision> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('accept' as const) },
  { weight: 3, arbitrary: fc.constant('request-supplement' as const) },
  { weight: 3, arbitrary: fc.constant('hand-over' as const) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Decision>('require-fee', 'refuse', 'withdraw', 'stop'),
  },
);

const decide: fc.Arbitrary<Command> = fc
  .record({
    kind: fc.constant('decide' as const),
    decision,
    decidedAt: anyTimeText,
    officerRef: optional(reference),
    supplementDeadline: optional(deadline),
    oneStopCode: optional(oneStopCode),
    registration: fc.constantFrom(
      'none' as const,
      'unsent' as const,
      'in-flight' as const,
      'unknown' as const,
      'settled' as const,
    ),
  })
  .map(present);

const OPERATIONS = [
  ['dvclt', 'acknowledge-receipt'],
  ['dvclt', 'push-status'],
  ['onestop', 'hand-over-dossier'],
  ['onestop', 'report-status'],
  ['hotich', 'submit-registration'],
  ['hotich', 'submit-registration'],
  ['dvcqg', 'sync-dossier'],
  ['dvcqg', 'append-progress'],
] as const;

const settled: fc.Arbitrary<Command> = fc
  .record({
    lane: fc.constantFrom(...OPERATIONS),
    outcome: fc.constantFrom('accepted' as const, 'already-applied' as const),
    status: optional(fc.integer({ min: 1, max: 10 })),
    round: optional(fc.integer({ min: 0, max: 3 })),
    repush: optional(fc.boolean()),
    causedSeq: optional(fc.integer({ min: 1, max: 30 })),
    oneStopCode: optional(oneStopCode),
    provenStatus: optional(fc.integer({ min: 1, max: 10 })),
    at: instantText,
  })
  .map(({ lane: [partner, operation], ...rest }) =>
    present({ kind: 'delivery-settled' as const, partner, operation, ...rest }),
  );

const ended: fc.Arbitrary<Command> = fc.record({
  kind: fc.constantFrom('delivery-dead' as const, 'delivery-unresolved' as const),
  partner: fc.constantFrom(...PARTNER_IDS),
  operation: fc.constantFrom(...OPERATIONS.map(([, operation]) => operation)),
  deliveryId: fc.constant('delivery-1'),
  reasonCode: fc.constantFrom('http.5xx', 'text.unmatched'),
});

const result = fc.record({
  registryCode: fc.constantFrom('00123/KS/17/01-2026', '00123/KS/18/01-2026'),
  resultRef: reference,
  resultDigest: digest,
});

const reported: fc.Arbitrary<Command> = fc
  .record({
    kind: fc.constant('registry-reported' as const),
    status: fc.constantFrom(
      RegistryStatus.WaitingForAcceptance,
      RegistryStatus.SupplementRequired,
      RegistryStatus.InProcess,
      RegistryStatus.Completed,
      RegistryStatus.Completed,
      RegistryStatus.Refused,
    ),
    at: anyTimeText,
    hasTime: fc.boolean(),
    supplementDeadline: optional(deadline),
    officerRef: optional(reference),
    result: optional(result),
  })
  .map(({ hasTime, ...row }) =>
    present({
      ...row,
      changedAt: hasTime ? row.at : undefined,
      result: row.status === RegistryStatus.Completed ? row.result : undefined,
    }),
  );

const deadlinePassed: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant('supplement-deadline-passed' as const),
  deadline,
});

const rest: fc.Arbitrary<Command> = fc.oneof(
  ended,
  fc.record({ kind: fc.constant('portal-found' as const), via: fc.constant('dvcqg.dossier-exists') }),
  fc.record({
    kind: fc.constant('discrepancy' as const),
    partner: fc.constantFrom(...PARTNER_IDS),
    class: fc.constant('registry-code-taken'),
  }),
  fc.record({
    kind: fc.constant('discrepancy-closed' as const),
    partner: fc.constantFrom(...PARTNER_IDS),
    class: fc.constant('registry-code-taken'),
  }),
  fc.record({
    kind: fc.constant('record-conflict' as const),
    reason: fc.constant('decision-not-allowed'),
    messageId: reference,
  }),
  fc.record({ kind: fc.constant('clear-attention' as const), reason: fc.constant('looked-at') }),
);

const receivedAgain: fc.Arbitrary<Command> = fc
  .record({
    kind: fc.constant('receive-again' as const),
    contentRef: reference,
    contentDigest: digest,
    messageId: optional(reference),
  })
  .map(present);

/** Any command at any moment: what no part of the product would ask for is among them. */
function anyCommand(procedure: Procedure): fc.Arbitrary<Command> {
  return fc.oneof(
    { weight: 1, arbitrary: receiveOf(procedure) },
    { weight: 4, arbitrary: receivedAgain },
    { weight: 9, arbitrary: decide },
    { weight: 8, arbitrary: settled },
    { weight: 7, arbitrary: reported },
    { weight: 3, arbitrary: deadlinePassed },
    { weight: 3, arbitrary: rest },
  );
}

/** A fact with what followed from it. */
export interface PlayedEvent {
  event: DossierEvent;
  /** RFC 3339. */
  at: string;
  before: DossierState | null;
  after: DossierState;
  deliveries: readonly PlannedDelivery[];
}

/** A command with its verdict; `played` is empty after a conflict. */
export interface PlayedCommand {
  command: Command;
  before: DossierState | null;
  verdict: Verdict;
  played: readonly PlayedEvent[];
}

/** Asks `accept` for one command at an instant, folds its events and asks `react` what each causes. */
export function playOne(procedure: Procedure, before: DossierState | null, command: Command, now: Date): PlayedCommand {
  const verdict = accept(before, command, procedure, now);
  const at = now.toISOString();
  const played: PlayedEvent[] = [];
  let state = before;
  for (const event of 'events' in verdict ? verdict.events : []) {
    const after = { ...evolve(state, event, at), id: 'dossier-1' };
    played.push({ event, at, before: state, after, deliveries: react(after, event, procedure, at).deliveries });
    state = after;
  }
  return { command, before, verdict, played };
}

/** State after a played command. */
export function stateAfter(one: PlayedCommand): DossierState | null {
  return one.played.at(-1)?.after ?? one.before;
}

/** Plays commands one after the other from nothing, each a minute after the one before. */
export function play(procedure: Procedure, commands: readonly Command[]): PlayedCommand[] {
  const history: PlayedCommand[] = [];
  let state: DossierState | null = null;
  for (const [index, command] of commands.entries()) {
    const one = playOne(procedure, state, command, new Date(START + index * MINUTE_MS));
    history.push(one);
    state = stateAfter(one);
  }
  return history;
}

/** A dossier of this procedure that is received and then meets anything. */
export function anyHistory(procedure: Procedure): fc.Arbitrary<readonly Command[]> {
  return fc
    .tuple(receiveOf(procedure), fc.array(anyCommand(procedure), { minLength: 1, maxLength: 40 }))
    .map(([first, others]) => [first, ...others]);
}
