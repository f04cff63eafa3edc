import { AppError, pause, StepLoop, type Clock, type Database, type Doorbell, type Log } from '#platform';
import { checkpointText, parseCheckpoint } from '../../tlog/checkpoint';
import type { TreeHead } from '../../tlog/proofs';
import { parseNote, signNote } from '../../tlog/signed-note';
import { assertKeyOfLog } from '../../keys/app/assert-key-of-log';
import { notHeldAt, signersAt, standingOf, type LogKeyRing, type LogKeys } from '../../keys/log-key-ring';
import { insertCheckpoint, readHead, readNewestCheckpoint, type StoredHead } from '../adapters/tree-store';
import type { CheckpointPlace } from '../ports';
import { indexSealed } from '../../search/app/index-sealed';
import { OutsidePlace } from './outside-place';
import { RangeRoots } from './range-roots';
import { sealBatch } from './seal-batch';

export interface SealerDeps {
  db: Database;
  /** Read before each signature: a new key needs no restart. */
  keys: LogKeys;
  /** Where checkpoints leave the database. */
  places: readonly CheckpointPlace[];
  doorbell: Pick<Doorbell, 'wait'>;
  clock: Clock;
  log: Log;
}

/** Entries of one transaction. */
const BATCH = 2_000;
/** Full bundles that are indexed between two checkpoints: as many entries as two batches have. */
const INDEXED_BUNDLES = 16;
/** Between two checkpoints; an entry waits no longer than this and its batch. */
const EVERY_MS = 500;
/** How long a stop waits for the places outside. */
const LAST_PUBLISH_MS = 1_000;
/** Longest wait for the doorbell. */
const POLL_MS = 500;

/** Grows the tree, and signs its committed head. Every worker may run one: they take turns by the row's lock, and what they sign is the same. A log that does
 *  not go on from what it has published is not signed any more: somebody has set its database back, or has changed it. */
export class Sealer {
  private readonly loop: StepLoop;
  private readonly places: readonly OutsidePlace[];
  /** What this process has signed last. */
  private signed: TreeHead | undefined;
  /** Published by whomever, signed by the log's key, and not yet compared with the tree. */
  private found: TreeHead[] = [];
  private isDatabaseRead = false;
  private refusal: AppError | undefined;
  private ring: LogKeyRing | undefined;

