import { join } from 'node:path';
import fc from 'fast-check';
import { LAW_SEED, lawRun } from '#testing';
import { loadProcedures } from '../adapters/load-procedures';
import {
  anyHistory,
  play,
  playOne,
  stateAfter,
  type PlayedCommand,
  type PlayedEvent,
} from '../testing/arbitrary-history';
import { DvcltOrder, evidenceFor, truePortalStatuses } from '../testing/truths';
import { allowedDecisions, isFinal } from './decisions';
import { DOSSIER_EVENT_TYPES, DOSSIER_STATES } from './events';
import { evolve } from './evolve';
import { messageKey } from './procedure';
import { isMoot, react, type PlannedDelivery } from './react';
import type { DossierState } from './state';

const procedures = loadProcedures(join(__dirname, '../../../config'));
const NOW = new Date('2026-11-25T02:00:00Z');
const RUN = lawRun(200, 5_000);

/** Any command in any order, of any procedure: what the laws of a dossier are held against. */
describe.each(procedures.map((procedure) => [procedure.id, procedure] as const))(
  `laws of a dossier's history, %s, seed ${LAW_SEED}`,
  (_id, procedure) => {
    const histories = anyHistory(procedure);
    const holds = (law: (history: readonly PlayedCommand[]) => void): void =>
      fc.assert(
        fc.property(histories, (commands) => law(play(procedure, commands))),
        RUN,
      );

    it('these histories meet every state and every event', () => {
      const sample = fc.sample(histories, RUN).flatMap((commands) => play(procedure, commands));
      const states = new Set(sample.map((one) => stateAfter(one)?.state));
      const events = new Set(sample.flatMap((one) => one.played.map(({ event }) => event.type)));
      expect(DOSSIER_STATES.filter((state) => !states.has(state))).toEqual([]);
      expect(DOSSIER_EVENT_TYPES.filter((type) => !events.has(type))).toEqual([]);
    });

    it('accept, evolve and react are total, and the same commands give the same history', () => {
      fc.assert(
        fc.property(histories, (commands) => {
          expect(JSON.stringify(play(procedure, commands))).toBe(JSON.stringify(play(procedure, commands)));
        }),
        RUN,
      );
    });

    it('numbers the journal without a gap and lets nothing but events change the state', () => {
      holds((history) => {
        const events = eventsOf(history);
        expect(events.map((one) => one.after.version)).toEqual(events.map((_, index) => index + 1));
        for (const one of history) if ('conflict' in one.verdict) expect(one.played).toEqual([]);
      });
    });

    it('a conflict names the state as it is and only decisions that are taken', () => {
      holds((history) => {
        for (const { before, verdict } of history) {
          if (!('conflict' in verdict)) continue;
          expect(verdict.conflict.state).toBe(before?.state ?? null);
          for (const decision of verdict.conflict.allowedDecisions) {
            const command = { kind: 'decide', decision, decidedAt: NOW.toISOString(), registration: 'none' } as const;
            expect(playOne(procedure, before, command, NOW).verdict).toHaveProperty('events');
          }
        }
      });
    });

    it('an end is an end', () => {
      holds((history) => {
        for (const { before, after } of eventsOf(history)) {
          if (before && isFinal(before.state)) expect(after.state).toBe(before.state);
        }
      });
    });

    it('never plans an order of statuses that DVCLT refuses, and no step but a 2 twice in a round [Q14]', () => {
      holds((history) => {
        const order = new DvcltOrder();
        for (const { event, deliveries } of eventsOf(history)) {
          if (event.type === 'supplement.received') order.supplement();
          for (const status of dvcltStatuses(deliveries)) expect(order.push(status)).toBeUndefined();
        }
      });
    });

    it('every message is caused by the fact that it tells: no step is invented [Q14]', () => {
      holds((history) => {
        for (const { event, after, deliveries } of eventsOf(history)) {
          const fact = messageKey(event, after.source).replace(/\/(dvclt|onestop)$/, '');
          for (const planned of deliveries) expect(evidenceFor(planned)).toContain(fact);
        }
      });
    });

    it('tells the portal only what is true in that moment, and never 9 in place of 5, 6 or 8', () => {
      holds((history) => {
        for (const { after, deliveries } of eventsOf(history)) {
          expect(truePortalStatuses(after)).toContain(after.portalStatus);
          for (const { partner, facts } of deliveries) {
            if (partner === 'dvcqg') expect(facts.status).toBe(after.portalStatus);
          }
        }
      });
    });

    it('an end by decision leaves no unsent registration, and nothing else is moot', () => {
      holds((history) => {
        const last = stateAfter(history.at(-1)!);
        const hasEnded = ['refused', 'withdrawn', 'stopped'].includes(last?.state ?? '');
        const isRefusedByRegistry = eventsOf(history).some(
          ({ event }) => event.type === 'dossier.refused' && event.data.by === 'registry',
        );
        const pointless = ['submit-registration', ...(isRefusedByRegistry ? [] : ['report-status'])];
        for (const planned of eventsOf(history).flatMap((one) => one.deliveries)) {
          const isMootNow = isMoot(planned, last!);
          expect(isMootNow).toBe(hasEnded && pointless.includes(planned.operation));
        }
      });
    });

    it('tells hộ tịch, DVCLT and the one-stop nothing more once a dossier has ended', () => {
      holds((history) => {
        for (const { before, event, deliveries } of eventsOf(history)) {
          if (!before || !isFinal(before.state)) continue;
          // What is listed again is acknowledged, whatever has become of it.
          const others = deliveries.filter((one) => one.operation !== 'acknowledge-receipt');
          expect([event.type, others]).toEqual([event.type, []]);
        }
      });
    });

    it('reacting again from any place of the journal, with the state as it is kept, plans the same', () => {
      holds((history) => {
        let kept: DossierState | null = null;
        for (const { event, at, deliveries } of eventsOf(history)) {
          kept = asKept({ ...evolve(kept, event, at), id: 'dossier-1' });
          expect(asKept(react(kept, event, procedure, at).deliveries)).toEqual(asKept(deliveries));
        }
      });
    });

    it('the same command once more has no second effect but a further acknowledgement [Q10 Q11 Q13]', () => {
      holds((history) => {
        for (const one of history) {
          // A fee may be asked for twice: such decisions are told apart by their Idempotency-Key or position.
          if (one.command.kind === 'decide' && one.command.decision === 'require-fee') continue;
          const before = stateAfter(one);
          const again = playOne(procedure, before, one.command, NOW);
          const messages = again.played.flatMap(({ deliveries }) => deliveries.map(({ operation }) => operation));
          expect(messages.filter((operation) => operation !== 'acknowledge-receipt')).toEqual([]);
          expect(stateAfter(again)?.state).toBe(before?.state);
        }
      });
    });

    it('a decision is taken exactly when the list of allowed ones has it', () => {
      holds((history) => {
        for (const { before, command, verdict } of history) {
          if (command.kind !== 'decide' || command.oneStopCode !== undefined || !before) continue;
          expect('events' in verdict).toBe(allowedDecisions(before.state).includes(command.decision));
        }
      });
    });
  },
);

function eventsOf(history: readonly PlayedCommand[]): PlayedEvent[] {
  return history.flatMap((one) => one.played);
}

function dvcltStatuses(deliveries: readonly PlannedDelivery[]): number[] {
  return deliveries.filter((one) => one.operation === 'push-status').map((one) => one.facts.status!);
}

/** As a value comes back from the JSON beside the journal. */
function asKept<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
