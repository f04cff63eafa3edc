import { peopleJournal, sweepAccounts } from '#access';
import { Relay, SequencerLoop } from '#bus';
import { Router, ROUTER_GROUP } from '#delivery';
import { fireTimers } from '#dossier';
import { registryWatch } from '#intake';
import { indexStored } from '#privacy';
import type { Foundation } from '../foundation';
import { periodicRole } from './loops';
import type { Role } from './role';
import { vaultRoles } from './vault-roles';

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

/** Between two looks for accounts that stood idle and sessions that are over, ms. */
const ACCOUNTS_EVERY_MS = 600_000;
/** Between two looks whether dossiers from before an upgrade are to be indexed, ms. */
const PERSONS_EVERY_MS = 60_000;

/** Fires what is due: deadlines of supplements, accounts that stood idle. Looks after the vault, and indexes the persons of what was stored before there was an index. */
export function clocksRole(foundation: Foundation): Role {
  const { db, apply, log, doorbell, clock, syncLog, vault } = foundation;
  const round = async (): Promise<number> => {
    const fired = await fireTimers(db, apply);
    if (fired > 0) doorbell.ring('outbox');
    return fired;
  };
  const journal = peopleJournal(syncLog);
  const accounts = (): Promise<number> => sweepAccounts({ db, clock, journal });
  const persons = (): Promise<number> => indexStored({ db, vault, clock, log });
  const roles = [
    periodicRole({ name: 'clocks', everyMs: CLOCKS_EVERY_MS, round, log }),
    periodicRole({ name: 'sweep-accounts', everyMs: ACCOUNTS_EVERY_MS, round: accounts, log }),
    periodicRole({ name: 'index-persons', everyMs: PERSONS_EVERY_MS, round: persons, log }),
    ...vaultRoles(foundation),
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
