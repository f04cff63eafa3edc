import { AppError, codeOf, pause, StepLoop, type Clock, type Database, type Doorbell, type Log } from '#platform';
import { checkpointText, parseCheckpoint } from '../../tlog/checkpoint';
import type { TreeHead } from '../../tlog/proofs';
import { isSignedBy, parseNote, parseVerifierKey, signNote, type NoteSigner } from '../../tlog/signed-note';
import { insertCheckpoint, readHead, readNewestCheckpoint, type StoredHead } from '../adapters/tree-store';
import type { CheckpointPlace } from '../ports';
import { RangeRoots } from './range-roots';
import { sealBatch } from './seal-batch';

export interface SealerDeps {
  db: Database;
  signer: NoteSigner;
  /** Where checkpoints leave the database. */
  places: readonly CheckpointPlace[];
  doorbell: Pick<Doorbell, 'wait'>;
  clock: Clock;
  log: Log;
}

/** Entries of one transaction. */
const BATCH = 2_000;
/** Between two checkpoints; an entry waits no longer than this and its batch. */
const EVERY_MS = 500;
/** Longest wait for the doorbell. */
const POLL_MS = 500;

/** Grows the tree, and signs its committed head. Every worker may run one: they take turns by the row's lock, and what they sign is the same. A log that does
 *  not go on from what it has published is not signed any more: somebody has set its database back, or has changed it. */
export class Sealer {
  private readonly loop: StepLoop;
  /** What has been signed by this process, or was found outside at its start. */
  private known: TreeHead | undefined;

  constructor(private readonly deps: SealerDeps) {
    let startedAt = Number.NEGATIVE_INFINITY;
    this.loop = new StepLoop({
      name: 'sealer',
      log: deps.log,
      step: async (signal) => {
        await pause(Math.max(0, startedAt + EVERY_MS - performance.now()), signal);
        startedAt = performance.now();
        return (await this.round()) > 0 ? 'again' : 'wait';
      },
      idle: (_idleSteps, signal) => deps.doorbell.wait('event-log', POLL_MS, signal),
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Seals what is numbered, and publishes the checkpoint of it.
   *  @returns how many entries were sealed
   *  @throws AppError `synclog-behind`, `synclog-forked`, `synclog-foreign`: nothing is signed, and a person must look */
  async round(): Promise<number> {
    const { db } = this.deps;
    this.known ??= await this.outside();
    let sealed = 0;
    for (let count = BATCH; count === BATCH; sealed += count) count = await sealBatch(db, BATCH);
    const head = await readHead(db);
    if (this.known === undefined || head.size !== this.known.size || sealed > 0) await this.sign(head);
    return sealed;
  }

  /** Only what is committed, and only when it goes on from what is known. */
  private async sign(head: StoredHead): Promise<void> {
    const { db, signer, clock, places, log } = this.deps;
    await this.refuseUnlessGrown(head);
    const note = signNote(checkpointText({ origin: signer.name, ...head }), signer);
    await insertCheckpoint(db, { size: head.size, root: head.root, note, signedAt: clock.now() });
    this.known = { size: head.size, root: head.root };
    for (const place of places) {
      // A place that is away gets the next one; the log itself serves this one.
      await place
        .publish({ size: head.size, note })
        .catch((error: unknown) =>
          log.warn('synclog.checkpoint-not-published', { place: place.name, code: codeOf(error) }),
        );
    }
  }

  private async refuseUnlessGrown(head: StoredHead): Promise<void> {
    const { known } = this;
    if (known === undefined || known.size === 0) return;
    if (head.size < known.size)
      throw refusal('synclog-behind', `the log has ${head.size} entries, and has published ${known.size}`);
    const root = await new RangeRoots(this.deps.db, head).rootOf({ from: 0, to: known.size });
    if (Buffer.compare(root, known.root) !== 0)
      throw refusal('synclog-forked', `its first ${known.size} entries are not those that were published`);
  }

  /** The newest checkpoint that this log has published, in the database and outside.
   *  @throws `synclog-foreign`: a place keeps one that this log's key has not signed */
  private async outside(): Promise<TreeHead | undefined> {
    const { db, places } = this.deps;
    const kept = [{ place: 'database', note: (await readNewestCheckpoint(db))?.note }];
    for (const place of places) kept.push({ place: place.name, note: await place.newest() });
    const heads = kept.flatMap(({ place, note }) => (note === undefined ? [] : [this.ownHead(place, note)]));
    return heads.sort((a, b) => b.size - a.size)[0];
  }

  private ownHead(place: string, text: string): TreeHead {
    const { signer } = this.deps;
    const note = parseNote(text);
    const checkpoint = parseCheckpoint(note.text);
    if (checkpoint.origin !== signer.name || !isSignedBy(note, parseVerifierKey(signer.vkey)))
      throw refusal('synclog-foreign', `the checkpoint in ${place} is not signed with the key of this log`);
    return checkpoint;
  }
}

function refusal(code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'person', detail });
}
