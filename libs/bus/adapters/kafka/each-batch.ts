import { BatchRunner, type SubscriberParts } from '../../app/batch-runner';
import { fromWire } from '../../domain/cloud-event';
import type { EachBatchPayload, KafkaMessage } from './kafka-client';
import type { OffsetCommits } from './offset-commits';

/** Records given to a handler at once; a fetch after a long pause brings more. */
const CHUNK = 500;

/** Where a message stands: its batch knows topic and partition. */
interface Placed {
  message: KafkaMessage;
  topic: string;
  partition: number;
}

/** Takes one partition's batch: decode and check → handle → resolve → commit soon → heartbeat. A handler that fails commits nothing, and its partition is
 *  paused for a back-off: throwing instead would make kafkajs crash and restart for ever (STACK §3). */
export class EachBatch {
  isHandling = false;
  private readonly runner: BatchRunner<Placed>;
  private readonly resumes = new Set<NodeJS.Timeout>();
  private readonly over = new AbortController();
  private readonly ended: AbortSignal;

  constructor(
    parts: SubscriberParts,
    private readonly commits: Pick<OffsetCommits, 'handled'>,
    stopping: AbortSignal,
  ) {
    this.runner = new BatchRunner(parts, { read: ({ message }) => fromWire(message), rawOf });
    this.ended = AbortSignal.any([stopping, this.over.signal]);
  }

  /** After this a paused partition is not resumed and nothing more is handled (kafkajs still delivers after `stop`, tulios/kafkajs#1593). */
  end(): void {
    this.over.abort();
    for (const timer of this.resumes) clearTimeout(timer);
  }

  async run(payload: EachBatchPayload): Promise<void> {
    const { partition, messages } = payload.batch;
    this.isHandling = true;
    try {
      for (let from = 0; from < messages.length; from += CHUNK) {
        if (this.ended.aborted || !payload.isRunning() || payload.isStale()) return;
        const chunk = messages.slice(from, from + CHUNK);
        if (!(await this.take(payload, chunk))) return;
        this.runner.recovered(partition);
        const { offset } = chunk.at(-1) as KafkaMessage;
        payload.resolveOffset(offset);
        this.commits.handled(partition, offset);
        await payload.heartbeat();
      }
    } finally {
      this.isHandling = false;
    }
  }

  /** False when the chunk has to come again. An error of the group itself (rebalance) is thrown: kafkajs joins again. */
  private async take(payload: EachBatchPayload, chunk: readonly KafkaMessage[]): Promise<boolean> {
    const { topic, partition } = payload.batch;
    const lost = new AbortController();
    const groupErrors: unknown[] = [];
    const heartbeat = async (): Promise<void> => {
      try {
        await payload.heartbeat();
      } catch (error) {
        groupErrors.push(error);
        lost.abort();
        throw error;
      }
    };
    try {
      const placed = chunk.map((message) => ({ message, topic, partition }));
      await this.runner.run(placed, { heartbeat, signal: AbortSignal.any([this.ended, lost.signal]) });
      return true;
    } catch (error) {
      if (groupErrors.length > 0) throw groupErrors[0];
      if (!this.ended.aborted) this.holdBack(payload, this.runner.backoffMs(partition, error));
      return false;
    }
  }

  private holdBack(payload: EachBatchPayload, backoffMs: number): void {
    const resume = payload.pause();
    const timer = setTimeout(() => {
      this.resumes.delete(timer);
      resume();
    }, backoffMs);
    this.resumes.add(timer);
  }
}

function rawOf({ message: { offset, key, value, headers }, topic, partition }: Placed) {
  const base64 = (content: Buffer | string | undefined): string => Buffer.from(content ?? '').toString('base64');
  const bytes = Object.entries(headers ?? {}).map(([name, content]) => [name, [content].flat().map(base64)]);
  return { topic, partition, offset, key, value, headers: Object.fromEntries(bytes) as Record<string, string[]> };
}
