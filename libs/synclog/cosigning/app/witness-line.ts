import { AppError, codeOf, OutageLog, type Clock, type Database, type Log, type Random } from '#platform';
import { parseCheckpoint, type Checkpoint } from '../../tlog/checkpoint';
import { consistencyRanges, type TreeHead } from '../../tlog/proofs';
import { parseNote, type Note } from '../../tlog/signed-note';
import { standingOf, type LogKeys } from '../../keys/log-key-ring';
import { readHead, readNewestCheckpoint } from '../../sealing/adapters/tree-store';
import { RangeRoots } from '../../sealing/app/range-roots';
import { logIdOf } from '../../tlog/log-id';
import {
  addWitness,
  endTurn,
  keepCosignature,
  readCandidate,
  takeTurn,
  type Candidate,
  type WitnessTurn,
} from '../adapters/cosignature-store';
import { addCheckpointBody } from '../domain/add-checkpoint-body';
import { readAnswer, type WitnessSaid } from '../domain/read-answer';
import type { Witness } from '../domain/witness';
import type { WitnessPort } from '../ports';

export interface CosigningDeps {
  db: Database;
  /** The keys of the log: what none of them has signed proves nothing. */
  logKeys: LogKeys;
  /** Name of the log. */
  origin: string;
  connect(witness: Witness): WitnessPort;
  /** Takes each checkpoint that a witness keeps and the log's key has signed, to compare it with the tree. */
  learn(published: TreeHead): void;
  clock: Clock;
  random: Random;
  log: Log;
}

/** The turn of a worker that was killed goes on to another after so long: longer than the calls of a turn, ms. */
const TURN_MS = 20_000;
/** Between two looks at what a witness keeps, ms. */
const LOOK_EVERY_MS = 60_000;
/** The same while it is away, ms. */
const LOOK_AGAIN_MS = 5_000;
/** Pause after a failure, doubled with each more, ms. */
const FIRST_BACK_OFF_MS = 2_000;
const LONGEST_BACK_OFF_MS = 60_000;

/** What ends by itself. */
const PASSING: readonly string[] = ['witness-away', 'witness-size-moved'];

/** The line to one witness: has the newest checkpoint cosigned, and compares what the witness keeps with what we have. */
export class WitnessLine {
  private readonly port: WitnessPort;
  private readonly outage: OutageLog;
  private readonly lookOutage: OutageLog;
  private isKnown = false;
  private lookAtMs = 0;

  constructor(
    private readonly witness: Witness,
    private readonly everyMs: number,
    private readonly deps: CosigningDeps,
  ) {
    this.port = deps.connect(witness);
    this.outage = new OutageLog(deps.log, 'witness', { witness: witness.name });
    this.lookOutage = new OutageLog(deps.log, 'witness-monitoring', { witness: witness.name });
  }

  /** One turn with the witness, if there is something to cosign and no other worker asks. What the witness does wrong is said in the log.
   *  @throws what the database throws */
  async round(signal: AbortSignal): Promise<void> {
    const { db, clock } = this.deps;
    if (!this.isKnown) await addWitness(db, this.witness.vkey);
    this.isKnown = true;
    const nowMs = clock.now().getTime();
    if (nowMs >= this.lookAtMs) await this.look(signal);
    // The same instant for all witnesses and workers, so that they are all asked for the same checkpoint.
    const candidate = await readCandidate(db, new Date(nowMs - (nowMs % this.everyMs)));
    if (candidate === undefined) return;
    const times = { now: new Date(nowMs), until: new Date(nowMs + TURN_MS) };
    const turn = await takeTurn(db, this.witness.vkey, { size: candidate.size, ...times });
    if (turn !== undefined) await this.ask(candidate, turn, signal);
  }

  private async ask(candidate: Candidate, turn: WitnessTurn, signal: AbortSignal): Promise<void> {
    const { db, clock } = this.deps;
    const { vkey } = this.witness;
    try {
      const line = await this.cosignature(candidate, turn.size, signal);
      await keepCosignature(db, { witness: vkey, size: candidate.size, line, at: clock.now() });
      this.outage.recovered();
    } catch (error) {
      const failures = signal.aborted ? turn.failures : turn.failures + 1;
      const pauseMs = signal.aborted ? 0 : this.backOffMs(failures);
      await endTurn(db, vkey, { failures, askAfter: new Date(clock.now().getTime() + pauseMs) });
      if (signal.aborted) return;
      this.outage.failed(error);
      if (isEvidence(error)) await this.look(signal);
    }
  }

