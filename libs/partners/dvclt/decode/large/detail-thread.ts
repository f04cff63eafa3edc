import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { codeOf } from '#platform';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './thread-protocol';

export interface DetailThreadOptions {
  maxFiles: number;
  /** Built script of the thread. @default the one beside this file */
  entry?: string;
  /** How long the thread may work on one piece before it counts as stuck. @default 10_000 ms */
  pieceMs?: number;
  /** Memory of the thread's objects; buffers are outside. @default 128 MB */
  maxHeapMb?: number;
}

/** Why a thread ended early; a crash, a message that needs more memory or time than any honest one. */
export class ThreadEnded extends Error {
  constructor(readonly code: 'decode.thread-failed' | 'decode.out-of-memory' | 'decode.too-slow') {
    super(code);
    this.name = 'ThreadEnded';
  }
}

interface Waiting {
  resolve(answer: ThreadAnswer): void;
  reject(reason: ThreadEnded): void;
}

/** A worker thread for one message: whatever happens inside ends this message only. */
export class DetailThread {
  private readonly worker: Worker;
  private waiting: Waiting | undefined;
  private ended: ThreadEnded | undefined;

  constructor(private readonly options: DetailThreadOptions) {
    const workerData: ThreadData = { maxFiles: options.maxFiles, secret: randomUUID() };
    this.worker = new Worker(options.entry ?? join(__dirname, 'decode-thread.js'), {
      workerData,
      // Nothing of our settings and secrets, and none of the flags of a debugger or a profiler.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMb ?? 128 },
    });
    this.worker.on('message', (answer: ThreadAnswer) => this.waiting?.resolve(answer));
    this.worker.on('error', (error) =>
      this.fail(codeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY' ? 'decode.out-of-memory' : 'decode.thread-failed'),
    );
    this.worker.on('exit', () => this.fail('decode.thread-failed'));
  }

  /** Hands over the next bytes, null at the end; one at a time. @throws ThreadEnded */
  async ask(request: ThreadRequest): Promise<ThreadAnswer> {
    if (this.ended !== undefined) throw this.ended;
    const timer = setTimeout(() => this.fail('decode.too-slow'), this.options.pieceMs ?? 10_000);
    try {
      return await new Promise<ThreadAnswer>((resolve, reject) => {
        this.waiting = { resolve, reject };
        this.worker.postMessage(request);
      });
    } finally {
      clearTimeout(timer);
      this.waiting = undefined;
    }
  }

  async stop(): Promise<void> {
    this.ended ??= new ThreadEnded('decode.thread-failed');
    await this.worker.terminate();
  }

  private fail(code: ThreadEnded['code']): void {
    this.ended ??= new ThreadEnded(code);
    this.waiting?.reject(this.ended);
  }
}
