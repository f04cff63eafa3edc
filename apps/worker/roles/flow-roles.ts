import { Relay, SequencerLoop } from '#bus';
import { Router, ROUTER_GROUP } from '#delivery';
import { fireTimers } from '#dossier';
import { registryWatch } from '#intake';
import type { Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';

/** Between two looks for what is to be routed without the bus (DESIGN §3), ms. */
const SWEEP_EVERY_MS = 500;
/** A consumer that has joined its group asks the broker at least twice a second: one that has not for so long stands still, ms. */
const SILENT_BUS_MS = 1_500;
const CLOCKS_EVERY_MS = 1_000;

/** Numbers what is committed. */
export function sequencerRole({ relayDb, doorbell, log }: Foundation): Role {
  const loop = new SequencerLoop({ db: relayDb, doorbell, log });
  return { name: 'sequencer', start: () => loop.start(), stop: () => loop.stop() };
}

/** Hands the numbered events to the bus. The PostgreSQL driver reads the event log itself: there the relay rests, and an installation
 *  that moves to Kafka later publishes its history first. */
export function relayRole({ relayDb, doorbell, log, bus, settings }: Foundation): Role {
  const relay = new Relay({ db: relayDb, publisher: bus, doorbell, log });
  return {
    name: 'relay',
    start: () => (settings.bus.kind === 'kafka' ? relay.start() : undefined),
    stop: () => relay.stop(),
  };
}

/** Turns facts into deliveries: knocked by the bus, swept by itself. */
export function routerRole(foundation: Foundation): Role {
  const { db, doorbell, log, ids, clock, procedures, bus, syncLog } = foundation;
  const router = new Router({ db, doorbell, log, ids, clock, procedures, registryWatch, syncLog });
  const isAlone = (): boolean => (bus.lastFetchAgeMs() ?? Number.POSITIVE_INFINITY) > SILENT_BUS_MS;
  const round = (): Promise<number> => router.sweep(isAlone());
  const sweeper = periodicRole({ name: 'sweeper', everyMs: SWEEP_EVERY_MS, round, log });
  let subscription: { stop(): Promise<void> } | undefined;
  return {
    name: 'router',
    start: () => {
      subscription = bus.subscribe({ group: ROUTER_GROUP, handle: (batch, context) => router.handle(batch, context) });
      return sweeper.start();
    },
    stop: async () => {
      await Promise.all([subscription?.stop(), sweeper.stop()]);
    },
  };
}

/** Between two looks for what a crash left of large messages, ms. */
const DRAFTS_EVERY_MS = 600_000;
/** No message is read for so long, ms. */
const MAX_DRAFT_AGE_MS = 3_600_000;

/** Fires what is due: deadlines of supplements. Clears away what a crash left of large messages. */
export function clocksRole({ db, apply, log, doorbell, vault, clock }: Foundation): Role {
  const round = async (): Promise<number> => {
    const fired = await fireTimers(db, apply);
    if (fired > 0) doorbell.ring('outbox');
    return fired;
  };
  const sweepDrafts = (): Promise<number> => vault.sweepDrafts(new Date(clock.now().getTime() - MAX_DRAFT_AGE_MS));
  const roles = [
    periodicRole({ name: 'clocks', everyMs: CLOCKS_EVERY_MS, round, log }),
    periodicRole({ name: 'sweep-drafts', everyMs: DRAFTS_EVERY_MS, round: sweepDrafts, log }),
  ];
  return {
    name: 'clocks',
    start: async () => {
      for (const role of roles) await role.start();
    },
    stop: async () => {
      await Promise.all(roles.map((role) => role.stop()));
    },
  };
}