  /** @throws AppError `synclog-behind`, `synclog-forked` when the witness contradicts the log; `witness-…` when it gives no cosignature for another reason */
  private async cosignature(candidate: Candidate, size: number, signal: AbortSignal): Promise<string> {
    let said = await this.request(candidate, size, signal);
    if (said.kind === 'has' && said.size <= candidate.size) said = await this.request(candidate, said.size, signal);
    if (said.kind === 'cosigned') return said.line;
    throw await this.failureOf(said, candidate);
  }

  private async request({ size, note }: Candidate, oldSize: number, signal: AbortSignal): Promise<WitnessSaid> {
    const { db } = this.deps;
    const roots = new RangeRoots(db, await readHead(db));
    const proof: Buffer[] = [];
    for (const range of consistencyRanges(oldSize, size)) proof.push(await roots.rootOf(range));
    const answer = await this.port.addCheckpoint(addCheckpointBody(oldSize, proof, note), signal);
    return readAnswer(answer, parseNote(note).text, this.witness.verifier);
  }

  private async failureOf(said: Exclude<WitnessSaid, { kind: 'cosigned' }>, { size }: Candidate): Promise<AppError> {
    if (said.kind === 'nothing') return failure(said.code);
    const newest = (await readNewestCheckpoint(this.deps.db))?.size ?? 0;
    // Between the two sizes another worker has asked for a newer checkpoint.
    if (said.kind === 'has' && said.size <= newest) return failure('witness-size-moved');
    const code = said.kind === 'has' ? 'synclog-behind' : 'synclog-forked';
    const claimed = said.kind === 'has' ? said.size : size;
    this.deps.log.error('witness.refused', { witness: this.witness.name, code, size: claimed, published: newest });
    return failure(code);
  }

  /** What a witness says of us is a word, from somebody who may err or lie. What it keeps is a proof if our own key has signed it: nobody else could have
   *  made it. Only that is given on. */
  private async look(signal: AbortSignal): Promise<void> {
    const { learn, clock, origin } = this.deps;
    let againMs = LOOK_EVERY_MS;
    try {
      const note = await this.port.latest(logIdOf(origin), signal);
      const kept = note === undefined ? undefined : this.ownCheckpoint(note);
      if (kept !== undefined) learn(kept);
      this.lookOutage.recovered();
    } catch (error) {
      againMs = LOOK_AGAIN_MS;
      if (!signal.aborted) this.lookOutage.failed(error);
    }
    this.lookAtMs = clock.now().getTime() + againMs;
  }

  /** The checkpoint if a key of the log's own has signed it that could; a witness keeps the line of the one that it knows. Another is said in the log. */
  private ownCheckpoint(text: string): Checkpoint | undefined {
    const { origin, logKeys, clock, log } = this.deps;
    const read = checkpointIn(text);
    const isOfLog = read?.checkpoint.origin === origin;
    const standing = isOfLog
      ? standingOf(logKeys(), { note: read.note, size: read.checkpoint.size }, clock.now())
      : 'foreign';
    if (standing === 'own') return read?.checkpoint;
    const reason = standing === 'retired' ? { reason: 'key-retired', size: read?.checkpoint.size } : {};
    log.warn('witness.foreign', { witness: this.witness.name, ...reason });
    return undefined;
  }

  /** With jitter: the logs of many installations do not come back to a witness at once. */
  private backOffMs(failures: number): number {
    const longest = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (failures - 1));
    return (longest * (1 + this.deps.random())) / 2;
  }
}

function checkpointIn(text: string): { note: Note; checkpoint: Checkpoint } | undefined {
  try {
    const note = parseNote(text);
    return { note, checkpoint: parseCheckpoint(note.text) };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function isEvidence(error: unknown): boolean {
  return ['synclog-behind', 'synclog-forked'].includes(codeOf(error));
}

function failure(code: string): AppError {
  return new AppError({ code, disposition: PASSING.includes(code) ? 'retry' : 'person' });
}
