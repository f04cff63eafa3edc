import type { DraftWriter, VaultDraft } from '#access';
import type { AttachmentSink, DecodeResult } from '#intake';
import { completeDetail } from '../decode-detail';
import type { DetailReading } from '../read-detail';
import type { FilePart } from './detail-scan';
import { DetailThread, ThreadEnded, type DetailThreadOptions } from './detail-thread';

/** Bytes handed to the thread at once. */
const PIECE_BYTES = 262_144;

/** The source in pieces of a fair size: a network gives them smaller. */
async function* piecesOf(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of raw) {
    gathered.push(piece);
    bytes += piece.length;
    if (bytes < PIECE_BYTES) continue;
    yield gathered.length === 1 ? piece : Buffer.concat(gathered);
    gathered = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(gathered);
}

/** Large files on their way into the vault; at most one is open, since a message is read in order. */
class FileDrafts {
  readonly finished = new Map<number, VaultDraft>();
  private open: { fileNumber: number; writer: DraftWriter } | undefined;

  constructor(private readonly files: AttachmentSink) {}

  async take(parts: readonly FilePart[]): Promise<void> {
    for (const { fileNumber, bytes, isLast } of parts) {
      if (this.open?.fileNumber !== fileNumber) this.open = { fileNumber, writer: this.files.begin() };
      await this.open.writer.write(bytes);
      if (!isLast) continue;
      this.finished.set(fileNumber, await this.open.writer.finish());
      this.open = undefined;
    }
  }

  /** All that was begun but what is kept: also a file that was cut. */
  refsWithout(kept: ReadonlySet<string>): string[] {
    const refs = [...this.finished.values(), ...(this.open === undefined ? [] : [this.open.writer])].map(
      ({ ref }) => ref,
    );
    return refs.filter((ref) => !kept.has(ref));
  }
}

/** Reads all of `raw` through the thread. While the thread works on a piece the next one is fetched and kept by whoever gives it. */
async function readThrough(
  raw: AsyncIterable<Uint8Array>,
  thread: DetailThread,
  drafts: FileDrafts,
): Promise<DetailReading> {
  let ended: ThreadEnded | undefined;
  let answer: Promise<void> = Promise.resolve();
  const ask = async (piece: Uint8Array): Promise<void> => {
    if (ended !== undefined) return;
    try {
      await drafts.take((await thread.ask(piece)).parts);
    } catch (error) {
      if (!(error instanceof ThreadEnded)) throw error;
      ended = error;
    }
  };
  for await (const piece of piecesOf(raw)) {
    await answer;
    answer = ask(piece);
    // Whoever fails first is told below; the other must not be an unhandled rejection meanwhile.
    answer.catch(() => undefined);
  }
  await answer;
  if (ended !== undefined) return endedReading(ended);
  return lastAnswer(thread, drafts);
}

async function lastAnswer(thread: DetailThread, drafts: FileDrafts): Promise<DetailReading> {
  try {
    const { parts, reading } = await thread.ask(null);
    await drafts.take(parts);
    return reading === undefined ? endedReading(new ThreadEnded('decode.thread-failed')) : withBuffers(reading);
  } catch (error) {
    if (error instanceof ThreadEnded) return endedReading(error);
    throw error;
  }
}

/** A Buffer that comes out of a thread is a bare Uint8Array. */
function withBuffers(reading: DetailReading): DetailReading {
  const stages = reading.stages.map(({ stage, bytes }) =>
    bytes === undefined ? { stage } : { stage, bytes: Buffer.from(bytes) },
  );
  return { ...reading, stages };
}

function endedReading({ code }: ThreadEnded): DetailReading {
  return {
    stages: [{ stage: 'outer-json' }],
    failure: { stage: 'outer-json', code, reason: 'the message could not be decoded', responsible: 'province' },
  };
}

/** Decodes a large detail in a thread of its own (STACK §2 "Large DVCLT details"): constant memory here and there, the files straight
 *  into `files`. The same result as `decodeDetail` for the same bytes; limits on depth, on the size of a layer without its files, and
 *  on time end the message only. */
export async function decodeLargeDetail(
  raw: AsyncIterable<Uint8Array>,
  files: AttachmentSink,
  options: DetailThreadOptions,
): Promise<DecodeResult> {
  const thread = new DetailThread(options);
  const drafts = new FileDrafts(files);
  let kept: ReadonlySet<string> = new Set();
  try {
    const result = completeDetail(await readThrough(raw, thread, drafts), drafts.finished);
    if ('dossier' in result)
      kept = new Set(result.dossier.attachments.flatMap(({ draft }) => (draft === undefined ? [] : [draft.ref])));
    return result;
  } finally {
    await thread.stop();
    await files.discard(drafts.refsWithout(kept));
  }
}
