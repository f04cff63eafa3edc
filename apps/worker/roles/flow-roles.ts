import { Relay, SequencerLoop } from '#bus';
import { Router } from '#delivery';
import { fireTimers } from '#dossier';
import { registryWatch } from '#intake';
import type { Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';

/** What has waited this long is routed without the bus (DESIGN §3). */
const SWEEP_EVERY_MS = 1_000;
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
  const { db, doorbell, log, ids, clock, procedures, bus } = foundation;
  const router = new Router({ db, doorbell, log, ids, clock, procedures, registryWatch });
  const sweeper = periodicRole({ name: 'sweeper', everyMs: SWEEP_EVERY_MS, round: () => router.sweep(), log });
  let subscription: { stop(): Promise<void> } | undefined;
  return {
    name: 'router',
    start: () => {
      subscription = bus.subscribe({ group: 'router', handle: (batch, context) => router.handle(batch, context) });
      return sweeper.start();
    },
    stop: async () => {
      await Promise.all([subscription?.stop(), sweeper.stop()]);
    },
  };
}

/** Fires what is due: deadlines of supplements. */
export function clocksRole({ db, apply, log, doorbell }: Foundation): Role {
  const round = async (): Promise<number> => {
    const fired = await fireTimers(db, apply);
    if (fired > 0) doorbell.ring('outbox');
    return fired;
  };
  return periodicRole({ name: 'clocks', everyMs: CLOCKS_EVERY_MS, round, log });
}
