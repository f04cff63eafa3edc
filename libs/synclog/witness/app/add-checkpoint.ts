import type { Clock } from '#platform';
import { parseCheckpoint } from '../../tlog/checkpoint';
import type { TreeHead } from '../../tlog/proofs';
import { linesOf, parseNote, signatureLine, type Note, type NoteCosigner } from '../../tlog/signed-note';
import { rootOf } from '../../tlog/tree-hash';
import { parseAddCheckpoint, type AddCheckpointRequest } from '../domain/add-checkpoint-request';
import { judgeCheckpoint, type Verdict } from '../domain/judge-checkpoint';
import { logIdOf } from '../../tlog/log-id';
import { parseTrustedKey, type TrustedKey } from '../domain/trusted-key';
import type { WitnessStore } from '../ports';

export interface WitnessDeps {
  cosigner: NoteCosigner;
  store: WitnessStore;
  clock: Clock;
}

/** Answer to `add-checkpoint`. */
export interface WitnessAnswer {
  status: Verdict['status'];
  /** 200: signature lines; 409: the size that was cosigned last, and a line feed; else nothing. */
  body: string;
  /** For the log of this witness; absent for a request that cannot be read. */
  logId?: string;
  size?: number;
}

const EMPTY: TreeHead = { size: 0, root: rootOf([]) };

/** Cosigns a checkpoint that goes on from what this witness cosigned last, and remembers it first.
 *  @throws when the memory of this witness cannot be read or written: nothing has been signed then that anybody sees */
export function addCheckpoint(body: Uint8Array, deps: WitnessDeps): WitnessAnswer {
  const request = readRequest(body);
  if (request === undefined) return { status: 400, body: '' };
  const about = { logId: logIdOf(request.checkpoint.origin), size: request.checkpoint.size };
  for (;;) {
    const answer = answerNow(request, about.logId, deps);
    if (answer !== undefined) return { ...about, ...answer };
  }
}

function readRequest(body: Uint8Array): AddCheckpointRequest | undefined {
  try {
    return parseAddCheckpoint(body);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** @returns undefined when another process was faster: what it has cosigned counts, and the request is judged again */
function answerNow(
  request: AddCheckpointRequest,
  logId: string,
  { cosigner, store, clock }: WitnessDeps,
): Omit<WitnessAnswer, 'logId' | 'size'> | undefined {
  const [keys, latest] = [store.keysOf(logId).map(parseTrustedKey), store.latest(logId)];
  const verdict = judgeCheckpoint(request, {
    keys,
    latest: latest === undefined ? EMPTY : parseCheckpoint(parseNote(latest).text),
  });
  if (verdict.status === 409) return { status: 409, body: `${verdict.size}\n` };
  if (verdict.status !== 200) return { status: verdict.status, body: '' };
  const line = cosigner.cosign(request.note.text, Math.floor(clock.now().getTime() / 1_000));
  const kept = noteOf(request.note, keys) + line;
  return store.replace(logId, latest, kept) ? { status: 200, body: line } : undefined;
}

/** The note with the lines of the log's keys only, which have been verified: whoever asks may have put others below it. */
function noteOf(note: Note, keys: readonly TrustedKey[]): string {
  const own = keys.flatMap(({ verifier }) => linesOf(note, verifier));
  return `${note.text}\n${own.map(signatureLine).join('')}`;
}
