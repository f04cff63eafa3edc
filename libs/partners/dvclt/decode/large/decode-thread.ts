import { parentPort, workerData } from 'node:worker_threads';
import { DetailScan, type FilePart } from './detail-scan';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './thread-protocol';

/** Entry of the worker thread that reads one large detail and ends with it: no state of one message can reach the next. */
function serve(port: NonNullable<typeof parentPort>, { maxFiles, secret }: ThreadData): void {
  let parts: FilePart[] = [];
  const scan = new DetailScan({ maxFiles, secret, onPart: (part) => parts.push(part) });
  port.on('message', (request: ThreadRequest) => {
    if (request !== null) scan.write(request);
    const answer: ThreadAnswer = request === null ? { parts, reading: scan.end() } : { parts };
    // The parts' memory moves to the other side: nothing is copied.
    port.postMessage(
      answer,
      parts.map((part) => part.bytes.buffer),
    );
    parts = [];
  });
}

if (parentPort !== null) serve(parentPort, workerData as ThreadData);