  constructor(private readonly deps: SealerDeps) {
    const { log } = deps;
    this.places = deps.places.map((place) => new OutsidePlace(place, log));
    let startedAt = Number.NEGATIVE_INFINITY;
    this.loop = new StepLoop({
      name: 'sealer',
      log,
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

  async stop(): Promise<void> {
    await this.loop.stop();
    // A place that is away does not hold up the end: the next start publishes what it is worth.
    const over = new AbortController();
    await Promise.race([this.published(), pause(LAST_PUBLISH_MS, over.signal)]);
    over.abort();
  }

  /** Resolves when the places outside have the newest checkpoint, or could not take it. */
  async published(): Promise<void> {
    await Promise.all(this.places.map((place) => place.idle()));
  }

  /** Seals what is numbered, and publishes the checkpoint of it.
   *  @returns how many entries were sealed
   *  @throws AppError `synclog-behind`, `synclog-forked`, `synclog-foreign`, `synclog-key-missing`, `synclog-key-unreadable`: nothing is signed, and a
   *  person must look; `synclog-places-away`: no place outside answers yet, and what was published is not known */
  async round(): Promise<number> {
    const { db } = this.deps;
    await this.look();
    let sealed = 0;
    for (let count = BATCH; count === BATCH; sealed += count) count = await sealBatch(db, BATCH);
    const head = await readHead(db);
    await this.compare(head);
    if (head.size !== this.signed?.size) await this.sign(head);
    await indexSealed(db, INDEXED_BUNDLES);
    return sealed;
  }

  /** Gives it a checkpoint that was found outside, signed by the key of this log: it is compared with the tree before anything more is signed. */
  learn(published: TreeHead): void {
    this.found.push(published);
  }

  /** Only what is committed, and only when it goes on from what is known. */
  private async sign(head: StoredHead): Promise<void> {
    const { db, clock } = this.deps;
    const ring = this.keysNow();
    // After the head was read: a rotation that it covers is seen.
    await assertKeyOfLog(db, ring);
    if (this.signed !== undefined) await this.refuseUnlessGrown(head, this.signed);
    const signedAt = clock.now();
    const note = signNote(checkpointText({ origin: ring.name, ...head }), ...signersAt(ring, signedAt));
    await insertCheckpoint(db, { size: head.size, root: head.root, note, signedAt });
    this.signed = { size: head.size, root: head.root };
    for (const place of this.places) place.offer({ size: head.size, note });
  }

  private keysNow(): LogKeyRing {
    const { keys, clock, log } = this.deps;
    const ring = keys();
    if (ring === this.ring) return ring;
    this.ring = ring;
    // Witnesses and auditors who know only that key were told that it would sign: their refusal has its reason here.
    for (const missing of notHeldAt(ring, clock.now())) log.warn('log-key.not-held', missing);
    return ring;
  }

  private async compare(head: StoredHead): Promise<void> {
    for (const published of this.found) {
      // Another sealer may have published it after our head was read.
      const now = published.size > head.size ? await readHead(this.deps.db) : head;
      await this.refuseUnlessGrown(now, published);
    }
    this.found = [];
  }

  private async refuseUnlessGrown(head: StoredHead, published: TreeHead): Promise<void> {
    if (head.size < published.size)
      throw refusal('synclog-behind', `the log has ${head.size} entries, and has published ${published.size}`);
    if (published.size === 0) return;
    const root = await new RangeRoots(this.deps.db, head).rootOf({ from: 0, to: published.size });
    if (Buffer.compare(root, published.root) !== 0)
      throw refusal('synclog-forked', `its first ${published.size} entries are not those that were published`);
  }

  /** Learns what was published: from the database, and from each place once. The first round waits for one of the places, the others may come later.
   *  @throws AppError `synclog-foreign`, `synclog-places-away` */
  private async look(): Promise<void> {
    if (!this.isDatabaseRead) {
      const newest = await readNewestCheckpoint(this.deps.db);
      if (newest !== undefined) this.learnOwn('database', newest.note);
      this.isDatabaseRead = true;
    }
    const looks = this.places.filter(({ isRead }) => !isRead).map((place) => this.ask(place));
    if (looks.length > 0 && looks.length === this.places.length) await firstOf(looks);
    if (this.refusal !== undefined) throw this.refusal;
  }

  private async ask(place: OutsidePlace): Promise<boolean> {
    try {
      return await place.read((note) => this.learnOwn(place.name, note));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.refusal = error;
      return true;
    }
  }

  /** @throws AppError `synclog-foreign` */
  private learnOwn(place: string, text: string): void {
    const { keys, clock, log } = this.deps;
    const ring = keys();
    const note = parseNote(text);
    const checkpoint = parseCheckpoint(note.text);
    // One that an older key has signed is ours as well, up to the size at which it was replaced.
    const standing =
      checkpoint.origin === ring.name ? standingOf(ring, { note, size: checkpoint.size }, clock.now()) : 'foreign';
    if (standing === 'foreign')
      throw refusal('synclog-foreign', `the checkpoint in ${place} is not signed with a key that this log has had`);
    if (standing === 'own') this.learn(checkpoint);
    // Whoever stole a key that was replaced must not be able to stop the log with it.
    else log.warn('checkpoint.foreign', { place, size: checkpoint.size, reason: 'key-retired' });
  }
}

/** @throws AppError `synclog-places-away` when none of them has answered */
async function firstOf(looks: readonly Promise<boolean>[]): Promise<void> {
  const answers = looks.map(async (look) => {
    if (!(await look)) throw new AppError({ code: 'synclog-places-away', disposition: 'retry' });
  });
  await Promise.any(answers).catch(() => {
    throw new AppError({ code: 'synclog-places-away', disposition: 'retry' });
  });
}

function refusal(code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'person', detail });
}
