interface Meaning {
  /** What was found, for a person who has not seen this code before. */
  means: string;
  /** What to do about it. */
  remedy: string;
}

const LEDGER_REMEDY =
  'Compare the timeline of the dossier with the ledger line; a real partner would be asked by reconciliation.';
const REBUILD_REMEDY =
  'Do not edit the row. The journal is the truth: find which release or hand wrote the row, and report it as a defect.';

/** Every code that a check may report, in the order of the documentation. Codes are stable: tests and alarms rely on them. */
export const CATALOGUE = {
  'lost.message-without-dossier': {
    means: 'A message that the intake accepted has no dossier.',
    remedy: 'Read the message in the vault and file it again; report a defect of the intake transaction.',
  },
  'lost.message-without-event': {
    means: "A message that reached us left no event in its dossier's journal.",
    remedy: 'Compare the message with the timeline; file it again if its content is missing.',
  },
  'lost.quarantined-message': {
    means: 'A message that was not understood has no item in quarantine: nobody can see it.',
    remedy: 'Read the message in the vault; it is listed again by its source as long as it is not acknowledged.',
  },
  'lost.quarantine-resolved-without-dossier': {
    means: 'An item of quarantine is marked as resolved, and no dossier has its code.',
    remedy: 'Run the item again.',
  },
  'lost.payload-missing': {
    means: 'Something refers to a payload that the vault does not hold.',
    remedy: 'Restore the vault object from the backup; an erased payload keeps its row and is not reported.',
  },
  'lost.code-missing': {
    means: 'A dossier cannot be found by a code that its journal gives it.',
    remedy: REBUILD_REMEDY,
  },
  'lost.event-not-published': {
    means: 'An event of a journal is neither in the outbox nor in the event log: nobody is told.',
    remedy: 'Report it as a defect: both are written in one transaction.',
  },
  'lost.event-not-routed': {
    means: 'Events of a dossier have waited for the router longer than the grace time.',
    remedy: 'See whether a worker with the router role runs; its sweeper takes what has waited 5 s.',
  },
  'lost.delivery-missing': {
    means: "A routed fact has no delivery for a message that the procedure's table asks for.",
    remedy: 'See whether the procedure was changed after the fact was routed; otherwise report a defect of the router.',
  },
  'lost.timer-missing': {
    means: 'A routed fact has no timer for a deadline that it sets.',
    remedy: 'Watch the deadline by hand and report a defect of the router.',
  },
  'lost.settled-without-evidence': {
    means: "A delivery counts as done without an answer, a probe, other evidence or a person's word that says so.",
    remedy: 'Ask the partner whether it has the message; replay it when it has not.',
  },
  'lost.settled-without-event': {
    means: 'A delivery is done and its dossier was not told.',
    remedy: "The dossier's statuses lag behind the partner's: report a defect of the settlement.",
  },
  'lost.entry-not-sequenced': {
    means: 'An entry of the sync log has no leaf and does not wait for one: no proof covers it.',
    remedy: 'Report it as a defect: entry and outbox row are written in one statement.',
  },
  'lost.effect-missing': {
    means: 'We count a delivery as accepted, and the outside system had no such effect.',
    remedy: LEDGER_REMEDY,
  },
  'lost.effect-unknown-to-us': {
    means: 'An outside system had an effect of ours that we know nothing of.',
    remedy: LEDGER_REMEDY,
  },
  'lost.decision': {
    means: "The one-stop was told that we took a decision, and the dossier's journal has none.",
    remedy: 'Take the decision from the receipt of the one-stop and send it again.',
  },

  'doubled.registration': {
    means: 'A dossier was registered twice.',
    remedy: 'Stop the lane at hộ tịch and let the registry correct its books; then find the second message.',
  },
  'doubled.event': {
    means: 'A journal holds an event a second time that can happen only once.',
    remedy: 'Compare the two in the timeline, with who said so; report a defect of the decision function.',
  },
  'doubled.event-published': {
    means: 'An event stands twice in the event log: readers see it twice.',
    remedy: 'Readers by dossier sequence ignore it; report a defect of the sequencer.',
  },
  'doubled.delivery': {
    means: 'One fact was handed over twice under one operation.',
    remedy: 'See whether a replay was asked for; ask the partner whether it has two.',
  },
  'doubled.entry-sequenced': {
    means: 'An entry of the sync log has a leaf and waits for another.',
    remedy: 'Report it as a defect of the sequencer.',
  },
  'doubled.effect': {
    means: 'An outside system had an effect more often than we asked for it.',
    remedy: LEDGER_REMEDY,
  },

  'out-of-order.journal-gap': {
    means: 'The numbers of a journal do not run from 1 to the version of its dossier.',
    remedy: REBUILD_REMEDY,
  },
  'out-of-order.event-log-gap': {
    means:
      'The positions of the event log do not run from 1 to its end: a reader that waits for the missing one stops.',
    remedy: 'Report it as a defect of the sequencer; do not fill the gap by hand.',
  },
  'out-of-order.leaf-gap': {
    means: 'The leaves of the sync log do not run from 0 to its end: the tree cannot be sealed.',
    remedy: 'Report it as a defect of the sequencer; do not fill the gap by hand.',
  },
  'out-of-order.events-of-dossier': {
    means: "A dossier's events stand in the event log in another order than in its journal.",
    remedy: 'Report it as a defect: the outbox row was written before the lock of the dossier was held.',
  },
  'out-of-order.step-not-allowed': {
    means: 'A journal holds a decision or result that its state did not allow.',
    remedy: 'See who said so in the timeline; report a defect of the decision function.',
  },
  'out-of-order.dvclt-status': {
    means: 'DVCLT took statuses in an order that its rule 1 → 3 → 7 → 4 → 5 (2 and 6 as branches) forbids.',
    remedy: 'Compare the deliveries of the lane; a step that is missing at DVCLT is replayed from the journal.',
  },
  'out-of-order.lane-settlement': {
    means: 'In a lane a later delivery was settled before an earlier one.',
    remedy: 'Report it as a defect of the claim; compare what the partner has.',
  },
  'out-of-order.lane-overtaken': {
    means: 'In a lane a delivery was sent before the one in front of it was settled.',
    remedy: 'Report it as a defect of the claim; compare what the partner has.',
  },
  'out-of-order.two-in-flight': {
    means: 'Something else than the head of a lane is on its way.',
    remedy: 'Hold the partner until both are settled; report a defect of the claim.',
  },

  'stuck.event-not-sequenced': {
    means: 'Events have waited in the outbox longer than the grace time.',
    remedy: 'See whether a worker with the sequencer role runs, and whether something holds the row of the sequencer.',
  },
  'stuck.entry-not-sequenced': {
    means: 'Entries of the sync log have waited for their leaf longer than the grace time.',
    remedy: 'See whether a worker with the sequencer role runs, and whether something holds the row of the sequencer.',
  },
  'stuck.entry-not-sealed': {
    means: 'Entries of the sync log have waited longer than the grace time to be sealed: no signature covers them yet.',
    remedy:
      'See whether a worker with the sealer role runs. `sealer.failed` with `synclog-behind`, `synclog-forked` or `synclog-foreign` in its log means that it refuses: the database is not what was published.',
  },
  'stuck.event-not-relayed': {
    means: 'The relay is at work, and events have waited longer than the grace time to be handed to Kafka.',
    remedy: 'See whether the broker answers; the product goes on without it, more slowly.',
  },
  'stuck.routing-blocked-unseen': {
    means: 'An event of a dossier cannot be routed, and the dossier does not call for a person.',
    remedy: 'Look at the reason in the dossier, mend the configuration, and report that nobody was called.',
  },
  'stuck.lane-overdue': {
    means: 'The head of a lane has been due longer than the grace time, and nothing holds it.',
    remedy:
      'See whether a worker with the courier role of this partner runs, and whether all its call slots are taken.',
  },
  'stuck.lane-asleep': {
    means: "A lane's due time or state is not that of its head: nobody will claim it at the right time.",
    remedy: 'Report it as a defect: whoever changes a head writes its lane.',
  },
  'stuck.lease-not-freed': {
    means: 'A lane is leased by a worker that is gone, longer than the grace time.',
    remedy: 'See whether any worker runs: each takes the leases of silent ones.',
  },
  'stuck.in-flight-without-lease': {
    means: 'A delivery is on its way and nobody holds its lane.',
    remedy: 'Ask the partner whether it arrived; report a defect of the lease.',
  },
  'stuck.unknown-unseen': {
    means: 'A delivery of unknown outcome has no time for its probe, and no person was called.',
    remedy: 'Classify the delivery; report that nobody was called.',
  },
  'stuck.dead-unseen': {
    means: 'Automatic handling of a delivery ended, and the dossier was not told.',
    remedy: 'Look at the dead letter; report that nobody was called.',
  },
  'stuck.registry-not-watched': {
    means: 'hộ tịch has a dossier, and nobody asks for its result.',
    remedy: 'Report it as a defect of the router; the result can be fetched by a new push.',
  },
  'stuck.poll-overdue': {
    means: 'The poll for a dossier at hộ tịch has been due longer than the grace time.',
    remedy: 'See whether a worker with the poller role runs and whether hộ tịch answers.',
  },
  'stuck.decision-waiting': {
    means: 'A polled decision has been due longer than the grace time, and nobody applied it.',
    remedy: 'See whether a worker with the poller role runs, and what its log says about this decision.',
  },
  'stuck.timer-due': {
    means: 'A deadline passed longer ago than the grace time, and its timer has not fired.',
    remedy: 'See whether a worker with the clocks role runs.',
  },
  'stuck.still-in-motion': {
    means: 'Nothing should be in motion any more, and this delivery is (only with --settled).',
    remedy: 'Wait, and check again; without --settled this is not a violation.',
  },

  'unexplained.dossier-without-journal': {
    means: 'A dossier has no journal at all.',
    remedy: REBUILD_REMEDY,
  },
  'unexplained.projection': {
    means: 'The stored dossier is not what its journal adds up to.',
    remedy: REBUILD_REMEDY,
  },
  'unexplained.routed-projection': {
    means: 'The dossier as the router knows it is not what its journal adds up to at that event.',
    remedy: REBUILD_REMEDY,
  },
  'unexplained.columns': {
    means: 'A column of a dossier (state, unit, procedure …) says another thing than its projection.',
    remedy: REBUILD_REMEDY,
  },
  'unexplained.attention': {
    means: 'A dossier calls for a person without a cause in its journal, or has a cause and does not call.',
    remedy: 'Look at the timeline: the last cause or the last clearing decides.',
  },
  'unexplained.code': {
    means: 'A code leads to a dossier whose journal does not hold it.',
    remedy: REBUILD_REMEDY,
  },
  'unexplained.entry-not-as-sealed': {
    means: 'An entry of the sync log is not the one that was sealed: somebody has changed it in the database.',
    remedy: 'Keep the database as it is and the newest checkpoint outside: both are evidence. Call the auditor.',
  },
  'unexplained.entry-outside-months': {
    means:
      'An entry of the sync log is in none of the months that the database has: the clock of the machine that wrote it is wrong, or no worker has made the months.',
    remedy:
      'See whether a worker with the sealer role runs (it makes the months ahead) and compare the clocks. Nothing is lost: the entry moves when its month is made.',
  },
  'unexplained.event-without-fact': {
    means: 'The event log holds an event that no journal holds, or under another number or type.',
    remedy: 'Tell the readers of the event log; report it as a defect.',
  },
  'unexplained.event-without-message': {
    means: 'A journal says that something was received, and no message is kept.',
    remedy: 'Look at the actor in the timeline; report a defect of the intake transaction.',
  },
  'unexplained.delivery-without-fact': {
    means: 'A delivery has no fact that causes it, or says another thing than its fact.',
    remedy: 'See whether the procedure was changed after the fact was routed; otherwise hold the lane and report it.',
  },
  'unexplained.confirmation-without-delivery': {
    means: 'A journal says that a partner confirmed something, and no delivery of ours did.',
    remedy: 'Look at the actor in the timeline; report a defect of the settlement.',
  },
  'unexplained.settled-without-outcome': {
    means: 'A delivery is settled without an outcome or a time.',
    remedy: 'Look at its attempts; report a defect of the settlement.',
  },
  'unexplained.dead-without-reason': {
    means: 'A dead letter has no reason code: nobody can tell what to do.',
    remedy: 'Look at its last attempt; report a defect of the settlement.',
  },
  'unexplained.attempt-missing': {
    means: 'A delivery counts more attempts than are kept.',
    remedy: 'The trace of a call is gone: ask the partner, and report a defect of the settlement.',
  },
  'unexplained.attempt-not-counted': {
    means: 'An attempt is kept that its delivery does not count.',
    remedy: 'Report it as a defect of the claim.',
  },
  'unexplained.attempt-without-delivery': {
    means: 'An attempt is kept whose delivery does not exist.',
    remedy: 'Somebody deleted a delivery by hand: restore it from the backup.',
  },
  'unexplained.attempt-not-logged': {
    means: 'An attempt has no entry in the sync log.',
    remedy: 'Report it as a defect of the settlement: both are written in one transaction.',
  },
  'unexplained.message-not-logged': {
    means: 'A message has no entry in the sync log.',
    remedy: 'Report it as a defect of the intake: both are written in one transaction.',
  },
  'unexplained.given-up-without-approval': {
    means: 'An item of quarantine is given up, and no approved request names it.',
    remedy:
      'Two persons decide that, never one: find who changed the row. What was listed and not acknowledged is still there.',
  },
  'unexplained.decision-not-logged': {
    means: 'A decision of the one-stop has no entry in the sync log.',
    remedy: 'Report it as a defect of the intake: both are written in one transaction.',
  },
  'unexplained.registry-result-not-logged': {
    means: 'A report of hộ tịch has no entry in the sync log.',
    remedy: 'Report it as a defect of the intake: both are written in one transaction.',
  },
  'unexplained.receipt-without-entry': {
    means: 'A receipt names a leaf that the sync log does not hold: it can never be proved.',
    remedy: 'Report it as a defect: both are written in one transaction.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;

export type ViolationCode = keyof typeof CATALOGUE;
export const VIOLATION_CODES = Object.keys(CATALOGUE) as readonly ViolationCode[];
